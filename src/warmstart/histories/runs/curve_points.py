"""Points of learning curves as typed rows: what a reader can tell beside the runs' ends."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Literal, get_args

import pyarrow as pa

from warmstart.errors import HistoryError

BudgetKind = Literal["iterations", "rows", "folds", "epochs"]
"""What a budget counts: rounds of boosting or trees, rows, folds, passes over the rows."""

POINTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_run_id", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("budget", pa.float64(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("cost_s", pa.float64()),
    ]
)
"""Schema of points of curves; source, run id and metric name the run they are of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What one run had scored by one budget."""

    source: str
    source_run_id: str
    """As of the :class:`~warmstart.histories.runs.schema.Run` it is of."""

    metric: str
    budget: float
    """Above zero."""

    score: float
    """Higher is better; NaN where the run told none."""

    kind: BudgetKind = "iterations"
    cost_s: float = math.nan
    """Seconds from the beginning of the run."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.budget) and self.budget > 0):
            raise HistoryError(
                f"a budget of run {self.source_run_id} is {self.budget}; budgets are above zero"
            )
        check_kind(self.kind)
        if self.cost_s < 0:
            raise HistoryError(
                f"run {self.source_run_id} had taken {self.cost_s} s by budget "
                f"{self.budget:g}, less than nothing"
            )


def check_kind(kind: str) -> None:
    """Refuse a kind of budget that is none.

    Raises
    ------
    HistoryError
    """
    if kind not in get_args(BudgetKind):
        raise HistoryError(
            f"a budget counts one of {', '.join(get_args(BudgetKind))}, not {kind!r}"
        )


def points_table(points: Iterable[CurvePoint]) -> pa.Table:
    """Points as a table of :data:`POINTS`; infinite scores are none.

    Examples
    --------
    >>> point = CurvePoint(source="optuna", source_run_id="1", metric="r2", budget=1, score=0.5)
    >>> points_table([point]).to_pylist()[0]["kind"]
    'iterations'
    """
    rows = [{one.name: getattr(point, one.name) for one in fields(point)} for point in points]
    for row in rows:
        for name in ("score", "cost_s"):
            row[name] = row[name] if math.isfinite(row[name]) else None
    return pa.Table.from_pylist(rows, schema=POINTS)
