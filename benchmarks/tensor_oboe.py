"""Replay on TensorOboe: 23,424 pipelines of 551 tasks, or as many of them drawn at random.

    python benchmarks/tensor_oboe.py --metafeatures metafeatures.parquet
    python benchmarks/tensor_oboe.py --columns 23424 --methods pmf --tasks 50

Tasks are drawn from those with meta-features; all tasks outside the fold train.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.evaluate.replay import replay
from warmstart.metadataset.metadataset import MetaDataset


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", default="tensor-oboe", help="published table, or a folder")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="of published tables")
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--columns", type=int, default=3000)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--methods", nargs="+", metavar="NAME")
    parser.add_argument("--n-evaluations", type=int, default=50)
    parser.add_argument("--at", type=int, nargs="+", default=[1, 5, 10, 25, 50])
    parser.add_argument("--seed", type=int, default=0, help="of the columns and the tasks")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--parts", type=Path, help="folder of finished parts, to resume")
    args = parser.parse_args()
    args.methods = args.methods or ["pmf", "knn_portfolio", "portfolio", "random_x4", "random"]
    return args


def main() -> None:
    args = arguments()
    is_folder = Path(args.table).is_dir()
    md = (
        MetaDataset.open(args.table)
        if is_folder
        else MetaDataset.published(args.table, cache=args.cache)
    )
    described = md.tasks.index
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
        described = described[described.isin(md.metafeatures.index)]
    rng = np.random.default_rng(args.seed)
    table = md.table()
    drawn = np.sort(rng.permutation(table.n_configs)[: args.columns])
    scores = pd.DataFrame(
        table.scores[:, drawn],
        index=table.task_ids,
        columns=table.configuration_ids[drawn],
    )
    families = pd.Series(table.families, index=table.task_ids)
    part = MetaDataset.from_matrix(
        scores, metafeatures=table.metafeatures, families=families, metric=table.metric
    )
    del md, table, scores
    tasks = described[np.sort(rng.permutation(len(described))[: args.tasks])]
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    result = replay(
        part,
        args.methods,
        folds=args.folds,
        n_evaluations=args.n_evaluations,
        tasks=tasks,
        n_seeds=5,
        n_jobs=args.jobs,
        cache_dir=args.parts,
        progress=lambda done, total, name: print(f"{done}/{total} {name}", file=sys.stderr),
    )
    print(result.to_text([t for t in args.at if t <= args.n_evaluations]))


if __name__ == "__main__":
    main()
