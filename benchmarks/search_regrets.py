"""Is the regret that is told of what a search names what happens, and the best named as often?

    python benchmarks/search_regrets.py --metafeatures metafeatures.parquet

On every task of Oboe's folds, known by the other folds, a search is asked and told 25 times.
Of the configuration named after 0, 1, 2, 4, 9 and 24 results: its expected regret and its
chance to be the best of all, and what they were. Where several are best, each is so by its
share. A task is one observation. ``--part tuning`` takes folds 0 and 1, on which settings are
chosen, otherwise 2 to 4.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.result import markdown_table
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

TOLD = (0, 1, 2, 4, 9, 24)
FOLDS = {"tuning": (0, 1), "reported": (2, 3, 4)}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, required=True, metavar="FILE")
    parser.add_argument("--part", choices=list(FOLDS), default="reported")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth task")
    return parser.parse_args()


def measured(args: argparse.Namespace) -> pd.DataFrame:
    """One row a task and number of results: what was said of what was named, and what was."""
    md = MetaDataset.published("oboe").describe(pd.read_parquet(args.metafeatures))
    table = md.table()
    fold = pd.Series(assign_folds(table.families, 5), index=table.task_ids)
    scores = pd.DataFrame(table.scores, index=table.task_ids, columns=table.configuration_ids)
    rows = []
    for held in FOLDS[args.part]:
        recommender = Recommender().fit(md.drop(tasks=list(fold.index[fold == held])))
        out = [task for task in md.metafeatures.index if fold.get(task) == held]
        for task in out[:: args.every]:
            truth = scores.loc[task]
            search = recommender.search(metafeatures=md.metafeatures.loc[task])
            for told in range(max(TOLD) + 1):
                asked = search.ask()
                score = float(truth[asked.configuration_id])
                if told in TOLD:
                    n_best = int((truth == truth.max()).sum())
                    rows.append(
                        {
                            "told": told,
                            "said": asked.regret,
                            "was": float(truth.max()) - score,
                            "p_best": asked.p_best,
                            "is_best": (score == truth.max()) / n_best,
                        }
                    )
                search.tell(asked, score)
    return pd.DataFrame(rows)


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


def main() -> None:
    args = arguments()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    frame = measured(args)
    print(f"{len(frame) // len(TOLD)} tasks, balanced error rate.\n\n{by_results(frame)}\n")
    print(f"Regret of all of them:\n\n{in_bins(frame, 'said', 'was')}\n")
    print(f"P(best) of all of them:\n\n{in_bins(frame, 'p_best', 'is_best')}")


if __name__ == "__main__":
    main()
