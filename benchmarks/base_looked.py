"""Is a look worth more from the base with the new pool's runs beside its old ones?

    python benchmarks/base_looked.py META [--metrics r2 mae] [--seconds 1 4]

`META` is a meta-dataset of the runs (`warmstart build publish`). Compared are the embedded base
and both histories united, each without the families of the fold that the table asked for is
in, on tables that both know. A look's fits take the recorded seconds and give the recorded
scores, with noise of the size that folds had (`look_recorded.py`); what it keeps, and what is
named first without one, is judged on all that the table was tried with: regret in hundredths
of the range between the best and the 5 % quantile.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import warmstart
from _looks import Variant, our_batch
from base_united import LEAST, told
from look_recorded import parser_of, tables_of
from warmstart.knowledge.base import open_knowledge
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metrics import METRICS
from warmstart.recommend.recommender import Recommender


def asked(old: MetaDataset, new: MetaDataset, metric: str) -> list[str]:
    """Tables that both know, the new with enough configurations."""
    here, there = new.matrix(metric), old.matrix(metric)
    enough = here.index[here.notna().sum(axis=1) >= LEAST]
    return [str(task) for task in enough if task in there.index]


def lost(scores: pd.Series, kept: str) -> float:
    """Normalised regret of what is kept, in hundredths."""
    best, low = scores.max(), scores.quantile(0.05)
    return float(100 * min((best - scores[kept]) / max(best - low, 1e-12), 1.0))


def main() -> None:
    """Compare in each metric."""
    parser = parser_of(__doc__)
    parser.add_argument("meta", type=Path)
    parser.set_defaults(seconds=[1, 4])
    args = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n\nwarmstart {warmstart.__version__}")
    old, new = open_knowledge(None).md, MetaDataset.open(args.meta)
    old, new = (
        md.drop(tasks=[t for t in md.tasks.index if "@" in str(t)]) for md in (old, new)
    )
    united = old.merge(new, conflicts="first")
    bases = {"embedded": Recommender().fit(old), "united": Recommender().fit(united)}
    for metric in args.metrics:
        kinds = METRICS[metric].task_types
        kind = "regression" if "regression" in kinds else "classification"
        scores = united.matrix(metric)
        wanted = set(asked(old, new, metric)[: args.tasks])
        rows: list[dict[str, object]] = []
        for name, base in bases.items():
            for table in tables_of(base, kind, metric, args):
                if table.name not in wanted:
                    continue
                ids = table.fitted.table.configuration_ids
                kept = {"at once": our_batch(table)[0]}
                for seconds in args.seconds:
                    table.memory["told"] = {}
                    kept[f"{seconds:g} s"] = Variant()(table, seconds)
                row = scores.loc[table.name].dropna()
                regrets = {k: lost(row, ids[table.columns[at]]) for k, at in kept.items()}
                rows.append({"base": name, "task": table.name, **regrets})
        report(pd.DataFrame(rows).set_index(["base", "task"]), metric)


def report(frame: pd.DataFrame, metric: str) -> None:
    """Mean regrets, and paired gains."""
    both = frame.loc["embedded"].index.intersection(frame.loc["united"].index)
    print(f"\n{metric}: {len(both)} tables", flush=True)
    parts = {name: frame.loc[name].loc[both] for name in ("embedded", "united")}
    parts["united gains"] = parts["embedded"] - parts["united"]
    for name, part in parts.items():
        print(f"  {name:>12}: " + ", ".join(f"{c}: {told(part[c])}" for c in part), flush=True)
    won = np.sign(parts["united gains"]).apply(lambda c: f"{(c > 0).sum()}/{(c < 0).sum()}")
    print("  won / lost: " + ", ".join(f"{c}: {won[c]}" for c in won.index), flush=True)


if __name__ == "__main__":
    main()
