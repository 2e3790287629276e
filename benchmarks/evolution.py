"""What is a first population from other tasks worth to evolution?

    python benchmarks/evolution.py
    python benchmarks/evolution.py --table oboe

Methods are replayed on recorded tables, families (or OpenML datasets) held out: normalised
regret x 100 after so many evaluations, mean over tasks and seeds, ± standard error over tasks.
The portfolio and random search stand beside them.
"""

from __future__ import annotations

import argparse

import pandas as pd

from _common import questions
from warmstart.evaluate.replay import replay
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.history.training_scores import score_table

METHODS = ("evolution", "cold_evolution", "evolution_strategy", "cold_evolution_strategy")
AT = (1, 5, 20, 60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", help="a published table instead of the embedded base")
    parser.add_argument("--metrics", nargs="+", default=["balanced_accuracy", "r2"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folds", type=int, default=5)
    args = parser.parse_args()
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


if __name__ == "__main__":
    main()
