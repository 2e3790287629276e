"""What history and each part of the default model are worth on Oboe.

    python benchmarks/oboe_ablations.py --metafeatures metafeatures.parquet

Sequential regret x 100 on the tasks with meta-features, five folds; a table of the default
learning from some of the training tasks of each fold, drawn by a seed, and one of the
default with parts taken out.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import warmstart.models.pmf.training as training
from _alone import Alone
from warmstart.evaluate.replay import replay
from warmstart.evaluate.result import Replay, markdown_table
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.pmf import PMF

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.protocols import PerformanceModel, TaskState


@dataclass(kw_only=True)
class LessHistory:
    """The default, fitted to a few of the training tasks."""

    n_tasks: int
    model: Alone = field(default_factory=Alone)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        drawn = np.random.default_rng(random_state).permutation(table.n_tasks)[: self.n_tasks]
        self.model.fit(table.take(np.sort(drawn)), random_state=random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TaskState:
        return self.model.start(metafeatures)


@dataclass(kw_only=True)
class CovarianceAtItsWord(Alone):
    """The default, its sample covariance all but unshrunk."""

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        chosen = training.shared_share
        training.shared_share = lambda *_args, **_options: 0.9999
        try:
            return super().fit(table, random_state=random_state)
        finally:
            training.shared_share = chosen


ABLATIONS: dict[str, str | PerformanceModel] = {
    "the default": "pmf",
    "no meta-features": PMF(use_metafeatures=False),
    "no scale mixture": PMF(n_components=1),
    "neither scales nor spreads": PMF(n_components=1, spreads=(1.0,)),
    "no spreads about the mean": PMF(spreads=(1.0,)),
    "predictions not shrunk": PMF(shrink=False),
    "covariance not shrunk": CovarianceAtItsWord(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--sizes", type=int, nargs="*", default=[25, 50, 100, 200])
    parser.add_argument("--only", choices=["history", "parts"])
    parser.add_argument("--at", type=int, nargs="+", default=[1, 5, 10, 25])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="folder of finished parts, to resume")
    args = parser.parse_args()
    md = MetaDataset.published("oboe")
    tasks = md.tasks.index
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
        tasks = tasks[tasks.isin(md.metafeatures.index)]
    history: dict[str, str | PerformanceModel] = {
        f"{size} training tasks": LessHistory(n_tasks=size) for size in args.sizes
    }
    history["all training tasks"] = "pmf"
    print(f"    {shlex.join(['python', *sys.argv])}")
    for name, methods in (("history", history), ("parts", ABLATIONS)):
        if args.only not in (None, name):
            continue
        result = replay(
            md,
            methods,
            folds=args.folds,
            n_evaluations=max(args.at),
            tasks=tasks,
            random_state=args.seed,
            n_jobs=args.jobs,
            cache_dir=args.cache,
            progress=lambda done, total, job: print(f"{done}/{total} {job}", file=sys.stderr),
        )
        print(f"\n## {name}\n\n{table_of(result, args.at)}\n\n{result.describe()}", flush=True)


def table_of(result: Replay, at: list[int]) -> str:
    summary = 100 * result.summary(at)[["mean", "standard_error"]]
    rows = [["default", *(f"t={t}" for t in at)]]
    for method in result.methods:
        cells = [f"{m:.2f} ± {e:.2f}" for m, e in summary.loc[method].to_numpy()]
        rows.append([method, *cells])
    return markdown_table(rows)


if __name__ == "__main__":
    main()
