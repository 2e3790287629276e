"""Does a search with objectives reach the true front sooner?

    python benchmarks/pareto_search.py [--metrics r2] [--cost predict_s] [--n 40]

Families are held out. A search begins from a held-out task's meta-features, is told what its
configurations scored there, and knows costs only as they are expected. Counted is the
hypervolume of what was tried (true scores, logarithms of true costs), as a share of that of all
configurations, after 5, 10, 20 and 40 evaluations: asked by expected hypervolume improvement,
by expected improvement of the score alone, named at once as a front, and at random (20 times).
"""

from __future__ import annotations

import argparse
import warnings
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from pareto_front import N_RANDOM, Truth
from warmstart.evaluate.folds import assign_folds
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

COUNTS = (5, 10, 20, 40)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--cost", choices=("predict_s", "fit_s"), default="predict_s")
    parser.add_argument("--n", type=int, default=max(COUNTS))
    parser.add_argument("--limit", type=int, help="at most so many tasks")
    return parser.parse_args()


def tried(search: Any, scores: pd.Series[float], n: int) -> list[str]:
    """Ids of what a search asks, told what each scored; a failure where it has no score."""
    names: list[str] = []
    for _ in range(n):
        one = search.ask()
        names.append(str(one.configuration_id))
        score = scores.get(one.configuration_id, np.nan)
        if np.isfinite(score):
            search.tell(one, score=float(score))
        else:
            search.tell(one, status="failed")
    return names


def held_out(md: MetaDataset, kind: str, metric: str, args: argparse.Namespace) -> Any:
    """One row a held-out task, way to choose and number of evaluations."""
    measured = md.predict_costs if args.cost == "predict_s" else md.costs
    costs, scores = measured(metric, kind), md.matrix(metric, kind)
    table = md.table(metric, task_type=kind)
    folds = assign_folds(table.families, args.folds, random_state=args.seed)
    rng, rows = np.random.default_rng(args.seed), []
    objectives, n_done = ("score", args.cost), 0
    for fold in range(args.folds):
        tasks = table.task_ids[folds == fold]
        recommender = Recommender(random_state=args.seed).fit(md.drop(tasks=tasks))
        for task in tasks:
            y, c = scores.loc[task].to_numpy(), costs.loc[task].to_numpy()
            known = np.isfinite(y) & np.isfinite(c)
            if known.sum() < 2 * args.n or not np.ptp(y[known]) or n_done == args.limit:
                continue
            n_done += 1
            places = {str(name): k for k, name in enumerate(scores.columns)}
            question = {
                "metafeatures": md.metafeatures.loc[task],
                "metric": metric,
                "task_type": kind,
            }
            told = scores.loc[task].where(known)
            named = recommender.suggest(**question, n=args.n, objectives=objectives)
            both = recommender.search(**question, objectives=objectives)
            alone = recommender.search(**question)
            orders = {
                "front gained": tried(both, told, args.n),
                "score alone": tried(alone, told, args.n),
                "named at once": [str(one.configuration_id) for one in named],
            }
            truth = Truth(y, c, known)
            for who, names in orders.items():
                picks = [places[name] for name in names]
                for count in COUNTS:
                    kept = [k for k in picks[:count] if known[k]]
                    rows.append((task, who, count, truth.share(kept)))
            for _ in range(N_RANDOM):
                picks = rng.choice(np.flatnonzero(known), args.n, replace=False).tolist()
                rows += [(task, "random", n, truth.share(picks[:n])) for n in COUNTS]
            print(f"{n_done} tasks", end="\r", flush=True)
    return pd.DataFrame(rows, columns=["task", "who", "count", "share"])


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    warnings.simplefilter("ignore")
    for kind, metric in questions(md, args.kinds, args.metrics):
        found = held_out(md, kind, metric, args)
        by_task = found.groupby(["who", "count", "task"])["share"].mean()
        means, errors = (
            getattr(by_task.groupby(["who", "count"]), s)() for s in ("mean", "sem")
        )
        print(f"{kind}, {metric}, {args.cost}: {found['task'].nunique()} tasks, one seed")
        for who in ("front gained", "score alone", "named at once", "random"):
            cells = (f"{n}: {means[who, n]:.3f} ± {errors[who, n]:.3f}" for n in COUNTS)
            print(f"  {who:14}", "   ".join(cells), flush=True)


if __name__ == "__main__":
    main()
