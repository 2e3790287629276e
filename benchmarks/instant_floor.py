"""Is what is named at once behind no list, at 1, 3, 5 and 10? Families left out, all metrics.

    python benchmarks/instant_floor.py --families tuning --blends
    python benchmarks/instant_floor.py --families reported

Normalised regret of the best of n named at once: by ``suggest``'s own rule; by the same with
the meta-features of another task; by the greedy portfolio, the portfolio weighted by near
tasks, mean rank; and, where the base knows library defaults, those in a fixed order (with class
weights where the metric weighs classes alike) and the best of them followed by the portfolio
given it.
``--blends`` tries ways to mix ours with the lists; one is chosen on the tuning half of the
families and reported on the other.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from _common import add_questions, print_heading, questions
from _lists import known_defaults
from _looks import in_half
from warmstart.evaluate.folds import assign_folds
from warmstart.knowledge.base import open_knowledge
from warmstart.models.rankings.average_rank import AverageRank
from warmstart.models.rankings.knn_portfolio import KNNPortfolio
from warmstart.models.rankings.portfolio import Portfolio, greedy_portfolio
from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.recommender import Recommender

OURS = "ours"
SHARES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 1.0)
Picks = Sequence[int]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.set_defaults(folds=5)
    parser.add_argument("--families", choices=["all", "tuning", "reported"], default="reported")
    parser.add_argument("--at", type=int, nargs="+", default=[1, 3, 5, 10])
    parser.add_argument("--draws", type=int, default=5, help="repeats of what is drawn")
    parser.add_argument("--blends", action="store_true")
    return parser.parse_args()


@dataclass(kw_only=True)
class Asked:
    """One fold's base and a task it does not know."""

    fitted: Fitted
    phi: pd.Series[Any]
    seed: int

    def draws(self, row_share: float | None = None) -> Any:
        """Regrets to choose on; with another share of known tasks as they were."""
        columns = np.arange(self.fitted.table.n_configs)
        outlook = self.fitted.outlook(self.phi, columns, calibrated=True)
        belief = self.fitted.chooser.start(self.phi, columns)
        rng = np.random.default_rng(self.seed)
        if row_share is None:
            return outlook.draws(belief, N_SAMPLES, rng)
        order = belief.mixture.sample(N_SAMPLES, rng)
        return outlook.among.draw(order, outlook.weights, rng, row_share=row_share)[0]


def capped(asked: Asked, n: int, most: int, row_share: float | None = None) -> Picks:
    """At most so many configurations a learner, where there are others."""
    draws, learners = asked.draws(row_share), asked.fitted.learners
    open_ = list(range(draws.shape[1]))
    picks: list[int] = []
    while len(picks) < n and open_:
        best = draws[:, picks].min(axis=1, keepdims=True) if picks else np.inf
        # Every draw keeps its range, which best_of_n divides by.
        beside = np.minimum(draws, best)
        beside = np.c_[beside[:, open_], draws.max(axis=1), np.zeros(len(draws))]
        found = best_of_n(beside, 3)
        pick = next(open_[k] for k in found if k < len(open_))
        picks.append(pick)
        count = Counter(learners[k] for k in picks)
        open_ = [k for k in open_ if k not in picks and count[learners[k]] < most]
    return picks


def interleaved(first: Picks, second: Picks) -> Picks:
    return list(dict.fromkeys(k for pair in zip(first, second, strict=True) for k in pair))


def blends(asked: Asked, lists: Mapping[str, Picks], n: int) -> Iterator[tuple[str, Picks]]:
    """Ways to mix what the belief draws with what lists say."""
    for share in SHARES:
        yield f"{share:g} of the draws are known tasks", best_of_n(asked.draws(share), n)
    yield "at most 3 a learner", capped(asked, n, 3)
    yield "ours and the portfolio in turn", interleaved(lists[OURS], lists["portfolio"])
    yield "ours and the kNN portfolio in turn", interleaved(lists[OURS], lists["kNN portfolio"])
    mixed = interleaved(capped(asked, n, 3), lists["portfolio"])
    yield "at most 3 a learner, and the portfolio in turn", mixed


def of_fold(fitted: Fitted, n: int, metric: str) -> dict[str, Picks]:
    """Lists that are the same for every task."""
    table = fitted.table
    lists: dict[str, Picks] = {
        "portfolio": Portfolio().fit(table).start().batch(n),
        "average rank": AverageRank().fit(table).start().batch(n),
    }
    defaults = known_defaults(fitted, metric)
    if defaults:
        regret = np.nan_to_num(table.regret(), nan=1.0)
        lists["library defaults"] = defaults[:n]
        best = min(defaults, key=lambda k: regret[:, k].mean())
        given = np.minimum(regret, regret[:, [best]])
        rest = [k for k in greedy_portfolio(given) if k != best]
        lists["default, then portfolio"] = [best, *rest][:n]
    return lists


