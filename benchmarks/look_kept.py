"""Of ten that were cross-validated, which is kept? Real fits, judged on test rows.

    python benchmarks/look_kept.py --tables tuning --minutes 10

Our ten, named at once, are fitted to the three folds of a look (at most 2,000 rows), and each
to all training rows to be scored on rows that nothing else saw. By the same fits several rules
choose: the best mean; all that is known (the prior, told every fold with its noise); the mean
shrunk by its noise; and both after the finalists had three further folds. What CV loses by
keeping the wrong one is the best test score of the ten less that of the one kept; a part of it
is luck of the test rows, which no rule can win back.
"""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import warmstart
from _looked_tables import Table
from _looks import our_batch
from _real_tables import RealTable
from look_real import asked, parser_of, tasks_of
from warmstart.knowledge.base import open_knowledge
from warmstart.metrics import METRICS, metrics_for
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.noise import Folds, average_scores
from warmstart.recommend.look.measuring.splits import Part

N_CHOSEN, N_FINALISTS, N_FOLDS = 10, 5, 3
LIMIT_S = 20.0

Floats = np.ndarray[Any, np.dtype[np.float64]]


def fitted_ten(table: Table) -> dict[str, Any] | None:
    """Scores of ten on six folds, and on the test rows."""
    ten = our_batch(table)[:N_CHOSEN]
    scores = np.full((len(ten), 2 * N_FOLDS), np.nan)
    for row, index in enumerate(ten):
        for fold in range(N_FOLDS):
            found = table.measure(index, Part(0, fold), LIMIT_S)
            scores[row, fold] = np.nan if found is None else found.score
    whole = np.isfinite(scores[:, :N_FOLDS]).all(axis=1)
    if whole.sum() < N_FINALISTS:
        return None
    ten, scores = [t for t, w in zip(ten, whole, strict=True) if w], scores[whole]
    # Who may be the best by either rule has further folds.
    both = {*_best(scores[:, :N_FOLDS].mean(axis=1)), *_best(_believed(table, ten, scores, 3))}
    for row in both:
        for fold in range(N_FOLDS):
            found = table.measure(ten[row], Part(1, fold), LIMIT_S)
            scores[row, N_FOLDS + fold] = np.nan if found is None else found.score
    return {
        "scores": scores.tolist(),
        "test": [table.truth(index) for index in ten],
        "believed": {
            str(n): _believed(table, ten, scores, n).tolist() for n in (N_FOLDS, 2 * N_FOLDS)
        },
        "unlike": _believed(table, ten, scores, N_FOLDS, alike=True).tolist(),
        "n_scored": table.n_train // 3,
    }


def _best(values: Floats) -> list[int]:
    return [int(k) for k in np.argsort(-values)[:N_FINALISTS]]


def _believed(
    table: Table, ten: list[int], scores: Floats, n_folds: int, *, alike: bool = False
) -> Floats:
    """Minus the response expected of each, told the first folds with their noise."""
    belief: LookBelief = table.remembered(
        "belief", lambda: LookBelief.of(table.fitted, table.phi, table.columns)
    )
    metric = METRICS[str(table.fitted.table.metric)]
    found = average_scores(
        scores[:, :n_folds],
        Folds(
            weights=[1.0] * n_folds,
            divisions=None if table.more_rows else [k // N_FOLDS for k in range(n_folds)],
            n_each=N_FOLDS,
        ),
        ideal=metric.best,
        lowest=metric.lowest,
        n_scored=table.n_train // 3,
    )
    if alike:  # shrunk to their mean, by how much they seem to differ
        spread = max(float(found.means.var()) - float((found.stds**2).mean()), 1e-12)
        shares = spread / (spread + found.stds**2)
        return np.asarray(found.means.mean() + shares * (found.means - found.means.mean()))
    belief.learn(ten, found, ())
    result: Floats = -belief.means[ten]
    return result


def kept_by(row: Mapping[str, Any]) -> dict[str, float]:
    """Test score x 100 of what each rule keeps, less that of the best of the ten."""
    test, scores = np.array(row["test"]), np.array(row["scores"])
    first = scores[:, :N_FOLDS].mean(axis=1)
    every = np.nanmean(scores, axis=1)
    raced = np.isfinite(scores[:, N_FOLDS:]).any(axis=1)
    believed = {n: np.array(values) for n, values in row["believed"].items()}
    picks = {
        "the first of them, unseen": 0,
        "best mean of three folds": int(first.argmax()),
        "... shrunk by its noise": int(np.argmax(row["unlike"])),
        "all that is known, three folds": int(believed["3"].argmax()),
        "best mean of six folds, finalists": int(np.where(raced, every, -np.inf).argmax()),
        "all that is known, six folds": int(np.where(raced, believed["6"], -np.inf).argmax()),
        "one of the ten at random": -1,
    }
    means = {name: test[k] if k >= 0 else test.mean() for name, k in picks.items()}
    return {name: 100 * float(test.max() - value) for name, value in means.items()}


def main() -> None:
    parser = parser_of(__doc__)
    parser.set_defaults(kept=Path("build/bench/kept_of_ten.jsonl"))
    args = parser.parse_args()
    base, begun = open_knowledge(None), time.monotonic()
    families = base.md.families
    done: dict[tuple[str, str], dict[str, Any]] = {}
    if args.kept.exists():
        for line in args.kept.read_text().splitlines():
            row = json.loads(line)
            done[row["table"], row["metric"]] = row
    tasks = tasks_of(args)[: args.tasks]
    for task in tasks:
        asked_of = [m.name for m in metrics_for(task.task_type) if m.name in args.metrics]
        asked_of = [m for m in asked_of if (task.task_id, m) not in done]
        if args.report or not asked_of or time.monotonic() - begun > 60 * args.minutes:
            continue
        real = RealTable(task, args.fits)
        kind = "regression" if task.task_type == "regression" else "classification"
        own = list(families.index[families == task.family])
        for metric in asked_of:
            table = asked(real, metric, base.fitted(kind, metric, own), args.wheels)
            found = fitted_ten(table)
            if found is None:
                continue
            row = {"table": task.task_id, "metric": metric, **found}
            done[task.task_id, metric] = row
            args.kept.parent.mkdir(parents=True, exist_ok=True)
            with args.kept.open("a") as file:
                file.write(json.dumps(row) + "\n")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"warmstart {warmstart.__version__}; points x 100 lost to the best of ten\n")
    names = {task.task_id for task in tasks}
    for metric in args.metrics:
        frame = pd.DataFrame(
            [kept_by(row) for (name, m), row in done.items() if m == metric and name in names]
        )
        if len(frame) < 2:
            continue
        print(f"## {metric}: {len(frame)} tables\n")
        print("| kept | lost | less than by the best mean |")
        print("| --- | --: | --: |")
        usual = frame["best mean of three folds"]
        for name in frame:
            gap, error = usual - frame[name], frame[name].std(ddof=1) / np.sqrt(len(frame))
            apart = gap.std(ddof=1) / np.sqrt(len(frame))
            print(
                f"| {name} | {frame[name].mean():.2f} ± {error:.2f} "
                f"| {gap.mean():+.2f} ± {apart:.2f} |"
            )
        print(flush=True)


if __name__ == "__main__":
    main()
