"""What is a first population from other tasks worth to evolution?

    python benchmarks/evolution.py
    python benchmarks/evolution.py --table oboe
    python benchmarks/evolution.py --yahpo FOLDER --seeds 3

Methods are replayed on recorded tables, families (or OpenML datasets) held out: normalised
regret x 100 after so many evaluations, mean over tasks and seeds, ± standard error over tasks.
The portfolio and random search stand beside them. With ``--yahpo`` the tables are answers of
YAHPO's surrogates to some hundred random configurations and the tasks the ten of
``seeded_populations.py``; regret is there, as in that one, in hundredths of the way from the
best of the table to its median, and the gain of a warm start is paired by task.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from _common import questions
from warmstart.evaluate.replay import replay
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.history.training_scores import score_table

METHODS = ("evolution", "cold_evolution", "evolution_strategy", "cold_evolution_strategy")
"""Each warm, then cold."""

AT = (1, 5, 20, 60)
N_YAHPO = 10
"""Tasks of YAHPO that are tuned."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", help="a published table instead of the embedded base")
    parser.add_argument("--yahpo", type=Path, metavar="FOLDER", help="YAHPO's tables instead")
    parser.add_argument("--scenarios", nargs="+", default=["rbv2_xgboost", "rbv2_rpart"])
    parser.add_argument("--metrics", nargs="+", default=["balanced_accuracy", "r2"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folds", type=int, default=5)
    args = parser.parse_args()
    if args.yahpo:
        print(f"    python benchmarks/evolution.py --yahpo {args.yahpo} --seeds {args.seeds}\n")
        for scenario in args.scenarios:
            compare_yahpo(args.yahpo, scenario, args)
        return
    said = f"--table {args.table}" if args.table else f"--metrics {' '.join(args.metrics)}"
    print(f"    python benchmarks/evolution.py {said} --seeds {args.seeds}\n")
    if args.table:
        compare(MetaDataset.published(args.table), args.table, None, args)
        return
    md = open_knowledge(None).md
    for kind, metric in questions(md, ("classification", "regression"), args.metrics):
        compare(with_values(md, kind, metric), f"embedded base, {kind}", metric, args)


def with_values(md: MetaDataset, kind: str, metric: str) -> MetaDataset:
    """One kind of task in one metric, and what its configurations are made of."""
    table = score_table(md, metric, kind)
    ids = table.configuration_ids
    return MetaDataset.from_matrix(
        pd.DataFrame(table.scores, index=table.task_ids, columns=ids),
        configurations=pd.DataFrame([dict(md.configuration(one)) for one in ids], index=ids),
        metafeatures=table.metafeatures,
        families=pd.Series(table.families, index=table.task_ids),
        metric=metric,
    )


def compare(md: MetaDataset, name: str, metric: str | None, args: argparse.Namespace) -> None:
    """Print the table of one base."""
    methods = [*METHODS, "portfolio", "random"]
    found = replay(
        md, methods, folds=args.folds, n_evaluations=max(AT), n_seeds=args.seeds, metric=metric
    )
    regret = found.regret[found.regret["t"].isin(AT)]
    by_task = regret.groupby(["method", "t", "task_id"])["normalised_regret"].mean() * 100
    means, errors = (
        by_task.groupby(["method", "t"]).mean(),
        by_task.groupby(["method", "t"]).sem(),
    )
    n_tasks = regret["task_id"].nunique()
    print(f"{name}{f', {metric}' if metric else ''}: {n_tasks} tasks, {args.seeds} seeds")
    for method in methods:
        cells = (f"{means[method, t]:.2f} ± {errors[method, t]:.2f}" for t in AT)
        print(f"  {method:24}  " + " / ".join(cells))
    print(flush=True)


def compare_yahpo(folder: Path, scenario: str, args: argparse.Namespace) -> None:
    """Print regrets in hundredths of best to median, and what a warm start gains."""
    scores = pd.read_parquet(folder / f"{scenario}.acc.parquet").T
    values = json.loads((folder / f"{scenario}.configs.json").read_text())
    md = MetaDataset.from_matrix(
        scores,
        configurations=pd.DataFrame([values[one] for one in scores], index=scores.columns),
    )
    tasks = sorted(scores.index, key=int)
    order = np.random.default_rng(7).permutation(len(tasks))
    held = [tasks[k] for k in sorted(order[:N_YAHPO].tolist())]
    found = replay(
        md,
        [*METHODS, "portfolio", "random"],
        folds={task: int(task in held) for task in tasks},
        tasks=held,
        n_evaluations=max(AT),
        n_seeds=args.seeds,
    ).regret
    span = scores.max(axis=1) - scores.median(axis=1)
    found["regret"] = 100 * found["raw_regret"] / found["task_id"].map(span)
    by_task = found[found["t"].isin(AT)].groupby(["method", "t", "task_id"])["regret"].mean()
    print(f"{scenario}: {len(held)} tasks, {args.seeds} seeds, regret x 100 after {AT}")
    for name in (*METHODS, "portfolio", "random"):
        print(f"  {name:24}  " + _cells(by_task[name]))
    for name in METHODS[::2]:
        gain = by_task[f"cold_{name}"] - by_task[name]
        print(f"  {name + ', gain':24}  " + _cells(gain))
    print(flush=True)


def _cells(by_task: pd.Series[float]) -> str:
    means, errors = by_task.groupby("t").mean(), by_task.groupby("t").sem()
    return " / ".join(f"{means[t]:.1f} ± {errors[t]:.1f}" for t in AT)


if __name__ == "__main__":
    main()
