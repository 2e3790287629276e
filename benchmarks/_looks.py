"""What the benchmarks of looks share: recorded fits with a clock, strategies, a report."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from warmstart.models.rankings.portfolio import Portfolio
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.history.columns import take_columns
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.fits import Job, Outcome
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Part
from warmstart.recommend.look.request import Bounds, Rules
from warmstart.recommend.look.search import LookSearch

OVERHEAD_S = 0.004
"""Charged to every fit of every strategy: building the pipeline, learning from its score."""

Floats = np.ndarray[Any, np.dtype[np.float64]]
Kept = Callable[["Table", float], int]


@dataclass(kw_only=True)
class Table:
    """One table in one metric: fits made before, and the base's belief about it."""

    name: str
    fitted: Fitted
    phi: pd.Series[Any] | None
    columns: list[int]
    """Of the base, of the configurations that could be fitted."""

    scores: Floats
    """Of each fold, divisions one after the other, shape (n_configs, n_folds)."""

    truth: Floats
    """What a configuration that is kept is judged by, shape (n_configs,)."""

    prepare_s: Floats
    """Shape (n_configs, n_folds)."""

    fit_s: Floats
    recipes: Sequence[str]
    """Configurations of one recipe are prepared together."""

    n_train: int
    unit: float = 1.0
    """What lost scores are divided by."""

    memory: dict[str, Any] = field(default_factory=dict)

    def remembered(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

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
            state = self.fitted.chooser.start(self.phi, np.asarray(self.columns))
            return state.draw_losses(N_SAMPLES, np.random.default_rng(0))

        found: Floats = self.remembered("regrets", draw)
        return found

    def lost(self, kept: int) -> float:
        """What is lost to the best of the pool by keeping a configuration."""
        return float(self.truth.max() - self.truth[kept]) / self.unit


class Recorded:
    """Answers for fits that were made before; its clock runs as they did."""

    def __init__(self, table: Table) -> None:
        self.table, self.clock = table, 0.0
        self._prepared: set[tuple[str, int]] = set()
        self._queue: list[Job] = []

    def now(self) -> float:
        return self.clock

    def submit(self, job: Job) -> None:
        self._queue.append(job)

    def wait(self, until: float) -> Outcome | None:
        job, table = self._queue[0], self.table
        part = 3 * job.part.division + job.part.fold
        key = table.recipes[job.index], part
        took = OVERHEAD_S + float(table.fit_s[job.index, part])
        charged = took + float(table.prepare_s[job.index, part])
        if key not in self._prepared:
            took = charged
        if self.clock + took > until:
            self.clock = until
            return None
        self._queue.pop(0)
        self._prepared.add(key)
        self.clock += took
        return Outcome(job=job, score=float(table.scores[job.index, part]), cost_s=charged)

    def close(self) -> None:
        self._queue.clear()


def look(rules: Rules, kept: str = "belief", first: str = "promise") -> Kept:
    """A look with some rules; what is kept is chosen by the belief, or by the best score."""

    def keep(table: Table, seconds: float) -> int:
        belief: LookBelief = table.remembered(
            "belief", lambda: LookBelief.of(table.fitted, table.phi, table.columns)
        )
        belief.forget()
        draws = table.regrets()
        low, high = draws.min(axis=1, keepdims=True), draws.max(axis=1, keepdims=True)
        regret = ((draws - low) / (high - low)).mean(axis=0)
        learners = [table.fitted.learners[c] for c in table.columns]
        record = Record(table.fitted.pmf.ideal * belief.scale, table.n_train // 3)
        LookSearch(
            belief,
            table.remembered("promise", lambda: belief.promise(np.random.default_rng(0)))
            if first == "promise"
            else 1.0 - regret,
            Seconds(table.predicted_s(), learners),
            Recorded(table),
            record,
            np.ones(len(table.columns), dtype=bool),
            bounds=Bounds(seconds=seconds),
            rules=replace(rules, max_divisions=table.scores.shape[1] // 3),
            weight=lambda _division: 1.0,
        ).run()
        measured = record.measured
        if not measured:
            return int(regret.argmin())
        if kept == "belief":
            return min(measured, key=lambda i: belief.means[i])
        whole = [i for i in measured if len(record.scores[i]) >= 3]
        means = {i: float(np.mean(list(record.scores[i].values()))) for i in measured}
        return max(whole or measured, key=lambda i: means[i])

    return keep


def in_order(name: str, order: Callable[[Table], list[int]]) -> Kept:
    """A list cross-validated from its top until the time is over; the best score is kept."""

    def keep(table: Table, seconds: float) -> int:
        fits, listed = Recorded(table), table.remembered(name, lambda: order(table))
        found: dict[int, float] = {}
        for index in listed:
            scores = []
            for fold in range(3):
                fits.submit(Job(index, Part(0, fold)))
                outcome = fits.wait(seconds)
                if outcome is None:
                    return max(found, key=lambda i: found[i]) if found else listed[0]
                scores.append(outcome.score)
            found[index] = float(np.mean(scores))
        return max(found, key=lambda i: found[i])

    return keep


def our_batch(table: Table) -> list[int]:
    return best_of_n(table.regrets(), len(table.columns))


def portfolio(table: Table) -> list[int]:
    reduced = take_columns(table.fitted.aligned, np.asarray(table.columns))
    return Portfolio().fit(reduced).start().batch(len(table.columns))


def portfolio_per_second(table: Table) -> list[int]:
    """Greedy by the mean gain over known tasks for each predicted second."""
    scores = table.fitted.aligned.scores[:, table.columns]
    low, high = np.nanmin(scores, axis=1), np.nanmax(scores, axis=1)
    regret = (high[:, None] - scores) / np.where(high > low, high - low, 1.0)[:, None]
    regret = np.where(np.isfinite(regret), regret, 1.0)
    seconds, best = 3 * table.predicted_s(), np.ones(len(regret))
    order: list[int] = []
    left = np.ones(regret.shape[1], dtype=bool)
    while left.any():
        gain = (best[:, None] - np.minimum(regret, best[:, None])).mean(axis=0)
        pick = int(np.where(left, gain / seconds, -1.0).argmax())
        order.append(pick)
        left[pick] = False
        best = np.minimum(best, regret[:, pick])
    return order


def at_random(table: Table) -> list[int]:
    rng = np.random.default_rng(zlib.crc32(table.name.encode()))
    return [int(k) for k in rng.permutation(len(table.columns))]


RULES = Rules()
LUCKIEST = look(replace(RULES, explore_share=1.0, give_up=0.0), kept="score")
STRATEGIES: Mapping[str, Kept] = {
    "our batch, in its order": in_order("batch", our_batch),
    "greedy portfolio": in_order("portfolio", portfolio),
    "portfolio per second": in_order("portfolio per second", portfolio_per_second),
    "random": in_order("random", at_random),
    "EI per second, the best score is kept": LUCKIEST,
    "look": look(RULES),
}
ABLATIONS: Mapping[str, Kept] = {
    "look": look(RULES),
    "the best score is kept": look(RULES, kept="score"),
    "no race": look(replace(RULES, explore_share=1.0)),
    "not per second": look(replace(RULES, per_second=False)),
    "every fold of every configuration": look(replace(RULES, give_up=0.0)),
    "half of the time racing": look(replace(RULES, explore_share=0.5)),
    "3 finalists": look(replace(RULES, n_finalists=3)),
    "10 finalists": look(replace(RULES, n_finalists=10)),
    "given up below .3": look(replace(RULES, give_up=0.3)),
    "first the least regret expected": look(RULES, first="regret"),
    "EI per second, the best score is kept": LUCKIEST,
}


def in_half(name: str, half: str) -> bool:
    """Whether a table, or a family, belongs to the half that settings are chosen on."""
    tuning = zlib.crc32(f"half {name}".encode()) % 2 == 0
    return half == "all" or tuning == (half == "tuning")


def report(
    heading: str, tables: Sequence[Table], methods: Mapping[str, Kept], seconds: Sequence[float]
) -> None:
    """Print what is lost x 100, mean ± standard error, and the difference to the first."""
    lost = {
        name: np.array([[100 * t.lost(keep(t, s)) for s in seconds] for t in tables])
        for name, keep in methods.items()
    }
    first = next(iter(lost))
    print(f"## {heading}: {len(tables)} tables\n")
    print("| method | " + " | ".join(f"{s:g} s" for s in seconds) + " |")
    print("| --- |" + " --: |" * len(seconds))
    root = np.sqrt(len(tables))
    for name, values in lost.items():
        gap = values - lost[first]
        errors = (values if name == first else gap).std(axis=0, ddof=1) / root
        cells = [f"{m:.2f}" for m in values.mean(axis=0)]
        for k, error in enumerate(errors):
            if name == first:
                cells[k] += f" ± {error:.2f}"
            else:
                cells[k] += f" ({gap[:, k].mean():+.2f} ± {error:.2f})"
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(flush=True)
