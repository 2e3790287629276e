"""Is a sum of kernels, one a measure, a better prior mean than meta-features alone?

    python benchmarks/similarity_mix.py [--half B] [--seeds 0 1 2] [--cache FOLDER]

Families are cut into two halves: how kernels are let in and what trees see was chosen on half
A, reported is half B. Weights are learnt inside the training folds, ten folds of families;
regret x 100 of the first 1, 3, 5 and 10 of the batch, mean over seeds of the folds, and the
difference from meta-features alone, paired, ± standard error over tasks. ``--cache`` keeps what
was judged, and goes on from there.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from _measured import folds, judge_prior_rows
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.history.training_scores import score_table
from warmstart.similarity.known.measures import KEPT
from warmstart.similarity.quantiles import METAFEATURES

DEFAULTS = ("balanced_accuracy", "r2")
AT = (1, 3, 5, 10)


def main() -> None:
    """Print a row for each kind of task."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--half", choices=("A", "B"), default="B")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--cache", type=Path, help="folder of regrets, to resume")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    md = print_heading(args.knowledge)
    known = open_knowledge(args.knowledge).store.known
    names = tuple(name for name in KEPT if name in known.measures)
    print("| tasks | meta-features at 1 / 3 / 5 / 10 | mix | mix less meta-features |")
    print("| --- | --- | --- | --- |")
    for kind, metric in questions(md, args.kinds, args.metrics or DEFAULTS):
        table = score_table(md, metric, kind)
        rows, _ = table.described()
        table = table.take(rows)
        tested = np.flatnonzero(folds(table.families, 2, 7) == (args.half == "B"))
        phi = table.metafeatures.loc[table.task_ids]
        beside = known.known.columns(names, table.task_ids).set_axis(table.task_ids, axis=0)
        both = pd.concat([phi, beside], axis=1)
        means = []
        for frame, by in ((phi, (METAFEATURES,)), (both, (METAFEATURES, *names))):
            found = []
            for seed in args.seeds:
                judge = partial(judge_prior_rows, table, frame, by, args.folds, seed, AT)
                name = f"{kind} {metric} {' '.join(by)} {args.folds} folds {seed}.npy"
                found.append(kept(args.cache, name, judge)[tested])
            means.append(np.mean(found, axis=0))
        gap = 100 * (means[1] - means[0])
        error = gap.std(axis=0, ddof=1) / np.sqrt(len(gap))
        cells = [" / ".join(f"{v:.2f}" for v in 100 * one.mean(axis=0)) for one in means]
        told = zip(gap.mean(axis=0), error, strict=True)
        cells.append(" / ".join(f"{m:+.2f} ± {e:.2f}" for m, e in told))
        print(f"| {kind}, {len(tested)} | {' | '.join(cells)} |", flush=True)


def kept(folder: Path | None, name: str, judge: Callable[[], Any]) -> Any:
    """What was judged before, or is now."""
    if folder is None:
        return judge()
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npy")
        np.save(unfinished, judge())
        unfinished.rename(path)
    return np.load(path)


if __name__ == "__main__":
    main()
