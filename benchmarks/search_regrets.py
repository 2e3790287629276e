"""Is the regret that is told of what a search names what happens, and the best named as often?

    python benchmarks/search_regrets.py --metafeatures metafeatures.parquet
    python benchmarks/search_regrets.py --metrics balanced_accuracy r2 log_loss

On every task of Oboe's folds, known by the other folds, a search is asked and told 25 times.
Of the configuration named after 0, 1, 2, 4, 9 and 24 results: its expected regret and its
chance to be the best of all, and what they were. Where several are best, each is so by its
share. A task is one observation. ``--part tuning`` takes folds 0 and 1, on which settings are
chosen, otherwise 2 to 4. With ``--metrics`` the same on the embedded base, three folds of
families and ten results: the half of the families on which nothing was chosen is reported,
the other is for tuning.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from _common import KINDS, as_suggest_sees, questions
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.result import markdown_table
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.observations import Result
from warmstart.recommend.recommender import Recommender

TOLD = (0, 1, 2, 4, 9, 24)
FOLDS = {"tuning": (0, 1), "reported": (2, 3, 4)}
N_FOLDS = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="of Oboe's tasks")
    parser.add_argument("--metrics", nargs="+", metavar="NAME", help="of the embedded base")
    parser.add_argument("--part", choices=list(FOLDS), default="reported")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth task")
    args = parser.parse_args()
    if (args.metafeatures is None) == (args.metrics is None):
        parser.error("name --metafeatures for Oboe, or --metrics for the embedded base")
    return args


def of_oboe(args: argparse.Namespace) -> Iterator[tuple[Recommender, MetaDataset, list[Any]]]:
    """A recommender for each fold, and the tasks it does not know."""
    md = MetaDataset.published("oboe").describe(pd.read_parquet(args.metafeatures))
    table = md.table()
    fold = pd.Series(assign_folds(table.families, 5), index=table.task_ids)
    for held in FOLDS[args.part]:
        out = [task for task in md.metafeatures.index if fold.get(task) == held]
        known = md.drop(tasks=list(fold.index[fold == held]))
        yield Recommender().fit(known), md, out[:: args.every]


def of_base(
    md: MetaDataset, args: argparse.Namespace
) -> Iterator[tuple[Recommender, MetaDataset, list[Any]]]:
    """The same for one metric of the embedded base, some of the families."""
    table = md.table()
    folds = assign_folds(table.families, N_FOLDS)
    unseen = np.array([zlib.crc32(str(f).encode()) % 10 >= 5 for f in table.families])
    wanted = unseen == (args.part == "reported")
    for held in range(N_FOLDS):
        out = list(table.task_ids[(folds == held) & wanted])
        known = md.drop(tasks=list(table.task_ids[folds == held]))
        yield Recommender().fit(known), md, out[:: args.every]


def measured(recommender: Recommender, md: MetaDataset, task: Any, last: int) -> list[dict]:
    """One row for each number of results: what was said of what was named, and what was."""
    table = md.table()
    row = table.scores[table.task_ids.get_loc(task)]
    truth = pd.Series(row, index=table.configuration_ids).dropna()
    phi = md.metafeatures.loc[task] if task in md.metafeatures.index else None
    search = recommender.search(metafeatures=phi)
    engine, ids = search.engine, search.engine.pool.ids
    for name in set(ids) - set(truth.index):
        search.close(name)
    rows = []
    for told in range(last + 1):
        (place,) = engine.ask()
        score = float(truth[ids[place]])
        if told in TOLD:
            expected = engine.regrets.of([place])
            n_best = int((truth == truth.max()).sum())
            rows.append(
                {
                    "told": told,
                    "said": expected.regrets[0],
                    "was": float(truth.max()) - score,
                    "p_best": expected.p_best[0],
                    "is_best": (score == truth.max()) / n_best,
                }
            )
        one = Result(configuration={}, configuration_id=ids[place], score=score)
        engine.tell(place, one)
    return rows


def by_results(frame: pd.DataFrame) -> str:
    """Means by the number of results told."""
    rows = [["results told", "regret said", "regret was", "ratio", "P(best) said", "best was"]]
    for told, some in frame.groupby("told"):
        said, was = some["said"].mean(), some["was"].mean()
        rows.append(
            [
                str(told),
                f"{said:.4f}",
                f"{was:.4f} ± {some['was'].sem():.4f}",
                f"{was / said:.2f}",
                f"{100 * some['p_best'].mean():.1f} %",
                f"{100 * some['is_best'].mean():.1f} ± {100 * some['is_best'].sem():.1f} %",
            ]
        )
    return markdown_table(rows)


def in_bins(frame: pd.DataFrame, said: str, was: str) -> str:
    """Means of both in ten bins of equally many predictions."""
    rows = [["bin", said, was, "± standard error"]]
    order = np.argsort(frame[said].to_numpy(), kind="stable")
    for k, some in enumerate(np.array_split(order, 10), start=1):
        one = frame.iloc[some]
        cells = one[said].mean(), one[was].mean(), one[was].sem()
        rows.append([str(k), *(f"{value:.4f}" for value in cells)])
    return markdown_table(rows)


def report(name: str, sources: Iterator[Any], last: int) -> None:
    """Measure one table and print what was found."""
    rows = [
        one
        for recommender, md, tasks in sources
        for task in tasks
        for one in measured(recommender, md, task, last)
    ]
    frame = pd.DataFrame(rows)
    n_tasks = int((frame["told"] == 0).sum())
    print(f"## {name}, {n_tasks} tasks\n\n{by_results(frame)}\n", flush=True)
    if last == max(TOLD):
        print(f"Regret of all of them:\n\n{in_bins(frame, 'said', 'was')}\n")
        print(f"P(best) of all of them:\n\n{in_bins(frame, 'p_best', 'is_best')}")


def main() -> None:
    args = arguments()
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    if args.metafeatures is not None:
        report("Oboe, balanced error rate", of_oboe(args), max(TOLD))
        return
    md = open_knowledge(None).md
    for kind, metric in questions(md, KINDS, args.metrics):
        one = as_suggest_sees(md, kind, metric)
        report(f"{kind}, {metric}", of_base(one, args), 9)


if __name__ == "__main__":
    main()
