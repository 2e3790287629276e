"""Is a base better for the runs of the new pool beside its old ones?

    python benchmarks/base_united.py META [--metric r2] [--limit N]

`META` is a meta-dataset of the runs (`warmstart build publish`). Compared are three bases: the
embedded one, the runs alone, and both united, each without the family of the table that is
asked for. Tables are those that both histories know, the measure is normalised regret on the
configurations of both: hundredths of the range between the best and the 5 % quantile. What is
not installed here, such as CatBoost, is never named.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.recommender import Recommender

COUNTS = (1, 3, 5, 10)
LEAST = 40
"""Configurations of the new pool that a table must have been tried with."""


def told(values: pd.Series) -> str:
    """Mean and standard error."""
    return f"{values.mean():6.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):4.2f}"


def named(base: MetaDataset, family: str, phi: pd.Series, metric: str, kind: str) -> list[str]:
    """Ids that the base names for a table, without the table's family."""
    rest = base.drop(families=[family]) if (base.families == family).any() else base
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = (
            Recommender()
            .fit(rest)
            .suggest(metafeatures=phi, n=max(COUNTS), metric=metric, task_type=kind)
        )
    return [one.configuration_id for one in answer]


def main() -> None:
    """Print regret of the three bases, and paired differences from the embedded one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("meta", type=Path)
    parser.add_argument("--metric", default="r2")
    parser.add_argument("--limit", type=int)
    options = parser.parse_args()
    old, new = open_knowledge(None).md, MetaDataset.open(options.meta)
    new = new.drop(tasks=[name for name in new.tasks.index if "@" in str(name)])
    bases = {"embedded": old, "runs": new, "united": old.merge(new, conflicts="first")}
    here, there = (md.matrix(options.metric) for md in (new, old))
    enough = here.index[here.notna().sum(axis=1) >= LEAST]
    tasks = [task for task in enough if task in there.index][: options.limit]
    rows = []
    for number, task in enumerate(tasks):
        known = {**there.loc[task].dropna(), **here.loc[task].dropna()}
        scores = pd.Series(known)
        best, low = scores.max(), scores.quantile(0.05)
        phi, kind = old.metafeatures.loc[task], old.tasks.loc[task, "task_type"]
        for name, base in bases.items():
            ids = named(base, old.families[task], phi, options.metric, kind)
            # What the table was never tried with, or failed on, gains nothing.
            path = np.maximum.accumulate([scores.get(one, low) for one in ids])
            path = np.append(path, [path[-1]] * (max(COUNTS) - len(path)))
            found = {n: 100 * (best - path[n - 1]) / max(best - low, 1e-12) for n in COUNTS}
            rows.append({"task": task, "type": kind, "base": name, **found})
        print(f"{number + 1} of {len(tasks)}", end="\r", flush=True)
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
