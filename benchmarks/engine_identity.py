"""Does a search know which configuration is which? Bases whose values do not say it.

    python benchmarks/engine_identity.py

Bases of names alone, of two learners with one grid, of values that several ids share, and of
numbers, each made up of 30 known tasks. On held-out tasks the regret that a search leaves at
1, 5 and 10 evaluations, by the object that users get and by replay, beside random search and
the best there is for one that knows the order of the base.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from warmstart.evaluate.replay import replay
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

AT = (1, 5, 10)


def scores(n_tasks: int, n_configs: int, seed: int) -> pd.DataFrame:
    """Tasks that rank the configurations alike; the order of the table says nothing."""
    rng = np.random.default_rng(seed)
    worth = np.random.default_rng(99).permutation(np.linspace(0.5, 0.9, n_configs))
    level = 0.1 * rng.uniform(size=(n_tasks, 1))
    noise = 0.01 * rng.standard_normal((n_tasks, n_configs))
    names = [f"c{k:02d}" for k in range(n_configs)]
    tasks = [f"s{seed}t{k}" for k in range(n_tasks)]
    return pd.DataFrame(level + worth + noise, columns=names, index=tasks)


def bases(n_configs: int) -> dict[str, pd.DataFrame | None]:
    names = [f"c{k:02d}" for k in range(n_configs)]
    half = n_configs // 2
    grid = pd.DataFrame({"depth": np.arange(half) % 10, "n": 10 * (np.arange(half) // 10)})
    twice = pd.concat([grid, grid]).set_axis(names)
    numbers = pd.DataFrame({"x": np.linspace(0, 1, n_configs)}, index=names)
    return {
        "names alone": None,
        "two learners, one grid": twice,
        "shared values": numbers.assign(x=np.repeat(np.arange(n_configs // 4), 4)),
        "numbers": numbers,
    }


def made(table: pd.DataFrame, described: pd.DataFrame | None, name: str) -> MetaDataset:
    md = MetaDataset.from_matrix(table, configurations=described)
    if name != "two learners, one grid":
        return md
    n = len(table.columns)
    learners = ["random_forest"] * (n // 2) + ["extra_trees"] * (n - n // 2)
    named = replace(md._configurations, learners=learners, spaces=["mine"] * n)
    return replace(md, _configurations=named)


def searched(base: MetaDataset, held: pd.DataFrame) -> np.ndarray:
    """Mean regret of the search that users get."""
    recommender = Recommender().fit(base)
    left = []
    for _, truth in held.iterrows():
        search, spread = recommender.search(), truth.max() - truth.min()
        for _ in range(max(AT)):
            one = search.ask()
            search.tell(one, float(truth[one.configuration_id]))
        best = np.maximum.accumulate([r.score for r in search.history])
        left.append([(truth.max() - best[t - 1]) / spread for t in AT])
    return 100 * np.mean(left, axis=0)


def replayed(base: MetaDataset, held: MetaDataset, method: str) -> np.ndarray:
    both = base.merge(held)
    folds = {task: int(task in set(held.tasks.index)) for task in both.tasks.index}
    result = replay(
        both,
        [method],
        folds=folds,
        tasks=list(held.tasks.index),
        n_evaluations=max(AT),
        n_seeds=20,
    )
    mean = result.regret.groupby("t")["normalised_regret"].mean()
    return 100 * mean.loc[list(AT)].to_numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=20)
    parser.add_argument("--configurations", type=int, default=60)
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(f"30 known tasks, {args.tasks} held out; regret x 100 at {AT}\n")
    print("| base | search | replayed | random, replayed |\n| --- | --- | --- | --- |")
    for name, described in bases(args.configurations).items():
        known = made(scores(30, args.configurations, 0), described, name)
        table = scores(args.tasks, args.configurations, 1)
        held = made(table, described, name)
        cells = (
            searched(known, table),
            replayed(known, held, "pmf"),
            replayed(known, held, "random"),
        )
        print(
            f"| {name} | " + " | ".join(" / ".join(f"{v:.2f}" for v in c) for c in cells) + " |"
        )


if __name__ == "__main__":
    main()
