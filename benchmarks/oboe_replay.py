"""Replay every method on the Oboe table and print one table of them all.

    python benchmarks/oboe_replay.py --metafeatures metafeatures.parquet --tasks described

Without ``--metafeatures`` no method knows anything of a new task, and the table says so.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import pandas as pd

from warmstart.evaluate.replay import replay
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.registry import METHODS


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--table", default="oboe", help="published table, or a folder")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), metavar="NAME")
    parser.add_argument("--mode", choices=["sequential", "batch"], default="sequential")
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="Parquet, by task id")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument(
        "--tasks",
        default="all",
        help="all, described (those with meta-features), or a number: the first so many",
    )
    parser.add_argument("--at", type=int, nargs="+", default=[1, 2, 3, 5, 10, 15, 25, 50, 100])
    parser.add_argument("--n-evaluations", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=20, help="repeats of a random method")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, help="folder of finished parts, to resume")
    parser.add_argument("--against", help="print paired differences to this method too")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    is_folder = Path(args.table).is_dir()
    md = MetaDataset.open(args.table) if is_folder else MetaDataset.published(args.table)
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
    tasks = md.tasks.index
    if args.tasks == "described":
        tasks = tasks[tasks.isin(md.metafeatures.index)]
    elif args.tasks != "all":
        tasks = tasks[: int(args.tasks)]
    result = replay(
        md,
        args.methods,
        folds=args.folds,
        n_evaluations=args.n_evaluations,
        mode=args.mode,
        tasks=tasks,
        n_seeds=args.seeds,
        n_jobs=args.jobs,
        cache_dir=args.cache,
        progress=lambda done, total, name: print(f"{done}/{total} {name}", file=sys.stderr),
    )
    print(result.to_text(args.at))
    if args.against:
        print(f"\nRegret x 100 more than {args.against}, task by task:\n")
        paired = result.paired(args.against, args.at)
        print((paired.assign(**100 * paired[["difference", "standard_error"]])).round(2))
    print(f"\n    {shlex.join(['python', *sys.argv])}")


if __name__ == "__main__":
    main()
