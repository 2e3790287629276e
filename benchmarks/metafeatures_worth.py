"""What meta-features are worth to the first suggestions, group by group, beside controls.

    python benchmarks/metafeatures_worth.py --corpus FOLDER --described FOLDER
    python benchmarks/metafeatures_worth.py --oboe --metafeatures FILE

Families are left out; the default model names ten configurations at once, and the normalised
regret x 100 of the best of the first 1, 3, 5 and 10 is told. It sees no meta-features, the
seven simplest, each group alone, auto-sklearn's 46, the default groups, all, all after a
selection inside the training folds (of a set, or one by one), and the same numbers dealt out
to the tasks at random: what is no better than those is worth nothing. ``--each`` asks of every
meta-feature by itself whether it says anything that the seven simplest do not. Every
meta-feature of every task is computed first (kept in ``--described``, so that it goes on where
it was stopped), with the CPU seconds of each group. ``FOLDER`` of ``--corpus`` is what
``python data/corpus/fetch.py --out FOLDER`` makes. Oboe's rows do not come with it: there,
groups hold what auto-sklearn's 46 hold of them.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from _alone import Alone
from _common import add_questions, as_suggest_sees, print_heading, questions
from warmstart.evaluate.replay import replay
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metafeatures.catalogue import catalogue, counterparts
from warmstart.models.pmf.described.prior_mean import PriorMean
from warmstart.protocols import PerformanceModel

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.protocols import TaskState

AT = (1, 3, 5, 10)
SIMPLE = (
    "LogNumberOfInstances", "LogNumberOfFeatures", "LogDatasetRatio", "NumberOfClasses",
    "ClassProbabilityMax", "NumberOfCategoricalFeatures", "PercentageOfMissingValues",
)  # fmt: skip
DEFAULTS = {"classification": ("balanced_accuracy", "roc_auc"), "regression": ("r2", "mae")}
PERMUTED = "dealt out at random"
DEFAULT_GROUPS = "default groups"
AMONG = (5, 10, 20, 40, 80, 160)


@dataclass(kw_only=True)
class Selecting:
    """The default, seeing the set of meta-features that predicts the training tasks best.

    Sets are compared by the variance of the leading directions of the responses that the prior
    mean explains of families left out, among the training tasks alone.
    """

    sets: Mapping[str, tuple[str, ...]]
    model: Alone = field(default_factory=Alone)
    chosen_: tuple[str, ...] = ()

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        rows, _ = table.described()
        assert table.metafeatures is not None
        phi = table.metafeatures.loc[table.task_ids[rows]]
        targets = _directions(table.scores[rows])
        families = table.families[rows]
        best = -np.inf
        # What has the unit of the target is not shown to models.
        shown = [tuple(name for name in one if name in phi) for one in self.sets.values()]
        for names in filter(None, shown):
            prior = PriorMean.fit(
                phi[list(names)], targets, families, random_state=random_state
            )
            explained = -float(((prior.left_out(targets, families) - targets) ** 2).sum())
            if explained > best:
                best, self.chosen_ = explained, names
        seen = table.metafeatures[list(self.chosen_)]
        self.model.fit(_described_by(table, seen), random_state=random_state)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TaskState:
        if metafeatures is not None:
            metafeatures = metafeatures[list(self.chosen_)]
        return self.model.start(metafeatures)


@dataclass(kw_only=True)
class SelectingEach(Selecting):
    """The default, seeing the meta-features that say most of the training tasks, one by one.

    They are ordered by how much of the responses' leading directions each explains by itself
    (squared rank correlations, weighed by the directions' variance); how many of them are
    seen is what explains families left out best, among the training tasks alone.
    """

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        rows, _ = table.described()
        assert table.metafeatures is not None
        phi = table.metafeatures.loc[table.task_ids[rows]]
        targets = _directions(table.scores[rows])
        told = np.nan_to_num(_standard_ranks(phi.to_numpy(dtype=float)).T @ targets / len(phi))
        order = phi.columns[np.argsort(-(told**2).sum(axis=1), kind="stable")]
        counts = [n for n in AMONG if n < len(order)] + [len(order)]
        self.sets = {str(n): tuple(order[:n]) for n in counts}
        return super().fit(table, random_state=random_state)


def _standard_ranks(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Ranks of each column, of mean 0 and variance 1; NaN where all are the same."""
    ranks = pd.DataFrame(values).rank().to_numpy()
    centred: np.ndarray[Any, Any] = ranks - ranks.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred / centred.std(axis=0)


def _described_by(table: ScoreTable, metafeatures: pd.DataFrame) -> ScoreTable:
    from dataclasses import replace

    return replace(table, metafeatures=metafeatures)


def _directions(scores: np.ndarray[Any, Any], n: int = 30) -> np.ndarray[Any, Any]:
    """Coordinates of the tasks' centred ranks on their leading directions."""
    ranks = pd.DataFrame(scores).rank(axis=1).fillna(scores.shape[1] / 2).to_numpy()
    centred = ranks - ranks.mean(axis=0)
    u, values, _ = np.linalg.svd(centred, full_matrices=False)
    found: np.ndarray[Any, Any] = (u * values)[:, :n]
    return found / max(float(found.std(axis=0).max()), 1e-12)


# every meta-feature of every task


def describe(corpus: Path, kept: Path, tasks: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All meta-features, and CPU seconds of each group, one row a task."""
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import described
    from warmstart.metafeatures.registry import groups

    listed = pd.read_csv(corpus / "tasks.csv").set_index("task_id")
    kept.mkdir(parents=True, exist_ok=True)
    for task in tasks:
        path = kept / f"{task}.json"
        if path.exists():
            continue
        row = listed.loc[task]
        dataset = load_dataset(
            corpus / row["path"], target=row["target"], task_type=row["task_type"]
        )
        values: dict[str, float] = {}
        seconds: dict[str, float] = {}
        for group in groups():
            start = time.process_time()
            values |= described(dataset, groups=[group]).values.to_dict()
            seconds[group] = time.process_time() - start
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps({"values": values, "s": seconds}))
        unfinished.rename(path)
    found = {task: json.loads((kept / f"{task}.json").read_text()) for task in tasks}
    frames = [
        pd.DataFrame.from_dict({task: one[what] for task, one in found.items()}, orient="index")
        for what in ("values", "s")
    ]
    return frames[0], frames[1]


def sets_of(names: pd.Index) -> dict[str, tuple[str, ...]]:
    """Which meta-features each variant sees."""
    listed = catalogue().set_index("name")
    pair = counterparts()
    auto = set(pair.loc[pair["system"] == "auto-sklearn", "ours"])
    group = listed["group"].reindex(names)
    found = {"the seven simplest": tuple(name for name in names if name in SIMPLE)}
    found |= {
        str(each): tuple(names[(group == each).to_numpy()]) for each in group.dropna().unique()
    }
    for other in ("landmarking", "landmarkers"):
        if other in found:
            found[f"general and {other}"] = (*found["general"], *found[other])
    found["auto-sklearn's 46"] = tuple(name for name in names if name in auto)
    found[DEFAULT_GROUPS] = tuple(name for name in names if bool(listed["default"].get(name)))
    found["all"] = tuple(names)
    kept: dict[str, tuple[str, ...]] = {}
    for name, one in found.items():
        if one and set(one) not in map(set, kept.values()):
            kept[name] = one
    return kept


# what they are worth


def regrets(
    md: MetaDataset, method: str | PerformanceModel, folds: int, seed: int, tasks: Any = None
) -> pd.DataFrame:
    """Normalised regret of each task at each number, families dealt out by `seed`."""
    result = replay(
        md, {"ours": method}, folds=folds, n_evaluations=max(AT), mode="batch",
        random_state=seed, n_seeds=1, tasks=tasks,
    )  # fmt: skip
    long = result.regret
    long = long[long["t"].isin(AT)]
    return long.groupby(["task_id", "t"])["normalised_regret"].mean().unstack("t")


def variants(
    md: MetaDataset, phi: pd.DataFrame, chosen: argparse.Namespace, label: str
) -> dict[str, pd.DataFrame]:
    """Regrets of each set of meta-features, by task, means over the seeds' folds."""
    phi = phi.loc[:, phi.notna().any()]
    sets = sets_of(phi.columns)
    tasks = md.tasks.index.intersection(phi.index)
    seen: dict[str, tuple[pd.DataFrame, str | PerformanceModel]] = {
        "none": (_nothing(phi), "pmf")
    }
    seen |= {name: (phi[list(names)], "pmf") for name, names in sets.items()}
    seen["all, a set selected inside"] = phi, Selecting(sets=sets)
    seen["all, selected one by one inside"] = phi, SelectingEach(sets={})
    dealt: dict[str, list[str]] = {}
    for name in ("the seven simplest", "auto-sklearn's 46", "default groups", "all"):
        if name not in sets:
            continue
        for draw in range(chosen.permutations):
            frame = phi[list(sets[name])].copy()
            rng = np.random.default_rng([chosen.seed, draw])
            frame[:] = frame.to_numpy()[rng.permutation(len(frame))]
            dealt.setdefault(name, []).append(f"{name} {PERMUTED} {draw}")
            seen[dealt[name][-1]] = frame, "pmf"
    if chosen.only:
        seen = {
            name: one
            for name, one in seen.items()
            if name.partition(f" {PERMUTED}")[0] in {"none", *chosen.only}
        }
        dealt = {name: draws for name, draws in dealt.items() if name in chosen.only}
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in seen}
    for seed in range(chosen.seed, chosen.seed + chosen.seeds):
        for name, (frame, method) in seen.items():
            path = chosen.cache and chosen.cache / f"{label} {name} seed {seed}.parquet"
            if path and path.exists():
                found[name].append(pd.read_parquet(path).rename(columns=int))
                continue
            regret = regrets(_with(md, frame), method, chosen.folds, seed, tasks)
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                regret.rename(columns=str).to_parquet(path)
            found[name].append(regret)
    means = {name: sum(frames) / len(frames) for name, frames in found.items()}
    for name, draws in dealt.items():
        means[f"{name}, {PERMUTED}"] = sum(means.pop(draw) for draw in draws) / len(draws)
    return means


def _nothing(phi: pd.DataFrame) -> pd.DataFrame:
    """One meta-feature that is the same of all tasks: the model has nothing to go by."""
    return pd.DataFrame({"NumberOfTasks": 1.0}, index=phi.index)


def _with(md: MetaDataset, phi: pd.DataFrame) -> MetaDataset:
    matrix = md.matrix()
    return MetaDataset.from_matrix(
        matrix, metafeatures=phi.loc[phi.index.intersection(matrix.index)],
        families=md.families, metric="score",
    )  # fmt: skip


def report(found: dict[str, pd.DataFrame], cost: dict[str, float]) -> str:
    """One row a set: CPU, regret at each number, and how far from the best on average."""
    mean = {name: frame.mean(axis=1) for name, frame in found.items()}
    real = [name for name in mean if PERMUTED not in name]
    best = min(real, key=lambda name: float(mean[name].mean()))
    control = [one for name, one in mean.items() if PERMUTED in name]
    luck = sum(control) / len(control) if control else None
    lines = ["| seen | CPU ms | " + " | ".join(map(str, AT))
             + " | mean | less what numbers dealt out at random leave | more than the best |",
             "| --- | --: |" + " --: |" * (len(AT) + 3)]  # fmt: skip
    level = []
    for name, frame in found.items():
        gap = mean[name] - mean[best]
        cells = [f"{100 * m:.2f} ± {100 * e:.2f}" for m, e in zip(
            frame.mean(), frame.std() / np.sqrt(len(frame)), strict=True)]  # fmt: skip
        more, error = _paired(gap)
        if name in cost and more <= error:
            level.append(name)
        told = "{:.2f} ± {:.2f}".format(*_paired(mean[name] - luck)) if luck is not None else ""
        lines.append(f"| {name} | {1000 * cost[name]:.0f}" if name in cost else f"| {name} | ")
        lines[-1] += (
            f" | {' | '.join(cells)} | {100 * mean[name].mean():.2f} | {told} "
            f"| {more:.2f} ± {error:.2f} |"
        )
    if level:
        cheapest = min(level, key=lambda name: cost[name])
        lines.append(f"\nthe cheapest within one paired error of the best: {cheapest}")
    if DEFAULT_GROUPS in cost and DEFAULT_GROUPS in mean:
        lines.append(chosen_elsewhere(mean, cost))
    return "\n".join(lines)


def chosen_elsewhere(
    mean: dict[str, pd.Series[float]], cost: dict[str, float], n_cuts: int = 200
) -> str:
    """What the rule's choice gains on the tasks that did not choose it, over the default."""
    real = [name for name in mean if name in cost]
    regret = pd.DataFrame({name: mean[name] for name in real})
    rng, gains, errors, picks = np.random.default_rng(0), [], [], []
    for _ in range(n_cuts):
        half = rng.permutation(len(regret)) < len(regret) // 2
        gaps = regret[half].sub(regret[half][regret[half].mean().idxmin()], axis=0)
        within = gaps.mean() <= gaps.std() / np.sqrt(half.sum())
        picks.append(min(within.index[within], key=lambda name: cost[name]))
        gain, error = _paired(regret[~half][DEFAULT_GROUPS] - regret[~half][picks[-1]])
        gains.append(gain)
        errors.append(error)
    often = pd.Series(picks).value_counts().head(4).to_dict()
    ahead = float(np.mean(np.array(gains) > np.array(errors)))
    return (
        f"\nchosen by that rule on half of the tasks ({n_cuts} cuts; {often}), it leaves "
        f"{np.mean(gains):.2f} less than the default on the other half (error of one cut "
        f"{np.mean(errors):.2f}); ahead by more than its error in {100 * ahead:.0f} % of cuts"
    )


def _paired(gap: pd.Series[float]) -> tuple[float, float]:
    """Mean x 100 and its standard error."""
    return 100 * float(gap.mean()), 100 * float(gap.std()) / float(np.sqrt(len(gap)))


def each(md: MetaDataset, phi: pd.DataFrame, draws: int = 1_000) -> str:
    """Which meta-features say of the scores what the seven simplest do not.

    Of the responses' five leading directions and of every meta-feature, as ranks, what is
    linear in the simplest is taken out; what remains is correlated. Tasks are dealt out at
    random `draws` times: the largest of all correlations of a draw is what luck can do.
    """
    phi = phi.loc[md.tasks.index.intersection(phi.index)]
    simple = [name for name in SIMPLE if name in phi]
    targets = _directions(md.matrix().loc[phi.index].to_numpy(dtype=float), 5)
    lines = []
    for taken, names in (("nothing", []), ("the simplest", simple)):
        known = np.nan_to_num(_standard_ranks(phi[names].to_numpy(dtype=float)))
        known = np.linalg.qr(np.column_stack([np.ones(len(phi)), known]))[0]
        rest = [name for name in phi if name not in names]
        ranks = _standard_ranks(phi[rest].to_numpy(dtype=float))
        rest = [name for name, one in zip(rest, ranks.T, strict=True) if np.isfinite(one).all()]
        left, right = (
            one - known @ (known.T @ one)
            for one in (ranks[:, np.isfinite(ranks).all(axis=0)], targets)
        )
        varies = np.linalg.norm(left, axis=0) > 1e-6 * np.sqrt(len(phi))
        left, rest = left[:, varies], list(np.array(rest)[varies])
        left, right = (one / np.linalg.norm(one, axis=0) for one in (left, right))
        told = np.abs(left.T @ right).max(axis=1)
        rng = np.random.default_rng(0)
        luck = np.sort([
            np.abs(left.T @ right[rng.permutation(len(right))]).max() for _ in range(draws)
        ])  # fmt: skip
        bar = luck[int(0.95 * draws)]
        order = np.argsort(-told)
        top = ", ".join(f"{rest[i]} {told[i]:.2f}" for i in order[:8])
        lines.append(
            f"beyond {taken}: {(told > bar).sum()} of {len(told)} meta-features correlate by "
            f"more than {bar:.2f} with one of five directions of the scores, the most of any "
            f"that luck reaches in 19 of 20 draws; most: {top}"
        )
    return "\n".join(lines)


def costs(seconds: pd.DataFrame, names: pd.Index) -> dict[str, float]:
    """Mean CPU seconds a task of each set, whole groups counted."""
    listed = catalogue().set_index("name")["group"]
    each = seconds.mean()
    return {
        name: float(sum(each.get(group, 0.0) for group in set(listed.reindex(list(held)))))
        for name, held in sets_of(names).items()
    } | {"none": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_questions(parser)
    parser.add_argument("--corpus", type=Path, help="tables of the base's tasks")
    parser.add_argument("--described", type=Path, help="folder of what was computed already")
    parser.add_argument("--only-describe", action="store_true")
    parser.add_argument("--oboe", action="store_true")
    parser.add_argument("--metafeatures", type=Path, help="of Oboe's tasks, Parquet by task id")
    parser.add_argument("--seeds", type=int, default=1, help="how often families are dealt out")
    parser.add_argument("--cache", type=Path, help="folder of regrets, to resume")
    parser.add_argument("--only", nargs="+", metavar="SET", help="beside none")
    parser.add_argument("--permutations", type=int, default=5)
    parser.add_argument("--each", action="store_true", help="every meta-feature by itself")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    base = print_heading(chosen.knowledge)
    if chosen.oboe:
        md = MetaDataset.published("oboe")
        phi = pd.read_parquet(chosen.metafeatures)
        phi = phi.loc[phi.index.intersection(md.tasks.index)]
        listed = set(catalogue()["name"])
        phi = phi[[name for name in phi if name in listed]]
        print(f"## Oboe: {len(phi)} tasks, {phi.shape[1]} meta-features\n")
        if chosen.each:
            print(each(md, phi))
            return
        cost = {}
        if chosen.corpus:  # what the groups cost on the base's tables
            _, seconds = describe(chosen.corpus, chosen.described, base.tasks.index)
            cost = costs(seconds, phi.columns)
        print("\n" + report(variants(md, phi, chosen, "oboe"), cost), flush=True)
        return
    phi, seconds = describe(chosen.corpus, chosen.described, base.tasks.index)
    if chosen.only_describe:
        return
    for kind, metric in questions(base, chosen.kinds, chosen.metrics):
        if chosen.metrics is None and metric not in DEFAULTS[kind]:
            continue
        md = as_suggest_sees(base, kind, metric)
        seen = phi.loc[phi.index.intersection(md.tasks.index)]
        seen = seen.loc[:, seen.notna().all()]
        print(f"## {kind}, {metric}: {len(seen)} tasks, {seen.shape[1]} meta-features\n")
        if chosen.each:
            print(each(md, seen) + "\n", flush=True)
            continue
        cost = costs(seconds.loc[seen.index], seen.columns)
        print(
            "\n" + report(variants(md, seen, chosen, f"{kind} {metric}"), cost) + "\n",
            flush=True,
        )


if __name__ == "__main__":
    main()
