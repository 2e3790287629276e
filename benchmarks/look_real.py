"""What a look is worth on real fits: test score of what is kept, at equal seconds.

    python benchmarks/real_fits.py --tasks 40
    python benchmarks/look_real.py --tables tuning
    python benchmarks/look_real.py --tables reported

Replays strategies on what ``real_fits.py`` kept: whole pipelines with their own seconds, what
prepares alike shared, tables whose families the base does not know. Each strategy has the
same seconds of one core; what it keeps, fitted to all training rows, is scored on test
rows that nothing else saw. Settings are chosen on the tables of one half, by a hash of
their names, and reported on the other.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import warmstart
from warmstart.knowledge.base import open_knowledge
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.recommend.acquisition.batch import best_of_n
from warmstart.recommend.acquisition.policies import N_SAMPLES
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.base.unaligned import take_columns
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.fits import Job, Outcome
from warmstart.recommend.look.record import Record
from warmstart.recommend.look.request import Bounds, Rules
from warmstart.recommend.look.search import LookSearch
from warmstart.recommend.look.seconds import Seconds

OVERHEAD_S = 0.004
"""Charged to every fit of every strategy: building the pipeline, learning from its score."""

Kept = Callable[["Table", float], int]


@dataclass(kw_only=True)
class Table:
    """One recorded table in one metric, with the base's belief about it."""

    name: str
    fitted: Fitted
    phi: pd.Series[Any]
    columns: np.ndarray[Any, Any]
    """Of the base, of the configurations that could be fitted."""

    scores: np.ndarray[Any, Any]
    """Shape (n_configs, n_parts); the last part is the test."""

    prepare_s: np.ndarray[Any, Any]
    fit_s: np.ndarray[Any, Any]
    recipes: list[str]
    n_train: int
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def test(self) -> np.ndarray[Any, Any]:
        return self.scores[:, -1]

    def remembered(self, key: str, make: Callable[[], Any]) -> Any:
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

    def predicted_s(self) -> np.ndarray[Any, Any]:
        return self.remembered(
            "costs",
            lambda: Seconds.of(
                self.fitted, self.phi, list(self.columns), n_rows=self.n_train, speed=1.0
            ).predicted(),
        )

    def regrets(self) -> np.ndarray[Any, Any]:
        """Draws that the instant batch is chosen by, shape (n_draws, n_configs)."""

        def draw() -> Any:
            state = self.fitted.chooser.start(self.phi, self.columns)
            return state.draw_losses(N_SAMPLES, np.random.default_rng(0))

        return self.remembered("regrets", draw)


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
        job = self._queue[0]
        part = 3 * job.part.division + job.part.fold
        table = self.table
        if part >= table.scores.shape[1] - 1:
            raise IndexError(f"{job.part} was not recorded")
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


