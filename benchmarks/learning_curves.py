"""What previous learning curves say of a curve's end, and what stopping by them saves.

    python benchmarks/learning_curves.py --curves FILE [--tasks 60] [--tuning]

FILE is LCDB's long table (openmlid, learner, size_train, score_test, traintime). Every task in
turn is new, its curves left out; the score at 1,024 rows is predicted from the first 3, 5, 7
and 9 sizes. Then each task's learners are trials in random order: one is stopped where the
chance to end above the best so far is under 5 %, where its expected improvement is under a
fiftieth of how far the learners of one task end apart, or, by the median rule, where it is
below the median of earlier trials at that size; the first two also with the belief of a
base's PMF, told every trial that ended, as prior of the end. Cost is the share of the rows, and
of the seconds, that all sizes of all learners take; regret is of the learner kept, in points of
the score. What was chosen was chosen with --tuning.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.downstream.schedulers.end_prior import end_prior
from warmstart.histories.curves import lcdb
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import LastValue, PowerLaw, PreviousCurves
from warmstart.models.curves.stopping import GAIN, StoppingRule, usual_gain
from warmstart.recommend.recommender import Recommender

SIZES = [16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024]
TARGET = 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--curves", type=Path, required=True)
    parser.add_argument("--tasks", type=int, help="a seeded draw of so many; all by default")
    parser.add_argument("--tuning", action="store_true", help="other tasks than the first 60")
    parser.add_argument("--skip", type=int, default=0, help="so many tasks of the draw")
    parser.add_argument("--question", choices=["ends", "stopping", "both"], default="both")
    parser.add_argument("--gain", type=float, default=GAIN, help="of the spread of ends")
    parser.add_argument("--least", type=int, default=2, help="points before a judgement")
    parser.add_argument("--seeds", type=int, default=3, help="orders of trials")
    return parser.parse_args()


def main() -> None:
    """Print both tables."""
    args = arguments()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    frame = pd.read_parquet(args.curves)
    frame = frame.assign(learner=frame["learner"].astype(str))
    key = ["openmlid", "learner"]
    curves = Curves.from_frame(
        frame, curve=key, budget="size_train", score="score_test", task="openmlid"
    )
    seconds = frame.pivot_table(index=key, columns="size_train", values="traintime")
    costs = Curves(budgets=curves.budgets, values=seconds.to_numpy("float64")).at(SIZES)
    scores = curves.at(SIZES)
    whole = np.isfinite(scores).all(axis=1)
    tasks = np.random.default_rng(1).permutation(np.unique(curves.tasks[whole]))
    if args.tuning:  # none of those that are reported
        tasks = tasks[60:]
    tasks = tasks[args.skip :][: args.tasks]
    if args.question in ("ends", "both"):
        predict(curves, scores, whole, tasks)
    if args.question in ("stopping", "both"):
        stop(curves, scores, costs, whole, tasks, args)


def predict(curves: Curves, scores: Any, whole: Any, tasks: Any) -> None:
    """Errors of the end by model and number of sizes seen."""
    n = int((whole & np.isin(curves.tasks, tasks)).sum())
    print(f"Score at {TARGET} rows, {len(tasks)} tasks, {n} curves: mean absolute error ±")
    print("standard error over tasks (share within 2 standard deviations)\n")
    print("| model | 3 | 5 | 7 | 9 |\n| --- | --: | --: | --: | --: |")
    bounds = {"lowest": 0.0, "highest": 1.0}
    for name, model in (
        ("previous curves", PreviousCurves(**bounds)),
        ("power law", PowerLaw(**bounds)),
        ("last value", LastValue()),
    ):
        cells = []
        for n_seen in (3, 5, 7, 9):
            errors, within = [], []
            for task in tasks:
                model.fit(curves.without([task]))
                own = np.flatnonzero(whole & (curves.tasks == task))
                found = [
                    model.predict(SIZES[:n_seen], scores[row, :n_seen], TARGET) for row in own
                ]
                gap = np.abs(np.array([mean for mean, _ in found]) - scores[own, -1])
                errors.append(gap.mean())
                within += list(gap < 2 * np.array([std for _, std in found]))
            error = np.std(errors, ddof=1) / np.sqrt(len(errors))
            cells.append(f"{np.mean(errors):.3f} ± {error:.3f} ({100 * np.mean(within):.0f} %)")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


RULES = {
    "median rule": None,
    "chance, curves alone": ("p_stop", False),
    "chance": ("p_stop", True),
    "gain, curves alone": ("least_gain", False),
    "gain (default)": ("least_gain", True),
}
"""By what a trial is stopped, and whether the belief's score of its learner is the prior."""


