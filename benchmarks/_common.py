"""What the benchmarks of the knowledge base share: its tasks as scores, and the heading."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

import warmstart
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metrics import METRICS
from warmstart.recommend.history.training_scores import score_table

KINDS = ("classification", "regression")


def add_knowledge(parser: argparse.ArgumentParser) -> None:
    """The option every benchmark of a knowledge base has."""
    parser.add_argument(
        "--knowledge", type=Path, metavar="FOLDER", help="another base than the embedded one"
    )


def add_questions(parser: argparse.ArgumentParser) -> None:
    """Options that choose a base and what is asked of it."""
    add_knowledge(parser)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--metrics", nargs="+", metavar="NAME", help="all recorded by default")
    parser.add_argument("--folds", type=int, default=10, help="families are never split")
    parser.add_argument("--seed", type=int, default=0)


def print_heading(knowledge: Path | None) -> MetaDataset:
    """Print what is run, by which version, on which base; returns the base's meta-dataset."""
    md = open_knowledge(knowledge).md
    n_families = md.families.nunique()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"warmstart {warmstart.__version__}; {knowledge or 'the embedded base'}: "
        f"{len(md)} tasks of {n_families} families, "
        f"{len(md.configuration_ids)} configurations\n",
        flush=True,
    )
    return md


def questions(
    md: MetaDataset, kinds: Sequence[str], metrics: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    """Kinds of task, each with every metric recorded for it."""
    for kind in kinds:
        for metric in METRICS.values():
            of_kind = ("regression" in metric.task_types) == (kind == "regression")
            wanted = metrics is None or metric.name in metrics
            if of_kind and wanted and metric.name in md.metrics:
                yield kind, metric.name


def as_suggest_sees(md: MetaDataset, kind: str, metric: str) -> MetaDataset:
    """The scores that ``suggest`` learns from, as a meta-dataset of their own.

    A failure has the task's worst score, so nothing is known beyond the task's own range;
    dividing errors by the spread of the target leaves normalised regret as it is.
    """
    table = score_table(md, metric, kind)
    families: Iterable[object] = table.families
    return MetaDataset.from_matrix(
        pd.DataFrame(table.scores, index=table.task_ids, columns=table.configuration_ids),
        metafeatures=table.metafeatures,
        families=pd.Series(families, index=table.task_ids),
        metric=metric,
    )
