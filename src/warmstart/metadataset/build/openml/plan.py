"""What a build from OpenML reads: a suite or tasks, flows, measures, in units of work."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from warmstart.errors import HistoryError
from warmstart.histories.openml.http.transport import SERVER
from warmstart.histories.openml.measures import HIGHER_IS_BETTER, sign

Kind = Literal[
    "openml-runs", "openml-failures", "openml-traces", "openml-dataset", "openml-description"
]

TIMES = ("usercpu_time_millis", "wall_clock_time_millis")
"""Measures that are a cost where another measure is a score."""

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMLPlan:
    """What to read.

    Raises
    ------
    HistoryError
        If there is no task, flow or measure to read, or a measure's direction is not known.
    """

    flows: tuple[int, ...]
    suites: tuple[str, ...] = ()
    """Numbers or aliases."""

    task_ids: tuple[int, ...] = ()
    """Tasks besides those of the suites."""

    measures: tuple[str, ...] = ("predictive_accuracy",)
    """The first is the default metric of every task."""

    failures: bool = True
    """Whether to list the runs that failed too."""

    traces: bool = True
    """Whether to read what the runs of a search such as ``RandomizedSearchCV`` tried: one
    request a run, many evaluations each. Other flows have none."""

    describe: bool = False
    """Whether to download the datasets and describe them as a new dataset will be; without it
    OpenML's qualities are the meta-features."""

    server: str = SERVER

    def __post_init__(self) -> None:
        if not self.suites and not self.task_ids:
            raise HistoryError("name a suite or tasks to read runs of")
        if not self.flows:
            raise HistoryError("name the flows to read runs of, such as 6969")
        if not self.measures:
            raise HistoryError(
                f"name a measure; known are {', '.join(sorted(HIGHER_IS_BETTER))}"
            )
        for measure in self.measures:
            sign(measure)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OpenMLUnit:
    """What is read, kept and recorded together."""

    kind: Kind
    measure: str = ""
    flow_id: int = 0
    task_id: int = 0
    data_id: int = 0

    @property
    def name(self) -> str:
        """What it is, for people."""
        if self.kind == "openml-dataset":
            return f"dataset {self.data_id}"
        if self.kind == "openml-description":
            return f"meta-features of task {self.task_id}"
        what = self.measure or "failed runs"
        if self.kind == "openml-traces":
            what = f"{what} inside runs"
        return f"{what} of flow {self.flow_id} on task {self.task_id}"

    @property
    def key(self) -> str:
        """The same for the same unit, in every build."""
        text = f"{self.kind}/{self.measure}/{self.flow_id}/{self.task_id}/{self.data_id}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def parse_age(text: str) -> float:
    """Seconds of an age such as ``"30d"``, ``"12h"`` or ``"2w"``.

    Raises
    ------
    HistoryError
        If it is none.

    Examples
    --------
    >>> parse_age("12h")
    43200.0
    """
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise HistoryError(f"an age looks like 30d, 12h or 2w, got {text!r}")
    return float(found[1]) * _SECONDS[found[2]]