def tasks(
    base: Recommender, kind: str, metric: str, args: argparse.Namespace
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Regret of the best of n of every method, on each task of the half asked for."""
    whole = base.fitted(kind, metric).table
    regret = np.nan_to_num(whole.regret(), nan=1.0)
    names = {name: k for k, name in enumerate(whole.configuration_ids)}
    folds = np.asarray(assign_folds(whole.families, args.folds, random_state=args.seed))
    assert whole.metafeatures is not None
    n = max(args.at)
    for fold in range(args.folds):
        rows = np.flatnonzero(folds == fold)
        wanted = [r for r in rows if in_half(str(whole.families[r]), args.families)]
        if not wanted:
            continue
        fitted = base.fitted(kind, metric, [whole.task_ids[row] for row in rows])
        fixed, near = of_fold(fitted, n, metric), KNNPortfolio().fit(fitted.table)
        others = np.random.default_rng(args.seed).permutation(rows)
        for row in wanted:
            phi = whole.metafeatures.loc[whole.task_ids[row]]
            other = next(k for k in (*others, *others) if k != row)
            others = np.roll(others, 1)
            found: dict[str, list[Any]] = {}
            for seed in range(args.draws):
                asked = Asked(fitted=fitted, phi=phi, seed=seed)
                misled = Asked(
                    fitted=fitted, phi=whole.metafeatures.loc[whole.task_ids[other]], seed=seed
                )
                lists: dict[str, Picks] = {
                    OURS: best_of_n(asked.draws(), n),
                    "ours, meta-features of another task": best_of_n(misled.draws(), n),
                    "kNN portfolio": near.start(phi).batch(n),
                    **fixed,
                }
                if args.blends:
                    lists |= dict(blends(asked, lists, n))
                for name, picks in lists.items():
                    columns = [names[fitted.table.configuration_ids[k]] for k in picks]
                    best = np.minimum.accumulate(regret[row, columns])
                    found.setdefault(name, []).append(best[np.minimum(args.at, len(best)) - 1])
            yield (
                str(whole.task_ids[row]),
                {k: 100 * np.mean(v, axis=0) for k, v in found.items()},
            )


def verdict(frame: Mapping[str, Any], at: Sequence[int]) -> list[str]:
    """Ours less the best other at each n, with the error of the difference."""
    lists = [name for name in frame if name != OURS]
    cells = []
    for k in range(len(at)):
        best = min(lists, key=lambda name: frame[name][:, k].mean())
        gap = frame[OURS][:, k] - frame[best][:, k]
        error = gap.std(ddof=1) / np.sqrt(len(gap))
        behind = ", behind" if gap.mean() > error else ""
        ratio = frame[OURS][:, k].mean() / max(frame[best][:, k].mean(), 1e-9)
        cells.append(f"{gap.mean():+.2f} ± {error:.2f} ({best}, {ratio:.2f} x{behind})")
    return cells


def main() -> None:
    args = arguments()
    md = print_heading(args.knowledge)
    base = open_knowledge(args.knowledge)
    print(
        "Normalised regret x 100 of the best of n named at once, mean ± standard error (less "
        f"ours); {args.families} families, {args.folds} folds of families, seed {args.seed}, "
        f"what is drawn {args.draws} times.\n"
    )
    ratios: dict[str, list[Any]] = {}
    for kind, metric in questions(md, args.kinds, args.metrics):
        rows = [found for _, found in tasks(base, kind, metric, args)]
        frame = {name: np.array([found[name] for found in rows]) for name in rows[0]}
        print(f"## {kind}, {metric}: {len(rows)} tasks\n")
        print("| method | " + " | ".join(f"n={n}" for n in args.at) + " |")
        print("| --- |" + " --: |" * len(args.at))
        for name, values in frame.items():
            gap = values - frame[OURS] if name != OURS else values
            error = gap.std(axis=0, ddof=1) / np.sqrt(len(rows))
            cells = [
                f"{m:.2f} ± {e:.2f}" if name == OURS else f"{m:.2f} ({g:+.2f} ± {e:.2f})"
                for m, g, e in zip(values.mean(axis=0), gap.mean(axis=0), error, strict=True)
            ]
            print(f"| {name} | " + " | ".join(cells) + " |")
            ratios.setdefault(name, []).append(values.mean(axis=0) / frame[OURS].mean(axis=0))
        if not args.blends:
            print(f"| ours less the best | {' | '.join(verdict(frame, args.at))} |")
        print(flush=True)
    print("## Regret over ours, geometric mean over the metrics\n")
    for name, found in ratios.items():
        mean = np.exp(np.log(found).mean(axis=0))
        print(f"| {name} | " + " | ".join(f"{m:.2f}" for m in mean) + " |")


if __name__ == "__main__":
    main()
