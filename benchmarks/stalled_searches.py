"""Does a search ever stand still while there is something left to find?

    python benchmarks/stalled_searches.py --metafeatures metafeatures.parquet

Pools of a few hundred configurations whose scores tie: Oboe's 219 with scores rounded to two
digits; made-up tables of 300 whose scores are counts of right answers in a small test set; and
random points of the four continuous spaces of ``unaligned_first_pick.py``, scores rounded,
known from tasks that share no configuration. A search stalls when 25 evaluations on end bring
no better score although a better one is in the pool. Where one of 219 is better and 80 tie
with the best told, nobody can know which: so the table also counts the stalls in which 25
random ones of those left would have found a better one in 19 of 20 cases ("locked"), and how
many searches in random order stall.

``--part tuning`` runs folds 0 and 1 of Oboe and other seeds of the made-up worlds: settings are
chosen there; ``--part reported`` is the rest.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from unaligned_first_pick import SPACES
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.result import markdown_table
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.search import Search

N_STILL = 25
"""Evaluations without a better score that are a stall, while a better one is left."""

LIKELY = 0.95
"""Chance that as many random ones find a better one, from which on a stall is a lock."""

N_RANDOM = 20
"""Random orders of each pool."""

AT = (1, 5, 10, 25, 50, 100)
SEEDS = {"tuning": 1, "reported": 2}


@dataclass(frozen=True)
class Run:
    """Scores in the order they were told, and those of the whole pool."""

    name: str
    told: np.ndarray
    pool: np.ndarray

    @property
    def regret(self) -> np.ndarray:
        """Normalised, after each evaluation; zero once nothing is left."""
        best, spread = self.pool.max(), self.pool.max() - self.pool.min()
        return (best - np.maximum.accumulate(self.told)) / (spread if spread > 0 else 1.0)

    def stalls(self) -> Iterator[tuple[int, int]]:
        """Evaluations before each stall, and how many of the pool were better then."""
        best, begun = self.told[0], 0
        for t, score in enumerate(self.told[1:], start=1):
            if score > best:
                best, begun = score, t
            elif t - begun == N_STILL and (n_better := int((self.pool > best).sum())):
                yield begun + 1, n_better

    def locked(self) -> bool:
        """Whether random ones would all but surely have done better during a stall."""
        for n_told, n_better in self.stalls():
            left = len(self.pool) - n_told
            missed = np.prod([(left - n_better - k) / (left - k) for k in range(N_STILL)])
            if missed < 1 - LIKELY:
                return True
        return False


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, metavar="FILE", help="of Oboe, Parquet")
    parser.add_argument("--sources", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--part", choices=list(SEEDS), default="reported")
    parser.add_argument("--digits", type=int, default=2)
    parser.add_argument("--worlds", type=int, default=10, help="made up, of each kind")
    parser.add_argument("--n-evaluations", type=int, default=100)
    return parser.parse_args()


def of_oboe(args: argparse.Namespace) -> Iterator[Run]:
    """Each task with meta-features, known by the other folds."""
    plain = MetaDataset.published("oboe")
    md = MetaDataset.from_matrix(plain.matrix().round(args.digits))
    if args.metafeatures is not None:
        md = md.describe(pd.read_parquet(args.metafeatures))
    table = plain.table()
    fold = pd.Series(assign_folds(table.families, 5), index=table.task_ids)
    for held in (0, 1) if args.part == "tuning" else (2, 3, 4):
        out = fold.index[fold == held]
        recommender = Recommender().fit(md.drop(tasks=list(out)))
        for task in out:
            phi = None
            if args.metafeatures is not None:
                if task not in md.metafeatures.index:
                    continue
                phi = md.metafeatures.loc[task]
            search = recommender.search(metafeatures=phi)
            truth = md.matrix().loc[task]
            yield run(f"oboe {task}", search, truth[list(search.engine.pool.ids)], args)


def of_counts(args: argparse.Namespace) -> Iterator[Run]:
    """Four tasks of each table of 300 configurations, known by 30: shares of few test rows."""
    for world in range(args.worlds):
        rng = np.random.default_rng([SEEDS[args.part], world])
        n_tasks, n_configs, rank = 34, 300, int(rng.integers(2, 8))
        alike = rng.standard_normal((n_tasks, rank)) @ rng.standard_normal((rank, n_configs))
        own = rng.standard_normal((n_tasks, n_configs))
        common = rng.standard_normal(n_configs)
        scale = np.exp(rng.normal(-1.0, 0.8, (n_tasks, 1)))
        logit = 1.0 + 1.5 * rng.standard_normal((n_tasks, 1))
        logit = logit + scale * (common + alike / np.sqrt(rank) + 0.3 * own)
        n_rows = rng.integers(50, 400, (n_tasks, 1))
        scores = pd.DataFrame(
            rng.binomial(n_rows, 1 / (1 + np.exp(-logit))) / n_rows,
            index=[f"t{k}" for k in range(n_tasks)],
            columns=[f"c{k}" for k in range(n_configs)],
        )
        recommender = Recommender().fit(MetaDataset.from_matrix(scores.iloc[:-4]))
        for task, truth in scores.iloc[-4:].iterrows():
            search = recommender.search()
            yield run(
                f"counts {world} {task}", search, truth[list(search.engine.pool.ids)], args
            )


def of_continuous(args: argparse.Namespace) -> Iterator[Run]:
    """One task of each world, its pool 300 random points; ten known, each by its own points."""
    for name, space in SPACES.items():
        for world in range(args.worlds):
            seed = [SEEDS[args.part], zlib.crc32(name.encode()), 10, world]
            rng = np.random.default_rng(seed)
            *known, new = space.tasks(rng, 11)
            rows: list[dict[str, Any]] = []
            for place, task in enumerate(known):
                for u in rng.uniform(size=(int(rng.integers(20, 61)), space.n)):
                    one = space.at(u)
                    score = round(0.9 - 0.3 * task(one), args.digits)
                    rows.append({"task_id": place, "score": score} | one)
            frame = pd.DataFrame(rows)
            parameters = [column for column in frame if column not in ("task_id", "score")]
            md = MetaDataset.from_evaluations(frame, parameters=parameters)
            pool = [space.at(u) for u in rng.uniform(size=(300, space.n))]
            search = Recommender().fit(md).search(candidates=pool)
            truth = pd.Series([round(0.9 - 0.3 * new(one), args.digits) for one in pool])
            yield run(f"{name} {world}", search, truth, args)


def run(name: str, search: Search, truth: pd.Series, args: argparse.Namespace) -> Run:
    """Ask and tell until the best is found; `truth` in the order of the search's pool."""
    scores, told = truth.to_numpy(), []
    places = {one: place for place, one in enumerate(search.engine.pool.ids)}
    while len(told) < min(args.n_evaluations, len(scores)):
        asked = search.ask()
        told.append(scores[places[asked.configuration_id]])
        if told[-1] == scores.max():
            break
        search.tell(asked, float(told[-1]))
    rest = args.n_evaluations - len(told)
    return Run(name, np.r_[told, np.full(rest, told[-1])], scores)


