"""Leave families out of a knowledge base: is the best of n suggestions better than others'?

    python benchmarks/leave_family_out.py
    python benchmarks/leave_family_out.py --ablations

Every family is held out once. A method learns from the scores ``suggest`` learns from,
sees a held-out task's meta-features, and names n configurations at once; the regret is
that of the best of them among all configurations known on the task, in the raw metric.
``--families unseen`` prints only the half of the families on which no default was chosen.
"""

from __future__ import annotations

import argparse
import copy
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from _alone import Alone
from _common import add_questions, as_suggest_sees, print_heading, questions
from warmstart.evaluate.replay import replay
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.pmf.pmf import PMF
from warmstart.models.rankings.portfolio import Portfolio
from warmstart.models.rankings.ranked import RankedState
from warmstart.protocols import PerformanceModel, TaskState
from warmstart.recommend.acquisition.next_point import ByAcquisition
from warmstart.recommend.base.neighbours import Relatives

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.evaluate.result import Replay
    from warmstart.metadataset.metadataset import MetaDataset

Methods = Mapping[str, str | PerformanceModel]

METHODS: Methods = {
    "ours (pmf)": "pmf",
    "greedy portfolio": "portfolio",
    "KND": "knn",
    "kNN portfolio": "knn_portfolio",
    "average rank": "average_rank",
    "random": "random",
    "random x4": "random_x4",
}
OURS = "ours (pmf)"
RATIO_AT = (3, 5, 10)
TARGET = 0.8


@dataclass(kw_only=True)
class TopByMean(Alone):
    """PMF, but the n configurations of lowest predicted regret: near copies."""

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:
        assert self.chooser_ is not None
        return RankedState(self.chooser_.start(metafeatures).mixture.mean().argsort())


@dataclass(kw_only=True)
class ChosenByError(Alone):
    """PMF whose batch is chosen on the scale of error, as scores are predicted."""

    def start(self, metafeatures: pd.Series[Any] | None = None) -> ByAcquisition:
        return ByAcquisition(self.model.start(metafeatures), random_state=self.random_state)


@dataclass(kw_only=True)
class Auto:
    """What strategy="auto" does: the portfolio for a task unlike everything known."""

    pmf: Alone = field(default_factory=Alone)
    portfolio: Portfolio = field(default_factory=Portfolio)
    relatives: Relatives | None = None

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        self.pmf.fit(table, random_state=random_state)
        self.portfolio.fit(table)
        rows, _ = table.described()
        if table.metafeatures is not None and len(rows) > 3:
            self.relatives = Relatives.fit(
                table.metafeatures.loc[table.task_ids[rows]], table.families[rows], rows
            )
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TaskState:
        if metafeatures is not None and self.relatives is not None:
            _, distances = self.relatives.nearest(metafeatures)
            if self.relatives.judge(distances):
                return self.portfolio.start()
        return self.pmf.start(metafeatures)


ABLATIONS: Methods = {
    OURS: "pmf",
    "auto: portfolio where unlike": Auto(),
    "no meta-features": PMF(use_metafeatures=False),
    "meta-features, no shrinking": PMF(shrink=False),
    "chosen by error, not regret": ChosenByError(),
    "top n by predicted mean": TopByMean(),
    "greedy portfolio": "portfolio",
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--at", type=int, nargs="+", default=[1, 3, 5, 10, 25])
    parser.add_argument("--seeds", type=int, default=10, help="repeats of a random method")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--cache",
        type=Path,
        help="folder of finished parts, to resume; empty it when the code changes",
    )
    parser.add_argument("--families", choices=["all", "tuned", "unseen"], default="all")
    parser.add_argument("--ablations", action="store_true", help="ours with parts taken out")
    return parser.parse_args()


