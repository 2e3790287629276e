"""Which order of learners is best when the list is run until time is over?

    python benchmarks/anytime_order.py --curves FILE --datasets FILE [--folds 5]
    python benchmarks/anytime_order.py --embedded r2

LCDB's learners at each dataset's largest size, with the seconds their fits took, or the
configurations of the embedded base. Datasets are held out in folds by OpenML id or family.
Counted is the loss after 1, 10 and 30 % of the seconds that all learners of a dataset take: how
far the best that is done is below the best of all, as a share of the range; 1 before any is
done. Orders: mean rank on known datasets; their accuracy, as a ratio to the dataset's median
learner, over the same ratio of seconds to the power 1/16 (A3R); the greedy portfolio; ours for
score alone; ours by gain per second. Meta-features are the sizes, the classes and the share of
the majority.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.evaluate.folds import assign_folds
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

SHARES = (0.01, 0.1, 0.3)
FEATURES = ("NumberOfInstances", "NumberOfFeatures", "NumberOfClasses", "MajorityClassSize")
POWER = 1 / 16


def history(curves: Path, datasets: Path, fewest: int) -> MetaDataset:
    """Scores and seconds at each dataset's largest size."""
    frame = pd.read_parquet(curves)
    last = frame.groupby("openmlid")["size_train"].transform("max")
    frame = frame[frame["size_train"] == last]
    frame = frame[frame.groupby("openmlid")["learner"].transform("size") >= fewest]
    about = pd.read_parquet(datasets).set_index("openmlid")[list(FEATURES)]
    frame = frame[frame["openmlid"].isin(about.dropna().index)]
    about = about.loc[about.index.isin(frame["openmlid"])]
    about.index = about.index.astype(str)
    return MetaDataset.from_evaluations(
        pd.DataFrame(
            {
                "task_id": frame["openmlid"].astype(str),
                "learner": frame["learner"].astype(str),
                "score": frame["score_test"],
                "cost_s": frame["traintime"],
            }
        ),
        parameters=["learner"],
        cost_s="cost_s",
        metafeatures=about,
    )


def orders(
    md: MetaDataset, task: str, rest: MetaDataset, recommender: Recommender, metric: str
) -> dict[str, list[Any]]:
    """Ids of every configuration, in the order of each way."""
    kind = md.tasks.loc[task].get("task_type")
    scores, costs = rest.matrix(metric, kind), rest.costs(metric, kind)
    if (scores.to_numpy() <= 0).any():  # a ratio is of what is positive: of ranks, then
        scores = scores.rank(axis=1)
    ranks = scores.rank(axis=1, ascending=False).mean()
    by_score = scores.div(scores.median(axis=1), axis=0)
    by_seconds = costs.div(costs.median(axis=1), axis=0) ** POWER
    ratio = (by_score / by_seconds).mean()
    found = {
        "mean rank": list(ranks.sort_values().index),
        "accuracy ratio / seconds^(1/16)": list(ratio.sort_values(ascending=False).index),
    }
    for strategy in ("portfolio", "pmf", "anytime"):
        named = recommender.suggest(
            metafeatures=md.metafeatures.loc[task],
            n=scores.shape[1],
            metric=metric,
            task_type=kind,
            strategy=strategy,
        )
        found[f"ours, {strategy}"] = [one.configuration_id for one in named]
    return found


def losses(order: list[Any], scores: pd.Series[float], costs: pd.Series[float]) -> list[float]:
    """Loss after each share of all seconds."""
    known = [name for name in order if np.isfinite(scores.get(name, np.nan))]
    y, spent = scores[known].to_numpy(), costs[known].to_numpy().cumsum()
    low, high, total = scores.min(), scores.max(), costs.sum()
    best = np.maximum.accumulate(y)
    found = []
    for share in SHARES:
        done = int((spent <= share * total).sum())
        found.append((high - best[done - 1]) / (high - low) if done else 1.0)
    return found


def main() -> None:
    """Print losses by order."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--curves", type=Path)
    parser.add_argument("--datasets", type=Path)
    parser.add_argument("--embedded", metavar="METRIC", help="the embedded base instead")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--fewest", type=int, default=18, help="learners of a dataset")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    if args.embedded:
        md, metric = open_knowledge(None).md, args.embedded
    else:
        md = history(args.curves, args.datasets, args.fewest)
        metric = md.metrics[0]
    scores, costs = md.matrix(metric), md.costs(metric)
    tasks = scores.index[(scores.max(axis=1) > scores.min(axis=1)).to_numpy()]
    folds = assign_folds(md.families[tasks], args.folds, random_state=args.seed)
    rows = []
    for fold in range(args.folds):
        rest = md.drop(tasks=tasks[folds == fold])
        recommender = Recommender(random_state=args.seed).fit(rest)
        for task in tasks[folds == fold]:
            for who, order in orders(md, task, rest, recommender, metric).items():
                told = losses(order, scores.loc[task].dropna(), costs.loc[task].dropna())
                rows += [(task, who, n, loss) for n, loss in zip(SHARES, told, strict=True)]
    found = pd.DataFrame(rows, columns=["task", "who", "share", "loss"])
    print(f"{len(tasks)} datasets, {scores.shape[1]} learners, {args.folds} folds; loss after")
    print(f"{', '.join(f'{share:.0%}' for share in SHARES)} of all seconds\n")
    for who, part in found.groupby("who", sort=False):
        by_share = part.groupby("share")["loss"]
        cells = zip(by_share.mean(), by_share.sem(), strict=True)
        print(f"{who:32} " + " / ".join(f"{m:.3f} ± {e:.3f}" for m, e in cells))


if __name__ == "__main__":
    main()
