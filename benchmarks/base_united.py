"""Is a base better for the runs of the new pool beside its old ones?

    python benchmarks/base_united.py META [--metric r2] [--folds 5]

`META` is a meta-dataset of the runs (`warmstart build publish`). Compared are three bases: the
embedded one, the runs alone, and both united, each without the families of the fold that the
table asked for is in. Tables are those that both histories know, the measure is normalised
regret on the configurations of both: hundredths of the range between the best and the 5 %
quantile. Of sixty that are named those count, in their order, that the table was tried with.
What is not installed here, such as CatBoost, is never named.
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


def main() -> None:
    """Print regret of the three bases, and paired differences from the embedded one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("meta", type=Path)
    parser.add_argument("--metric", default="r2")
    parser.add_argument("--folds", type=int, default=5, help="families are never split")
    options = parser.parse_args()
    old, new = open_knowledge(None).md, MetaDataset.open(options.meta)
    new = new.drop(tasks=[name for name in new.tasks.index if "@" in str(name)])
    bases = {"embedded": old, "runs": new, "united": old.merge(new, conflicts="first")}
    here, there = (md.matrix(options.metric) for md in (new, old))
    enough = here.index[here.notna().sum(axis=1) >= LEAST]
    tasks = [task for task in enough if task in there.index]
    families = pd.Series([old.families[task] for task in tasks])
    folds = assign_folds(families, options.folds, random_state=0)
    rows = []
    for fold in range(options.folds):
        out = families[folds == fold].unique()
        fitted = {name: Recommender().fit(without(base, out)) for name, base in bases.items()}
        for task in [task for task, own in zip(tasks, folds, strict=True) if own == fold]:
            known = {**there.loc[task].dropna(), **here.loc[task].dropna()}
            scores = pd.Series(known)
            best, low = scores.max(), scores.quantile(0.05)
            phi, kind = old.metafeatures.loc[task], old.tasks.loc[task, "task_type"]
            for name, base in fitted.items():
                ids = named(base, phi, options.metric, kind)
                # Judged is what the table was tried with: most have the core of a pool only.
                tried = [scores[one] for one in ids if one in scores.index][: max(COUNTS)]
                path = np.maximum.accumulate(tried)
                path = np.append(path, [path[-1]] * (max(COUNTS) - len(path)))
                found = {n: 100 * (best - path[n - 1]) / max(best - low, 1e-12) for n in COUNTS}
                rows.append({"task": task, "type": kind, "base": name, **found})
        print(f"fold {fold + 1} of {options.folds}", end="\r", flush=True)
    frame = pd.DataFrame(rows)
    for kind, part in frame.groupby("type"):
        by_base = part.set_index(["base", "task"])[list(COUNTS)]
        print(f"\n{options.metric}, {kind}: {part['task'].nunique()} tables")
        for name in bases:
            cells = ", ".join(f"{n}: {told(by_base.loc[name][n])}" for n in COUNTS)
            print(f"  {name:>9}: {cells}")
        for name in ("runs", "united"):
            gain = by_base.loc["embedded"] - by_base.loc[name]
            cells = ", ".join(f"{n}: {told(gain[n])}" for n in COUNTS)
            print(f"  {name:>9} gains {cells}")


if __name__ == "__main__":
    main()
