"""What the benchmarks of looks share: tables whose fits are known or made, and their clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from warmstart.recommend.acquisition.batch import N_SAMPLES
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.look.measuring.fits import Fit, FitOutcome
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Part

OVERHEAD_S = 0.004
"""Charged to every fit of every strategy: building the pipeline, learning from its score."""

SAME_ROWS = 100
"""Divisions from here on are of the rows of the first."""

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One fit that was made."""

    score: float
    """NaN where it failed."""

    prepare_s: float
    fit_s: float
    recipe: str
    """Configurations of one recipe are prepared together."""


@dataclass(kw_only=True)
class Table:
    """One table in one metric: its fits, and the base's belief about it."""

    name: str
    fitted: Fitted
    phi: pd.Series[Any] | None
    columns: list[int]
    """Of the base, of the configurations that can be fitted; what only others list has the
    places after them."""

    measure: Callable[[int, Part, float], Measured | None]
    """Of a configuration, by its place, on a fold; None if it takes longer than so many
    seconds."""

    truth: Callable[[int], float]
    """What a configuration that is kept is judged by."""

    n_train: int
    unit: float = 1.0
    """What scores are divided by."""

    best: float = 0.0
    """What is lost is lost to this; any number where only differences are told."""

    max_divisions: int = 3
    more_rows: bool = False
    """Whether further divisions have other rows."""

    weight: Callable[[int], float] = lambda _division: 1.0
    rows_ratio: float = 1.0
    """Rows of the data for one that is looked at."""

    lists: dict[str, list[int]] = field(default_factory=dict)
    """Of others."""

    values: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """Hyperparameters of what only others list, where our pipelines run it."""

    thinking: bool = False
    """Whether a strategy's own CPU seconds count, beside those of fits."""

    memory: dict[str, Any] = field(default_factory=dict)

    def remembered(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

    def told(self, quantiles: Floats, **more: float) -> None:
        """Note what is told of what is kept: quantiles at .05, .5 and .95, shape (3, 1)."""
        found = self.fitted.units.as_reported(quantiles, self.phi)[:, 0]
        named = dict(zip(("low", "expected", "high"), map(float, found), strict=True))
        self.memory["told"] = named | more

    def listed(self, name: str) -> dict[int, Mapping[str, Any]]:
        """What a list has, by its places, which follow the base's; nothing without a name."""
        found = {k: self.values[k] for k in self.lists.get(name, [])}
        assert not found or min(found) == len(self.columns)
        return found

    def predicted_s(self) -> Floats:
        """Seconds of a fit of each configuration, before any was seen."""

        def predict() -> Any:
            return Seconds.of(
                self.fitted, self.phi, self.columns, n_rows=self.n_train, speed=1.0
            ).predicted()

        found: Floats = self.remembered("costs", predict)
        return found

    def regrets(self) -> Floats:
        """Draws that an instant batch is chosen by, shape (n_draws, n_configs)."""

        def draw() -> Any:
            columns = np.asarray(self.columns)
            belief = self.fitted.chooser.start(self.phi, columns)
            outlook = self.fitted.outlook(self.phi, columns, calibrated=True)
            return outlook.draws(belief, N_SAMPLES, np.random.default_rng(0))

        found: Floats = self.remembered("regrets", draw)
        return found

    def lost(self, kept: int) -> float:
        """What is lost to the best by keeping a configuration."""
        return (self.best - self.truth(kept)) / self.unit


class Recorded:
    """Answers for fits made before, or made for it; its clock runs as they did."""

    def __init__(self, table: Table, *, same_rows: bool = False) -> None:
        self.table, self.clock, self._same_rows = table, 0.0, same_rows
        self._prepared: set[tuple[str, Part]] = set()
        self._queue: list[Fit] = []
        self._begun, self._not_thinking = time.process_time(), 0.0

    def now(self) -> float:
        if not self.table.thinking:
            return self.clock
        return self.clock + time.process_time() - self._begun - self._not_thinking

    def submit(self, job: Fit) -> None:
        self._queue.append(job)

    def _part(self, part: Part) -> Part:
        division = part.division
        if self._same_rows and division > 0 and self.table.more_rows:
            return Part(SAME_ROWS + division, part.fold)
        return part

    def wait(self, until: float) -> FitOutcome | None:
        begun = time.process_time()
        left = until - self.now()
        try:
            return self._fit(left)
        finally:
            self._not_thinking += time.process_time() - begun

    def _fit(self, left: float) -> FitOutcome | None:
        job = self._queue[0]
        found = self.table.measure(job.index, self._part(job.part), max(left, 0.0))
        if found is None:
            self.clock += max(left, 0.0)
            return None
        key = found.recipe, job.part
        took = OVERHEAD_S + found.fit_s
        charged = took + found.prepare_s
        if key not in self._prepared:
            took = charged
        if took > left:
            self.clock += max(left, 0.0)
            return None
        self._queue.pop(0)
        self._prepared.add(key)
        self.clock += took
        if not np.isfinite(found.score):
            return FitOutcome(job=job, score=np.nan, cost_s=charged, status="failed")
        return FitOutcome(job=job, score=found.score, cost_s=charged)

    def close(self) -> None:
        self._queue.clear()