def at_random(runs: list[Run]) -> float:
    """Mean number of searches that stall in random order."""
    rng = np.random.default_rng(0)
    stalled = 0
    for one in runs:
        for _ in range(N_RANDOM):
            order = rng.permutation(one.pool)[: len(one.told)]
            stalled += any(True for _ in Run(one.name, order, one.pool).stalls())
    return stalled / N_RANDOM


SOURCES = {"oboe": of_oboe, "counts": of_counts, "continuous": of_continuous}


def main() -> None:
    args = arguments()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    names = ["pool", "searches", "stalled", "locked", "stalled in random order"]
    rows = [[*names, *(f"t={t}" for t in AT)]]
    for source in args.sources:
        runs = list(SOURCES[source](args))
        found = {one.name: list(one.stalls()) for one in runs}
        for one, stalls in found.items():
            for n_told, n_better in stalls:
                print(f"{one}: stalled after {n_told}, {n_better} better left")
        curves = np.array([one.regret for one in runs])
        means, errors = curves.mean(axis=0), curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
        counts = (
            len(runs),
            sum(map(bool, found.values())),
            sum(one.locked() for one in runs),
            round(at_random(runs), 1),
        )
        at = [t for t in AT if t <= len(means)]
        cells = [f"{100 * means[t - 1]:.2f} ± {100 * errors[t - 1]:.2f}" for t in at]
        rows.append([source, *map(str, counts), *cells])
    print(f"\nRegret x 100:\n\n{markdown_table(rows)}")


if __name__ == "__main__":
    main()
