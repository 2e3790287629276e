"""What previous learning curves say of a curve's end, and what stopping by them saves.

    python benchmarks/learning_curves.py --curves FILE [--tasks 60]

FILE is LCDB's long table (openmlid, learner, size_train, score_test, traintime). Every task in
turn is new, its curves left out; the score at 1,024 rows is predicted from the first 3, 5, 7
and 9 sizes. Then each task's learners are trials in random order: one is stopped where the
chance to end above the best so far is under 5 %, or, by the median rule, where it is below the
median of earlier trials at that size. Cost is the share of the seconds that all sizes of all
learners take; regret is of the learner kept, in points of the score. The model has no setting
that was chosen on these tasks.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import LastValue, PowerLaw, PreviousCurves
from warmstart.models.curves.stopping import StoppingRule

SIZES = [16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024]
TARGET = 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--curves", type=Path, required=True)
    parser.add_argument("--tasks", type=int, help="a seeded draw of so many; all by default")
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
    tasks = np.unique(curves.tasks[whole])
    if args.tasks is not None:
        tasks = np.random.default_rng(1).permutation(tasks)[: args.tasks]
    predict(curves, scores, whole, tasks)
    stop(curves, scores, costs, whole, tasks, args.seeds)


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


def stop(curves: Curves, scores: Any, costs: Any, whole: Any, tasks: Any, n_seeds: int) -> None:
    """Cost and regret of stopping rules."""
    print(f"\nStopping, {len(tasks)} tasks x {n_seeds} orders: share of all seconds, regret in")
    print("points of the score, mean ± standard error over tasks\n")
    print("| rule | cost % | regret |\n| --- | --: | --: |")
    results: dict[str, list[list[float]]] = {"previous curves": [], "median": []}
    for task in tasks:
        own = np.flatnonzero(whole & (curves.tasks == task))
        model = PreviousCurves(lowest=0.0, highest=1.0).fit(curves.without([task]))
        rule = StoppingRule(model=model, target=TARGET)
        for name, found in results.items():
            runs = []
            for seed in range(n_seeds):
                order = np.random.default_rng(seed).permutation(own)
                runs.append(replay(scores[order], costs[order], rule, name == "median"))
            found.append(list(np.mean(runs, axis=0)))
    for name, found in results.items():
        values = 100 * np.array(found)
        errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        cost, regret = (
            f"{m:.2f} ± {e:.2f}" for m, e in zip(values.mean(axis=0), errors, strict=True)
        )
        print(f"| {name} | {cost} | {regret} |")


def replay(scores: Any, costs: Any, rule: StoppingRule, by_median: bool) -> tuple[float, float]:
    """Share of the seconds spent, and regret of the best trial that ended."""
    best, spent = -np.inf, 0.0
    seconds = np.nan_to_num(costs, nan=float(np.nanmedian(costs)))
    for row, curve in enumerate(scores):
        stopped = False
        for k in range(len(SIZES)):
            spent += seconds[row, k]
            if k < 2 or row == 0 or k == len(SIZES) - 1:
                continue
            if by_median:
                stopped = row > 1 and curve[k] < np.median(scores[:row, k])
            else:
                stopped = rule.judge(SIZES[: k + 1], curve[: k + 1], best).stop
            if stopped:
                break
        if not stopped:
            best = max(best, curve[-1])
    return spent / seconds.sum(), float(scores[:, -1].max() - best)


if __name__ == "__main__":
    main()
