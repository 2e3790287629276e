"""Runs of foreign histories as typed rows: what every importer yields."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import readable
from warmstart.histories.runs.curve_points import POINTS, CurvePoint, points_table
from warmstart.histories.runs.remarks import Remarks

Direction = Literal["maximize", "minimize"]

_N_BATCH = 10_000

RUNS = pa.schema(
    [
        pa.field("task", pa.string(), nullable=False),
        # JSON with sorted keys: typed, only what was active.
        pa.field("values", pa.string(), nullable=False),
        pa.field("space", pa.string(), nullable=False),
        pa.field("learner", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("direction", pa.string(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("cost_s", pa.float64()),
        pa.field("timestamp", pa.string()),
        pa.field("status", pa.string(), nullable=False),
        pa.field("seed", pa.int64()),
        pa.field("budget", pa.float64()),
        pa.field("sampler", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_run_id", pa.string(), nullable=False),
    ]
)
"""Schema of a batch of runs. Scores are higher-is-better: `direction` is what they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a foreign history, measured in one metric."""

    task: str
    values: Mapping[str, Any]
    """Hyperparameters that were active: plain values."""

    metric: str
    direction: Direction
    """Of the number the source recorded."""

    score: float = math.nan
    """Higher is better whatever the direction; NaN unless the status is "ok"."""

    source: str
    source_run_id: str
    """Names the run in its source, the same at every reading."""

    space: str = "history"
    learner: str = ""
    cost_s: float = math.nan
    """Seconds."""

    timestamp: str = ""
    """When it began: UTC, ISO 8601; empty where unknown."""

    status: Status = "ok"
    seed: int | None = None
    budget: float | None = None
    """What it was given, in the source's unit; None for all there is."""

    sampler: str = ""

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise HistoryError(
                f"direction must be one of {get_args(Direction)}, got {self.direction!r}"
            )
        if self.status not in get_args(Status):
            raise HistoryError(
                f"status of run {self.source_run_id} must be one of {get_args(Status)}, "
                f"got {self.status!r}"
            )
        finite, known = math.isfinite(self.score), not math.isnan(self.score)
        if (self.status == "ok") != finite or (known and not finite):
            raise HistoryError(
                f"run {self.source_run_id} has status {self.status!r} and score {self.score}: "
                "finished runs have a finite one, others none"
            )
        if self.cost_s < 0:
            raise HistoryError(
                f"run {self.source_run_id} took {self.cost_s} s, less than nothing"
            )
        for name in ("task", "metric", "source", "source_run_id"):
            if not getattr(self, name):
                raise HistoryError(f"{name} of run {self.source_run_id!r} must not be empty")


@dataclass(frozen=True, eq=False, slots=True)
class RunHistory:
    """A foreign history that is read, batch by batch, each time it is asked for.

    A :class:`~warmstart.protocols.HistorySource`; the readers give one, and their examples show
    it.
    """

    source: str
    """Kind of source, such as "optuna"."""

    location: str
    """Where it is, for messages."""

    read: Callable[[Remarks], Iterable[Run | pa.RecordBatch]] = field(repr=False)
    """Yields the runs in an order that is always the same; never writes to the source."""

    prefix: str = ""
    """Put before the source's own names of its runs, where another history has the same."""

    remarks: Remarks = field(default_factory=Remarks, repr=False)
    """Of the last reading, complete when that was."""

    read_curves: Callable[[], Iterable[CurvePoint]] | None = field(default=None, repr=False)
    """Yields the points of the runs' learning curves, where the source records them."""

    def curves(self) -> pa.Table:
        """Points of the runs' curves, those that are recorded; raises as :meth:`batches`."""
        if self.read_curves is None:
            return POINTS.empty_table()
        with readable(self.location):
            points = points_table(self.read_curves())
        return self._prefixed(points) if self.prefix else points

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The runs, in batches of :data:`RUNS`.

        Raises
        ------
        HistoryError
            If something cannot be read, whatever library it was that raised; the message
            names the location and, where it is known, the place.
        """
        self.remarks.clear()
        found = self._packed()
        while True:
            # Only reading is explained: what is done with a batch is not the history's.
            with readable(self.location, self.remarks):
                batch = next(found, None)
            if batch is None:
                return
            yield self._prefixed(batch) if self.prefix else batch

    def _packed(self) -> Iterator[pa.RecordBatch]:
        waiting: list[Run] = []
        for item in self.read(self.remarks):
            if isinstance(item, Run):
                waiting.append(item)
                if len(waiting) == _N_BATCH:
                    yield packed(waiting)
                    waiting = []
            else:
                if waiting:
                    yield packed(waiting)
                    waiting = []
                yield item
        if waiting:
            yield packed(waiting)

    def _prefixed(self, rows: Any) -> Any:
        """Rows of a batch or table whose runs are named with the prefix."""
        place = rows.schema.get_field_index("source_run_id")
        ids = pc.binary_join_element_wise(self.prefix, rows.column(place), "")
        return rows.set_column(place, rows.schema.field(place), ids)

    def to_frame(self) -> Any:
        """All runs as a pandas frame of the columns of :data:`RUNS`."""
        return pa.Table.from_batches(self.batches(), schema=RUNS).to_pandas()


def packed(runs: list[Run]) -> pa.RecordBatch:
    """Runs as one batch of :data:`RUNS`.

    Examples
    --------
    >>> run = Run(task="t", values={"b": 1.0, "a": "x"}, metric="accuracy", score=0.5,
    ...           direction="maximize", source="table", source_run_id="1")
    >>> packed([run]).column("values").to_pylist()
    ['{"a":"x","b":1.0}']
    """
    columns = []
    for part in RUNS:
        cells: Iterable[Any] = (getattr(run, part.name) for run in runs)
        if part.name == "values":
            cells = (json_text(values) for values in cells)
        columns.append(pa.array(cells, part.type, from_pandas=True, size=len(runs)))
    return pa.record_batch(columns, schema=RUNS)


def json_text(values: Mapping[str, Any]) -> str:
    """Plain values as JSON with sorted keys: equal values always give the same text."""
    return json.dumps(
        values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
