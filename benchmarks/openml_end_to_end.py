"""From real OpenML runs to recommendations: do they beat random on tasks never seen?

    python benchmarks/openml_end_to_end.py --runs random_forest.parquet \
        --qualities task_qualities.parquet

Runs of one flow of OpenML in which no two tasks share a configuration. The meta-dataset's
columns are constructed (medoids, see ``MetaDataset.construct``) from the training tasks
alone. Methods are fitted on 80 % of the tasks and recommend n configurations for each of
the rest, knowing its qualities and no run of it. Two judges, both on held-out tasks:

surrogate
    A random forest a task, fitted to all of its runs, scores the recommended configurations
    themselves. Regret is against the best and worst of its predictions over all medoids of
    the split and the task's own runs. It is a model: its R² out of bag is printed.
observed
    Each recommendation stands for the task's own run nearest to it, whose score was
    measured. Regret is against the task's best and worst run.

Standard errors are over splits; every method sees the same splits.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import pairwise_distances_argmin

import warmstart
from _alone import Alone
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.base.begin import begun
from warmstart.recommend.methods import make_method
from warmstart.spaces.encoding import ConfigurationEncoder

METHODS = ["pmf", "knn", "knn_portfolio", "portfolio", "average_best", "random"]


def read(args: argparse.Namespace) -> MetaDataset:
    """The runs as a meta-dataset; missing qualities are medians."""
    frame = pd.read_parquet(args.runs)
    parameters = [name for name in frame.columns if "__" in name and frame[name].nunique() > 1]
    qualities = pd.read_parquet(args.qualities)
    qualities = qualities[qualities.index.isin(frame[args.task])].astype(float)
    qualities = qualities.replace([np.inf, -np.inf], np.nan).dropna(axis=1, thresh=1)
    return MetaDataset.from_evaluations(
        frame,
        task=args.task,
        score=args.score,
        parameters=parameters,
        metafeatures=qualities.fillna(qualities.median()),
        metric=args.score,
    )


class Judges:
    """Scores configurations on one task."""

    def __init__(self, X: np.ndarray, scores: np.ndarray, seed: int) -> None:
        self.X, self.scores = X, scores
        self.forest = RandomForestRegressor(
            50, min_samples_leaf=2, oob_score=True, random_state=seed, n_jobs=1
        ).fit(X, scores)

    def regrets(self, points: np.ndarray, pool: np.ndarray) -> dict[str, np.ndarray]:
        """Normalised regret after each of the recommended points, in order."""
        predicted = self.forest.predict(np.concatenate([pool, self.X]))
        nearest = pairwise_distances_argmin(points, self.X)
        return {
            "surrogate": _running(self.forest.predict(points), predicted),
            "observed": _running(self.scores[nearest], self.scores),
        }


def _running(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    spread = known.max() - known.min()
    incumbent = np.maximum.accumulate(values)
    return np.clip((known.max() - incumbent) / (spread if spread > 0 else 1.0), 0, 1)


def recommended(
    method: str, cells: MetaDataset, described: pd.Series, n: int, seed: int
) -> list[int]:
    """Columns that a method names for a task of which no score is known."""
    if method == "average_best":
        # The mean of normalised scores over the training tasks, without any task's features.
        table = cells.table()
        order = np.argsort(np.nanmean(table.regret(), axis=0), kind="stable")
        return [int(i) for i in order[:n]]
    key = (id(cells), method, seed)
    if key not in _FITTED:
        model = Alone() if method == "pmf" else make_method(method)
        _FITTED[key] = model.fit(cells.table(), random_state=seed)
    return list(begun(_FITTED[key], described).batch(n))


_FITTED: dict[tuple[int, str, int], object] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, required=True, metavar="PARQUET")
    parser.add_argument("--qualities", type=Path, required=True, metavar="PARQUET")
    parser.add_argument("--task", default="openml_task_id", help="column of the task ids")
    parser.add_argument("--score", default="predictive_accuracy", help="higher is better")
    parser.add_argument("--medoids", type=int, default=100)
    parser.add_argument("--n", type=int, default=10, help="recommendations a task")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    md = read(args)
    runs = md.to_frame()
    points = {name: md.configuration(name) for name in md.configuration_ids}
    encoder = ConfigurationEncoder.fit(list(points.values()), activity=True)
    encoded = dict(zip(points, encoder.transform(list(points.values())), strict=True))
    judges = {
        task: Judges(
            np.stack([encoded[c] for c in rows.configuration_id]),
            rows.score.to_numpy(),
            args.seed,
        )
        for task, rows in runs.groupby("task_id")
    }
    r2 = [judge.forest.oob_score_ for judge in judges.values()]
    n_test = round(len(md) / 5)
    print(
        f"warmstart {warmstart.__version__}; {len(runs):,} runs, {len(md)} tasks, "
        f"{args.splits} splits of {len(md) - n_test} + {n_test} tasks, seed {args.seed}; "
        f"{args.medoids} medoids\n\nThe surrogate's R² out of bag: median {np.median(r2):.2f}, "
        f"quartiles {np.quantile(r2, 0.25):.2f} to {np.quantile(r2, 0.75):.2f}\n",
        flush=True,
    )
    rows = []
    for split in range(args.splits):
        order = np.random.default_rng([args.seed, split]).permutation(len(md))
        test, train = md.tasks.index[order[:n_test]], md.tasks.index[order[n_test:]]
        # Only configurations of the training tasks may become columns.
        cells = _of(runs, md, train).construct(n=args.medoids, random_state=split)
        pool = np.stack([encoded[c.partition(":")[2]] for c in cells.configuration_ids])
        said = cells.info["constructed"]
        print(f"split {split}: {said}", file=sys.stderr, flush=True)
        _FITTED.clear()
        for task in test:
            for method in args.methods:
                columns = recommended(
                    method, cells, md.metafeatures.loc[task], args.n, args.seed + split
                )
                for judge, regret in judges[task].regrets(pool[columns], pool).items():
                    for t in (1, 5, args.n):
                        rows.append((judge, method, split, t, regret[min(t, len(regret)) - 1]))
    print_table(pd.DataFrame(rows, columns=["judge", "method", "split", "t", "regret"]))


def _of(runs: pd.DataFrame, md: MetaDataset, tasks: pd.Index) -> MetaDataset:
    """The runs of some tasks and only their configurations."""
    kept = runs[runs.task_id.isin(tasks)]
    values = md.configurations.loc[kept.configuration_id].drop(
        columns=["space", "learner"], errors="ignore"
    )
    return MetaDataset.from_evaluations(
        kept[["task_id", "configuration_id", "score"]].join(values, on="configuration_id"),
        configuration="configuration_id",
        parameters=[str(name) for name in values.columns],
        metafeatures=md.metafeatures.loc[md.metafeatures.index.isin(tasks)],
        metric=md.metrics[0],
    )


def print_table(rows: pd.DataFrame) -> None:
    """Mean over tasks, then mean and standard error over splits."""
    for judge, found in rows.groupby("judge", sort=False):
        print(f"Judge: {judge}. Normalised regret after t recommendations\n")
        counts = sorted(found.t.unique())
        print("| method | " + " | ".join(f"t = {t}" for t in counts) + " |")
        print("| --- |" + " --- |" * len(counts))
        means = found.groupby(["method", "t", "split"], sort=False).regret.mean()
        for method in found.method.unique():
            cells = []
            for t in counts:
                values = means.xs((method, t), level=("method", "t")).to_numpy()
                error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
                cells.append(f"{values.mean():.3f} ± {error:.3f}")
            print(f"| {method} | " + " | ".join(cells) + " |")
        print(flush=True)


if __name__ == "__main__":
    main()