def tested(md: MetaDataset, families: str) -> pd.Index:
    """The tasks to print: all, or those of one half of the families by a fixed hash."""
    unseen = md.families.map(lambda family: zlib.crc32(str(family).encode()) % 10 >= 5)
    if families == "all":
        return md.tasks.index
    return md.tasks.index[unseen == (families == "unseen")]


def run(md: MetaDataset, methods: Methods, args: argparse.Namespace) -> Replay:
    return replay(
        md,
        {name: copy.deepcopy(method) for name, method in methods.items()},
        folds=args.folds,
        n_evaluations=max(*args.at, *RATIO_AT),
        mode="batch",
        tasks=tested(md, args.families),
        random_state=args.seed,
        n_seeds=args.seeds,
        n_jobs=args.jobs,
        cache_dir=args.cache,
    )


def regret_table(result: Replay, ts: list[int]) -> str:
    """Normalised regret x 100 ± standard error, one row a method."""
    summary = result.summary(ts)
    lines = ["| method | " + " | ".join(f"n={t}" for t in ts) + " |"]
    lines.append("| --- |" + " --: |" * len(ts))
    for method in result.methods:
        at = summary.loc[method]
        cells = [
            f"{100 * at.loc[t, 'mean']:.2f} ± {100 * at.loc[t, 'standard_error']:.2f}"
            for t in ts
        ]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def against_best(result: Replay) -> list[dict[str, Any]]:
    """Ours over the best of the others, and the paired difference, at each n.

    Random search with four tries a step evaluates four times as many; what is best at
    equal numbers of evaluations is told too.
    """
    means = result.summary(RATIO_AT)["mean"].unstack("t")
    paired = result.paired(OURS, RATIO_AT)
    rows = []
    for t in RATIO_AT:
        others = means[t].drop(OURS)
        best = str(others.idxmin())
        gap = paired.loc[(best, t)]
        rows.append(
            {
                "n": t,
                "ratio": means.loc[OURS, t] / others[best],
                "best": best,
                "difference": 100 * gap["difference"],
                "error": 100 * gap["standard_error"],
                "equal": means.loc[OURS, t] / others.drop("random x4").min(),
            }
        )
    return rows


def main() -> None:
    args = arguments()
    base = print_heading(args.knowledge)
    print(
        "Normalised regret x 100 of the best of n named at once, mean ± standard error over "
        f"tasks ({args.families} families); {args.folds} folds of families, seed {args.seed}, "
        f"random methods over {args.seeds} seeds.\n"
    )
    verdicts = []
    for kind, metric in questions(base, args.kinds, args.metrics):
        md = as_suggest_sees(base, kind, metric)
        result = run(md, ABLATIONS if args.ablations else METHODS, args)
        shape = result.settings["n_tasks"], result.settings["n_configurations"]
        print(f"## {kind}, {metric}: {shape[0]} tasks x {shape[1]} configurations\n")
        print(regret_table(result, args.at), flush=True)
        print()
        if not args.ablations:
            verdicts += [{"kind": kind, "metric": metric, **r} for r in against_best(result)]
    if verdicts:
        print_verdicts(verdicts)


def print_verdicts(verdicts: list[dict[str, Any]]) -> None:
    met = sum(v["ratio"] <= TARGET for v in verdicts)
    print(f"## Ours over the best of the others; at most {TARGET} is the target\n")
    print(
        "| kind | metric | n | ratio | | best other | it leaves more, ± standard error "
        "| ratio without random x4 |"
    )
    print("| --- | --- | --: | --: | --- | --- | --: | --: |")
    for v in verdicts:
        verdict = "met" if v["ratio"] <= TARGET else "missed"
        print(
            f"| {v['kind']} | {v['metric']} | {v['n']} | {v['ratio']:.2f} | {verdict} "
            f"| {v['best']} | {v['difference']:.2f} ± {v['error']:.2f} | {v['equal']:.2f} |"
        )
    print(f"\n{met} of {len(verdicts)} met.")


if __name__ == "__main__":
    main()
