"""Is a base better for the runs of the new pool beside its old ones?

    python benchmarks/base_united.py META [--metrics r2 mae] [--folds 5]

`META` is a meta-dataset of the runs (`warmstart build publish`). Compared are the embedded
base, the runs alone, and both united, each whole and without the tables that only the runs
know, so that what the pool adds and what the tables add is told apart; each without the
families of the fold that the table asked for is in. Tables are those that both histories
know, the measure is normalised regret on the configurations of both: hundredths of the range
between the best and the 5 % quantile. Of sixty that are named those count, in their order,
that the table was tried with. What is not installed here, such as CatBoost, is never named.

The best of many noisy scores is too good. So the runs are judged again by single folds, which
only they have: what is best by the other folds is scored on the one left out, and so is the
best of those named.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.evaluate.folds import assign_folds
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

COUNTS = (1, 3, 5, 10)
SECONDS = (0.3, 1.0, 3.0)
"""CPU seconds of one fit each, in the order named: the folds of a task cost alike."""

N_NAMED = 60
"""Configurations named, of which those count that the table was tried with."""

LEAST = 40
"""Configurations of the new pool that a table must have been tried with."""


def told(values: pd.Series) -> str:
    """Mean and standard error."""
    return f"{values.mean():6.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):4.2f}"


def without(base: MetaDataset, families: np.ndarray) -> MetaDataset:
    """A base that knows none of some families."""
    return base.drop(families=[one for one in families if (base.families == one).any()])


def named(base: Recommender, phi: pd.Series, metric: str, kind: str) -> list[str]:
    """Ids that a base names for a table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = base.suggest(metafeatures=phi, n=N_NAMED, metric=metric, task_type=kind)
    return [one.configuration_id for one in answer]


def single_folds(md: MetaDataset, metric: str, task: object) -> pd.DataFrame:
    """Scores of a task, folds × configurations, of what has every fold."""
    frame = md.measured("folds")
    frame = frame[frame["task_id"] == task]
    return frame.pivot(index="fold", columns="configuration_id", values=metric).dropna(axis=1)


def crossed(folds: pd.DataFrame, ids: list[str]) -> dict[int, float]:
    """Regret of the best of n where no fold that chooses is scored on."""
    ids = [one for one in ids if one in folds.columns][: max(COUNTS)]
    lost: dict[int, list[float]] = {n: [] for n in COUNTS}
    for fold in folds.index:
        others = folds.drop(index=fold).mean()
        best = folds.loc[fold, others.idxmax()]
        for n in COUNTS:
            kept = others[ids[:n]].idxmax() if ids else others.idxmin()
            lost[n].append(best - folds.loc[fold, kept])
    scores = folds.mean()
    spread = max(scores.max() - scores.quantile(0.05), 1e-12)
    return {n: 100 * float(np.mean(values)) / spread for n, values in lost.items()}


def regrets(scores: pd.Series, ids: list[str]) -> dict[int, float]:
    """Regret of the best of n, of what the table was tried with."""
    best, low = scores.max(), scores.quantile(0.05)
    tried = [scores[one] for one in ids if one in scores.index][: max(COUNTS)]
    path = np.maximum.accumulate(tried) if tried else np.array([scores.min()])
    path = np.append(path, [path[-1]] * (max(COUNTS) - len(path)))
    return {n: 100 * (best - path[n - 1]) / max(best - low, 1e-12) for n in COUNTS}


def by_seconds(scores: pd.Series, costs: pd.Series, ids: list[str]) -> dict[str, float]:
    """Regret of the best that was fitted within so many CPU seconds, in the order named."""
    best, low = scores.max(), scores.quantile(0.05)
    tried = [one for one in ids if one in scores.index]
    ends = np.cumsum([costs.get(one, np.nan) for one in tried])
    found = {}
    for limit in SECONDS:
        kept = [scores[one] for one, end in zip(tried, ends, strict=True) if end <= limit]
        reached = max(kept) if kept else low
        found[f"{limit:g} s"] = 100 * min((best - reached) / max(best - low, 1e-12), 1.0)
    return found


def report(frame: pd.DataFrame, title: str, against: str) -> None:
    """Mean regrets, and paired gains."""
    for kind, part in frame.groupby("type"):
        counts = [c for c in part if c not in ("task", "type", "base")]
        by_base = part.set_index(["base", "task"])[counts]
        print(f"\n{title}, {kind}: {part['task'].nunique()} tables", flush=True)
        for name in part["base"].unique():
            cells = ", ".join(f"{n}: {told(by_base.loc[name][n])}" for n in counts)
            print(f"  {name:>24}: {cells}")
        for name in [one for one in part["base"].unique() if one != against]:
            gain = by_base.loc[against] - by_base.loc[name]
            cells = ", ".join(f"{n}: {told(gain[n])}" for n in counts)
            print(f"  {name:>24} gains {cells}", flush=True)


def compare(
    old: MetaDataset, new: MetaDataset, metric: str, n_folds: int, *, apart: bool
) -> None:
    """Print both measures in one metric."""
    fewer = new.drop(tasks=[name for name in new.tasks.index if name not in old.tasks.index])
    bases = {
        "embedded": old,
        "runs": new,
        "runs on its tables": fewer,
        "united": old.merge(new, conflicts="first"),
        "united on its tables": old.merge(fewer, conflicts="first"),
    }
    if not apart:
        bases = {name: md for name, md in bases.items() if not name.endswith("its tables")}
    here, there = (md.matrix(metric) for md in (new, old))
    seconds = old.costs(), new.costs()
    enough = here.index[here.notna().sum(axis=1) >= LEAST]
    tasks = [task for task in enough if task in there.index]
    families = pd.Series([old.families[task] for task in tasks])
    folds = assign_folds(families, n_folds, random_state=0)
    rows, single = [], []
    for fold in range(n_folds):
        out = families[folds == fold].unique()
        fitted = {name: Recommender().fit(without(base, out)) for name, base in bases.items()}
        for task in [task for task, own in zip(tasks, folds, strict=True) if own == fold]:
            scores = pd.Series({**there.loc[task].dropna(), **here.loc[task].dropna()})
            phi, kind = old.metafeatures.loc[task], old.tasks.loc[task, "task_type"]
            costs = pd.Series(
                {**seconds[0].loc[task].dropna(), **seconds[1].loc[task].dropna()}
            )
            by_fold = single_folds(new, metric, task)
            for name, base in fitted.items():
                ids = named(base, phi, metric, kind)
                about = {"task": task, "type": kind, "base": name}
                rows.append({**about, **regrets(scores, ids), **by_seconds(scores, costs, ids)})
                if name != "embedded" and not by_fold.empty:
                    single.append({**about, **crossed(by_fold, ids)})
        print(f"fold {fold + 1} of {n_folds}", end="\r", flush=True)
    report(pd.DataFrame(rows), metric, "embedded")
    report(pd.DataFrame(single), f"{metric} by single folds", "runs")


def main() -> None:
    """Compare in each metric."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("meta", type=Path)
    parser.add_argument("--metrics", nargs="+", default=["r2"])
    parser.add_argument("--folds", type=int, default=5, help="families are never split")
    parser.add_argument("--whole", action="store_true", help="pool and tables not told apart")
    options = parser.parse_args()
    old, new = open_knowledge(None).md, MetaDataset.open(options.meta)
    new = new.drop(tasks=[name for name in new.tasks.index if "@" in str(name)])
    for metric in options.metrics:
        compare(old, new, metric, options.folds, apart=not options.whole)


if __name__ == "__main__":
    main()
