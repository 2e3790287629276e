"""Are scores of 10,000 rows worth having, for tables that have so many?

    warmstart build publish KB/rows-2000 META2 --min-evaluations 40
    warmstart build publish KB/rows-10000 META10 --min-evaluations 20
    python benchmarks/base_rows.py META2 META10 [--metrics roc_auc r2]

Tables of 4,500 rows or more, tried with the few configurations of `data/pool/large.jsonl` on
10,000 rows; families are left out in folds. Configurations are named by the recommender from
the embedded base, and from that with the runs of 2,000 rows, each without and with the runs of
10,000; and by the greedy portfolio of the other tables' 10,000 rows. Judged is the best of n of
what the table was tried with: regret in hundredths of the range between the best and the 5 %
quantile, on its 10,000 rows, and on 2,000 where it was tried with them as well.
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
from warmstart.models.rankings.portfolio import greedy_portfolio, tempered
from warmstart.recommend.question.resampled import of_too_few_rows
from warmstart.recommend.recommender import Recommender

COUNTS = (1, 3, 5, 10)
N_FOLDS = 5
N_NAMED = 25
"""Configurations named, of which those count that the table was tried with."""

N_LARGE = 11
"""As many of a base that knows 10,000 rows, which names what large tables were tried with."""

LARGE = 4500
"""Rows of a table that is asked about."""

LEAST = 12
"""Configurations that a table must have been tried with."""


def lost(scores: pd.DataFrame) -> pd.DataFrame:
    """Normalised regret, between 0 and 1; NaN where a table was not tried with it."""
    best, low = scores.max(axis=1), scores.quantile(0.05, axis=1)
    return scores.rsub(best, axis=0).div((best - low).clip(lower=1e-12), axis=0).clip(0, 1)


def known_scores(md: MetaDataset, metric: str, kind: str) -> pd.DataFrame:
    """Of tables of one kind with enough configurations, by the name of the table."""
    scores = md.matrix(metric)
    of = md.tasks.loc[scores.index, "task_type"] == "regression"
    large = md.tasks.loc[scores.index, "n_rows"] >= LARGE
    tried = scores.notna().sum(axis=1) >= LEAST
    scores = scores[(of == (kind == "regression")) & large & tried]
    scores.index = [str(name).partition("@")[0] for name in scores.index]
    return scores.dropna(axis=1, how="all")


def by_portfolio(regrets: pd.DataFrame, out: list[str]) -> list[str]:
    """Order of the greedy portfolio of tables that are not left out."""
    rows = regrets.drop(index=[one for one in out if one in regrets.index])
    rows = rows.loc[:, rows.notna().mean() >= 0.9].fillna(1.0)
    return [str(rows.columns[k]) for k in greedy_portfolio(tempered(rows.to_numpy()))]


def by_recommender(
    base: Recommender, metric: str, about: pd.Series, out: set[str], n: int
) -> list[str]:
    """What a base names for a table without some families, its own among them."""
    families = base.md.families
    gone = [str(one) for one in families.index[families.isin(out)]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = base.suggest(
            metafeatures=about.drop("task_type").astype(float),
            n=n,
            metric=metric,
            task_type=str(about["task_type"]),
            exclude=gone,
        )
    return [one.configuration_id for one in answer]


def best_of(row: pd.Series, ids: list[str]) -> list[float]:
    """Regret of the best of the first n, in hundredths."""
    tried = [one for one in ids if one in row.index and np.isfinite(row[one])]
    return [100 * float(row[tried[:n]].min()) if tried else 100.0 for n in COUNTS]


def told(values: np.ndarray) -> str:
    """Mean and standard error at each count."""
    errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    cells = zip(COUNTS, values.mean(axis=0), errors, strict=True)
    return ", ".join(f"{n}: {mean:6.2f} ± {error:4.2f}" for n, mean, error in cells)


def best_on_average(regrets: pd.DataFrame, learners: pd.Series) -> None:
    """Which configurations leave least on 10,000 rows."""
    mean = regrets.mean().sort_values()
    names = [
        f"{learners.get(one, '')} {one[:6]} {100 * mean[one]:.1f}" for one in mean.index[:6]
    ]
    print("  least regret on 10,000 rows: " + "; ".join(names))


def compare(few: MetaDataset, many: MetaDataset, metric: str, kind: str) -> None:
    """Print regrets of all ways to name."""
    large = lost(known_scores(many, metric, kind))
    if len(large) < N_FOLDS:
        return
    print(f"\n{metric}, {kind}: {len(large)} tables, {large.shape[1]} configurations")
    best_on_average(large, many.learners)
    old = open_knowledge(None).md
    united = old.merge(few, conflicts="first")
    bases = {
        "embedded": old,
        "embedded and 10,000 rows": old.merge(many, conflicts="first"),
        "united": united,
        "united and 10,000 rows": united.merge(many, conflicts="first"),
    }
    tasks = many.tasks.set_axis([str(one).partition("@")[0] for one in many.tasks.index])
    phi = many.metafeatures.set_axis(tasks.index)
    about = phi.assign(task_type=tasks["task_type"])
    families = tasks.loc[large.index, "family"]
    fold_of = assign_folds(families, N_FOLDS, random_state=0)
    out = {
        table: set(families[fold_of == fold])
        for table, fold in zip(large.index, fold_of, strict=True)
    }
    named = {
        "portfolio of 10,000 rows": [
            by_portfolio(large, list(families.index[families.isin(out[t])]))
            for t in large.index
        ]
    }
    for name, md in bases.items():
        base = Recommender().fit(md)
        n = N_LARGE if "10,000 rows" in name else N_NAMED
        named[name] = [
            by_recommender(base, metric, about.loc[t], out[t], n) for t in large.index
        ]
    small = known_scores(few, metric, kind)
    small = small.loc[[t for t in large.index if t in small.index]]
    small = small if small.empty else lost(small)
    for title, truth in (("10,000", large), ("2,000", small)):
        found = {}
        at = [k for k, table in enumerate(large.index) if table in truth.index]
        if len(at) < 3:
            continue
        for name, ids in named.items():
            rows = [best_of(truth.loc[large.index[k]], ids[k]) for k in at]
            found[name] = np.array(rows)
            print(f"  on {title} rows, {len(at)} tables, {name:>24}: {told(found[name])}")
        for name in ("embedded", "united"):
            gain = found[name] - found[f"{name} and 10,000 rows"]
            print(f"  on {title} rows, 10,000 rows gain {name}: {told(gain)}", flush=True)


def main() -> None:
    """Compare in each metric."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("few", type=Path)
    parser.add_argument("many", type=Path)
    parser.add_argument("--metrics", nargs="+", default=["roc_auc", "balanced_accuracy", "r2"])
    options = parser.parse_args()
    few, many = MetaDataset.open(options.few), MetaDataset.open(options.many)
    many = many.drop(tasks=of_too_few_rows(many.tasks))
    few = few.drop(tasks=[name for name in few.tasks.index if "@" in str(name)])
    for metric in options.metrics:
        regression = metric in ("r2", "rmse", "mae")
        compare(few, many, metric, "regression" if regression else "classification")


if __name__ == "__main__":
    main()