def look(rules: Rules, kept: str = "belief") -> Kept:
    """A look with some rules; what is kept by the belief, or by the luckiest score."""

    def keep(table: Table, seconds: float) -> int:
        fits = Recorded(table)
        belief = table.remembered(
            "belief",
            lambda: LookBelief(table.fitted, table.phi, [int(c) for c in table.columns]),
        )
        belief.posterior = belief._untold()
        costs = table.predicted_s()
        learners = [table.fitted.learners[c] for c in table.columns]
        record = Record(table.fitted.pmf.ideal * belief.scale, table.n_train // 3)
        draws = table.regrets()
        low = draws.min(axis=1, keepdims=True)
        high = draws.max(axis=1, keepdims=True)
        search = LookSearch(
            belief,
            ((draws - low) / (high - low)).mean(axis=0),
            Seconds(costs, learners),
            fits,
            record,
            np.ones(len(table.columns), dtype=bool),
            bounds=Bounds(seconds=seconds),
            rules=rules,
            weight=lambda _division: 1.0,
        )
        search.run()
        measured = record.measured
        if not measured:
            return int(draws.mean(axis=0).argmin())
        if kept == "belief":
            return min(measured, key=lambda i: belief.means[i])
        whole = [i for i in measured if len(record.scores[i]) >= 3]
        return max(
            whole or measured, key=lambda i: float(np.mean(list(record.scores[i].values())))
        )

    return keep


def in_order(order: Callable[[Table], list[int]]) -> Kept:
    """A list cross-validated from its top until the time is over; the best score is kept."""

    def keep(table: Table, seconds: float) -> int:
        fits = Recorded(table)
        listed = table.remembered(str(id(order)), lambda: order(table))
        found: dict[int, float] = {}
        for index in listed:
            scores = []
            for fold in range(3):
                from warmstart.recommend.look.splits import Part

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
    reduced = take_columns(table.fitted.aligned, table.columns)
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
    seed = zlib.crc32(table.name.encode())
    return [int(k) for k in np.random.default_rng(seed).permutation(len(table.columns))]


BASE = Rules(max_divisions=2)
STRATEGIES: dict[str, Kept] = {
    "our batch, in its order": in_order(our_batch),
    "greedy portfolio": in_order(portfolio),
    "portfolio per second": in_order(portfolio_per_second),
    "random": in_order(at_random),
    "look": look(BASE),
}
ABLATIONS: dict[str, Kept] = {
    "look": look(BASE),
    "... kept by the luckiest score": look(BASE, kept="score"),
    "... all the time exploring": look(replace(BASE, explore_share=1.0)),
    "... not per second": look(replace(BASE, per_second=False)),
    "... every fold of every configuration": look(replace(BASE, give_up=0.0)),
    "... exploring .5": look(replace(BASE, explore_share=0.5)),
    "... 3 finalists": look(replace(BASE, n_finalists=3)),
    "... 10 finalists": look(replace(BASE, n_finalists=10)),
    "EI per second, luckiest score": look(
        replace(BASE, explore_share=1.0, give_up=0.0), kept="score"
    ),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fits", type=Path, default=Path("build/bench/real_fits"))
    parser.add_argument("--tables", choices=["all", "tuning", "reported"], default="all")
    parser.add_argument("--seconds", type=float, nargs="+", default=[0.5, 1, 2, 4, 8])
    parser.add_argument("--ablations", action="store_true")
    parser.add_argument(
        "--metrics", nargs="+", default=["balanced_accuracy", "roc_auc", "log_loss", "r2"]
    )
    return parser.parse_args()


def load(path: Path, metric: str, base: Any) -> Table | None:
    """A recorded table in one metric; None where it is of the other kind."""
    with np.load(path) as found:
        metrics = [str(name) for name in found["metrics"]]
        if metric not in metrics:
            return None
        kind = "regression" if str(found["task_type"]) == "regression" else "classification"
        fitted = base.fitted(kind, metric)
        ids = [str(name) for name in found["configurations"]]
        place = {str(name): k for k, name in enumerate(fitted.table.configuration_ids)}
        scores = found["scores"][:, :, metrics.index(metric)]
        usable = [
            row
            for row, name in enumerate(ids)
            if name in place and np.isfinite(scores[row]).all()
        ]
        phi = pd.Series(
            found["metafeatures"], index=[str(n) for n in found["metafeature_names"]]
        )
        return Table(
            name=path.stem,
            fitted=fitted,
            phi=phi,
            columns=np.asarray([place[ids[row]] for row in usable]),
            scores=scores[usable],
            prepare_s=found["prepare_s"][usable],
            fit_s=found["fit_s"][usable],
            recipes=[str(found["recipes"][row]) for row in usable],
            n_train=int(found["n_rows"][0]),
        )


def in_half(name: str, half: str) -> bool:
    tuning = zlib.crc32(f"half {name}".encode()) % 2 == 0
    return half == "all" or tuning == (half == "tuning")


def main() -> None:
    args = arguments()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}; {args.tables} tables\n", flush=True)
    base = open_knowledge(None)
    paths = [p for p in sorted(args.fits.glob("*.npz")) if in_half(p.stem, args.tables)]
    methods = ABLATIONS if args.ablations else STRATEGIES
    for metric in args.metrics:
        tables = [t for t in (load(path, metric, base) for path in paths) if t is not None]
        if len(tables) < 2:
            continue
        report(metric, tables, methods, args.seconds)


def report(
    metric: str, tables: list[Table], methods: dict[str, Kept], seconds: list[float]
) -> None:
    """Test score lost to the best of the pool, and the difference to the first method."""
    lost = {
        name: np.array(
            [[100 * (t.test.max() - t.test[keep(t, s)]) for s in seconds] for t in tables]
        )
        for name, keep in methods.items()
    }
    first = next(iter(lost))
    print(
        f"## {metric}: {len(tables)} tables, what is kept leaves of the best test score x 100\n"
    )
    print("| method | " + " | ".join(f"{s:g} s" for s in seconds) + " |")
    print("| --- |" + " --: |" * len(seconds))
    for name, values in lost.items():
        means = values.mean(axis=0)
        gap = values - lost[first]
        errors = gap.std(axis=0, ddof=1) / np.sqrt(len(tables))
        cells = [f"{m:.2f}" for m in means]
        if name != first:
            cells = [
                f"{c} ({g:+.2f} ± {e:.2f})"
                for c, g, e in zip(cells, gap.mean(axis=0), errors, strict=True)
            ]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(flush=True)


if __name__ == "__main__":
    main()