def stop(curves: Curves, scores: Any, costs: Any, whole: Any, tasks: Any, args: Any) -> None:
    """Cost and regret of stopping rules."""
    n_seeds = args.seeds
    print(f"\nStopping, {len(tasks)} tasks x {n_seeds} orders: share of all rows and of all")
    print("seconds, regret in points of the score, mean ± standard error over tasks\n")
    print("| rule | rows % | seconds % | regret |\n| --- | --: | --: | --: |")
    md = MetaDataset.from_histories([lcdb.read(args.curves)])
    results: dict[str, list[Any]] = {name: [] for name in RULES}
    for task in tasks:
        own = np.flatnonzero(whole & (curves.tasks == task))
        past = curves.without([task])
        model = PreviousCurves(lowest=0.0, highest=1.0).fit(past)
        gain = args.gain * usual_gain(past, TARGET) / GAIN
        base = Recommender(random_state=0).fit(md.drop(tasks=[str(task)]))
        for name, kind in RULES.items():
            rule, with_prior = None, False
            if kind is not None:
                by, with_prior = kind
                limit = gain if by == "least_gain" else None
                rule = StoppingRule(
                    model=model, target=TARGET, least_gain=limit, n_least=args.least
                )
            runs = []
            for seed in range(n_seeds):
                order = np.random.default_rng(seed).permutation(own)
                belief = Belief(base, curves, order) if with_prior else None
                runs.append(replay(scores[order], costs[order], rule, belief))
            results[name].append(np.mean(runs, axis=0))
    for name, found in results.items():
        values = 100 * np.array(found)
        errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        cells = (f"{m:.2f} ± {e:.2f}" for m, e in zip(values.mean(axis=0), errors, strict=True))
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


class Belief:
    """What the base's PMF expects of each trial's end, told the trials that ended."""

    def __init__(self, base: Recommender, curves: Curves, order: Any) -> None:
        self._search = base.search(metafeatures=None)
        self._names = [{"learner": curves.labels[row]} for row in order]

    def of(self, row: int) -> tuple[float, float]:
        return end_prior(self._search, self._names[row])

    def tell(self, row: int, score: float) -> None:
        self._search.tell(self._names[row], float(score))


def replay(
    scores: Any, costs: Any, rule: StoppingRule | None, belief: Belief | None
) -> tuple[float, float, float]:
    """Shares of the rows and seconds spent, and regret of the best trial that ended."""
    best, ends = -np.inf, []
    for row, curve in enumerate(scores):
        prior = None if belief is None else belief.of(row)
        end = len(SIZES) - 1
        for k in range(end):
            if row == 0:
                break
            if rule is None:
                stopped = k >= 2 and row > 1 and curve[k] < np.median(scores[:row, k])
            else:
                stopped = rule.judge(SIZES[: k + 1], curve[: k + 1], best, prior=prior).stop
            if stopped:
                end = k
                break
        if end == len(SIZES) - 1:
            best = max(best, curve[-1])
            if belief is not None:
                belief.tell(row, curve[-1])
        ends.append(end)
    at = np.arange(len(ends)), np.array(ends)
    seconds = np.nan_to_num(costs, nan=float(np.nanmedian(costs))).cumsum(axis=1)
    rows = np.cumsum(SIZES)
    return (
        float(rows[at[1]].mean() / rows[-1]),
        float(seconds[at].sum() / seconds[:, -1].sum()),
        float(scores[:, -1].max() - best),
    )


if __name__ == "__main__":
    main()
