"""Does one wild result overthrow what a search knows?

    python benchmarks/wild_result.py --metafeatures metafeatures.parquet
    python benchmarks/wild_result.py --metafeatures metafeatures.parquet --reach inf

On tasks of Oboe, known by the other folds, a search is asked and told 25 times; then once more,
its third result being wild: worse by .2 than the worst there is on the task, as of a fit that
failed in silence. Normalised regret x 100 of the best of the other results, and the share of
the belief that by then knows nothing of other tasks. A task is one observation. ``--part
tuning`` takes folds 0 and 1, on which the reach was chosen, otherwise 2 to 4; ``--reach inf``
takes every result at its word.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import warmstart.recommend.acquisition.by_belief as by_belief
import warmstart.recommend.belief.posterior as posterior
from search_regrets import of_oboe
from warmstart.evaluate.result import markdown_table
from warmstart.recommend.observations import Result
from warmstart.recommend.recommender import Recommender

AT, WILD = (3, 5, 10, 15, 25), 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--metafeatures", type=Path, required=True, metavar="FILE")
    parser.add_argument("--part", choices=["tuning", "reported"], default="reported")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth task")
    parser.add_argument("--reach", type=float, default=posterior.REACH)
    return parser.parse_args()


def searched(
    recommender: Recommender, phi: pd.Series, truth: pd.Series, *, wild: bool
) -> list[float]:
    """Regret after each of ``AT``, and the share of the belief that knows no other task."""
    engine = recommender.search(metafeatures=phi).engine
    scores = truth[engine.pool.ids].to_numpy()
    best, found, ignorance = scores.min(), [], 0.0
    for n in range(1, max(AT) + 1):
        (place,) = engine.ask()
        score = scores[place]
        if wild and n == WILD:
            score = scores.min() - 0.2
        else:
            best = max(best, score)
        name = engine.pool.ids[place]
        engine.tell(place, Result(configuration={}, configuration_id=name, score=float(score)))
        if n == WILD + 3:
            weights = engine.belief.now().mixture.weights
            ignorance = float(weights[len(weights) // 2 :].sum())
        if n in AT:
            found.append(100 * (scores.max() - best) / (scores.max() - scores.min()))
    return [*found, 100 * ignorance]


def main() -> None:
    args = arguments()
    posterior.REACH = by_belief.REACH = args.reach
    print(f"    {shlex.join(['python', *sys.argv])}\n", flush=True)
    rows = [["third result", *(f"t = {t}" for t in AT), f"knows nothing, t = {WILD + 3}"]]
    found: dict[bool, list[list[float]]] = {False: [], True: []}
    for recommender, md, tasks in of_oboe(args):
        table = md.table()
        for task in tasks:
            row = table.scores[table.task_ids.get_loc(task)]
            truth = pd.Series(row, index=table.configuration_ids)
            phi = md.metafeatures.loc[task]
            for wild, kept in found.items():
                kept.append(searched(recommender, phi, truth, wild=wild))
    for wild, kept in found.items():
        values = np.array(kept)
        errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        cells = [f"{m:.2f} ± {e:.2f}" for m, e in zip(values.mean(axis=0), errors, strict=True)]
        rows.append(["wild" if wild else "as it was", *cells[:-1], f"{cells[-1]} %"])
    print(f"{len(found[True])} tasks, reach {args.reach:g}.\n\n{markdown_table(rows)}")


if __name__ == "__main__":
    main()
