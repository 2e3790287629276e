"""Is the new pool better than the old one, on the same tables, folds and rows?

    python benchmarks/base_pools.py [--runs data/runs/rows-2000] [--limit N]

Compares the embedded base's configurations with those of the packed runs on the tables both
were evaluated on, as far as the runs have come. Regret is of the best of n named at once, from
the best of both pools together, in hundredths of the table's range on both; each table's family
is left out of what names them. Part one needs no model: how good the best of each pool is. Part
two is the greedy portfolio and PMF of each pool.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.measured import read_measured
from warmstart.metrics import METRICS
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.recommend.recommender import Recommender

HERE = Path(__file__).resolve().parent.parent
COUNTS = (1, 3, 5, 10)
KINDS = {
    "classification": ("balanced_accuracy", "accuracy", "roc_auc", "log_loss", "f1_macro"),
    "regression": ("r2", "rmse", "mae"),
}


def packed_scores(folder: Path, metric: str) -> pd.DataFrame:
    """Mean over folds of every packed run, tasks × configurations."""
    files = sorted(folder.glob("[0-9]*/folds.parquet"))
    folds = read_measured(files, "folds").select(["task_id", "configuration_id", metric])
    frame = folds.to_pandas().dropna()
    return frame.groupby(["task_id", "configuration_id"])[metric].mean().unstack()


def regrets(best: pd.Series, worst: pd.Series, found: pd.Series) -> pd.Series:
    """Hundredths of each task's range."""
    return 100 * (best - found) / (best - worst).clip(lower=1e-12)


def told(values: pd.Series) -> str:
    """Mean and standard error."""
    return f"{values.mean():6.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):4.2f}"


def named(md: MetaDataset, task: str, kind: str) -> dict[str, list[str]]:
    """What the portfolio and PMF name without the task's family."""
    rest = md.drop(families=[md.families[task]])
    phi = md.metafeatures.loc[task]
    order = Portfolio().fit(rest.table()).start().batch(max(COUNTS))
    portfolio = [rest.table().configuration_ids[k] for k in order]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = (
            Recommender()
            .fit(rest)
            .suggest(metafeatures=phi, n=max(COUNTS), task_type=kind, strategy="pmf")
        )
    return {"portfolio": portfolio, "PMF": [one.configuration_id for one in answer]}


def compare(metric: str, kind: str, runs: Path, limit: int | None) -> None:
    """Print both parts for one metric."""
    base = open_knowledge(None).md
    if metric not in base.metrics:
        return
    new = packed_scores(runs, metric)
    old = base.matrix(metric).dropna(how="all")
    enough = new.notna().sum(axis=1) >= 60
    tasks = [task for task in new.index[enough] if task in old.index][:limit]
    if len(tasks) < 5:
        print(f"{metric}: only {len(tasks)} tasks in common yet")
        return
    new, old = (
        new.loc[tasks].dropna(axis=1, how="all"),
        old.loc[tasks].dropna(axis=1, how="all"),
    )
    both = pd.concat([new, old.drop(columns=new.columns.intersection(old.columns))], axis=1)
    best, worst = both.max(axis=1), both.quantile(0.05, axis=1)
    print(f"\n{metric}: {len(tasks)} tasks; {old.shape[1]} old, {new.shape[1]} new points")
    for name, pool in (("old", old), ("new", new)):
        found = regrets(best, worst, pool.max(axis=1))
        wins = (pool.max(axis=1) >= best).mean()
        print(f"  best of the {name} pool: {told(found)}, best of both on {100 * wins:.0f} %")
    told_rows: dict[tuple[str, str], list[list[float]]] = {}
    for name, pool in (("old", old), ("new", new)):
        tasks_frame = base.tasks.loc[tasks, ["task_type", "name"]]
        md = MetaDataset.from_matrix(
            pool,
            metafeatures=base.metafeatures.loc[tasks],
            families=base.families.loc[tasks],
            tasks=tasks_frame,
            metric=metric,
        )
        for task in tasks:
            for method, ids in named(md, task, kind).items():
                scores = pool.loc[task, ids].to_numpy()
                path = [np.nanmax(np.append(scores[:n], worst[task])) for n in COUNTS]
                spread = max(best[task] - worst[task], 1e-12)
                row = [100 * (best[task] - found) / spread for found in path]
                told_rows.setdefault((name, method), []).append(row)
    for (name, method), rows in told_rows.items():
        frame = pd.DataFrame(rows, columns=COUNTS)
        print(f"  {name} {method:>9}: " + ", ".join(f"{n}: {told(frame[n])}" for n in COUNTS))


def main() -> None:
    """Compare on every metric asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=HERE / "data" / "runs" / "rows-2000")
    parser.add_argument("--metrics", nargs="*", default=sorted(METRICS))
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    for kind, metrics in KINDS.items():
        for metric in metrics:
            if metric in options.metrics:
                compare(metric, kind, options.runs, options.limit)


if __name__ == "__main__":
    main()
