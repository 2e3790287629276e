"""Are scores of 10,000 rows worth having, for tables that have so many?

    warmstart build publish KB/rows-2000 META2 --min-evaluations 40
    warmstart build publish KB/rows-10000 META10 --min-evaluations 20
    python benchmarks/base_rows.py META2 META10 [--metrics roc_auc r2]

Tables of 8,000 rows or more that were tried with the same few configurations on 2,000 and on
10,000 rows (`data/pool/large.py`). Each one's family is left out. Configurations are named by
the greedy portfolio of the other tables' scores of 2,000 rows, by that of 10,000 rows, by both
together, and by the recommender from the embedded base and the runs of 2,000 rows, without and
with those of 10,000. Judged is the best of n on the table's 10,000 rows, and for comparison on
its 2,000: regret in hundredths of the range between the best and the 5 % quantile.
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
from warmstart.recommend.recommender import Recommender

COUNTS = (1, 3, 5, 10)
N_FOLDS = 4
N_NAMED = 80
"""Configurations named, of which those count that the table was tried with."""

Scores = tuple[pd.DataFrame, pd.DataFrame]


def lost(scores: pd.DataFrame) -> pd.DataFrame:
    """Normalised regret, between 0 and 1."""
    best, low = scores.max(axis=1), scores.quantile(0.05, axis=1)
    return scores.rsub(best, axis=0).div((best - low).clip(lower=1e-12), axis=0).clip(0, 1)


def shared(few: MetaDataset, many: MetaDataset, metric: str) -> Scores:
    """Scores of both numbers of rows, of the same tables and configurations."""
    at_2000, at_10000 = few.matrix(metric), many.matrix(metric)
    at_10000.index = [str(name).partition("@")[0] for name in at_10000.index]
    tables = [name for name in at_10000.index if name in at_2000.index]
    ids = [one for one in at_10000.columns if one in at_2000.columns]
    found = at_2000.loc[tables, ids], at_10000.loc[tables, ids]
    known = (found[0].notna() & found[1].notna()).sum(axis=1) >= len(ids) // 2
    # What failed is as bad as the worst.
    few_rows, many_rows = (
        one[known].apply(lambda r: r.fillna(r.min()), axis=1) for one in found
    )
    return few_rows, many_rows


def by_portfolio(regrets: list[pd.DataFrame], out: str) -> list[str]:
    """Order of the greedy portfolio of other tables."""
    rows = pd.concat([one.drop(index=out) for one in regrets])
    return [str(rows.columns[k]) for k in greedy_portfolio(tempered(rows.to_numpy()))]


def by_recommender(
    base: Recommender, metric: str, about: pd.Series, out: list[str]
) -> list[str]:
    """What a base names for a table without some families, its own among them."""
    known = base.md.families
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answer = base.suggest(
            metafeatures=about.drop("task_type").astype(float),
            n=N_NAMED,
            metric=metric,
            task_type=str(about["task_type"]),
            exclude=[str(one) for one in known.index[known.isin(out)]],
        )
    return [one.configuration_id for one in answer]


def best_of(row: pd.Series, ids: list[str]) -> list[float]:
    """Regret of the best of the first n, in hundredths."""
    tried = [one for one in ids if one in row.index]
    return [100 * float(row[tried[:n]].min()) for n in COUNTS]


def told(values: np.ndarray) -> str:
    """Mean and standard error at each count."""
    errors = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    cells = zip(COUNTS, values.mean(axis=0), errors, strict=True)
    return ", ".join(f"{n}: {mean:6.2f} ± {error:4.2f}" for n, mean, error in cells)


def changes(few: pd.DataFrame, many: pd.DataFrame, names: pd.Series) -> None:
    """Which configurations gain rank by rows, most and least."""
    gain = few.rank(axis=1, ascending=False) - many.rank(axis=1, ascending=False)
    mean, error = gain.mean(), gain.std(ddof=1) / np.sqrt(len(gain))
    order = mean.sort_values(ascending=False).index
    told_of = [f"{names.get(one, one)} {mean[one]:+.1f} ± {error[one]:.1f}" for one in order]
    print("  ranks gained: " + "; ".join(told_of[:6]))
    print("  ranks lost: " + "; ".join(told_of[:-7:-1]))
    alike = [few.loc[t].corr(many.loc[t], method="spearman") for t in few.index]
    print(f"  rank correlation of 2,000 and 10,000 rows: {np.mean(alike):.2f}")


def compare(few: MetaDataset, many: MetaDataset, metric: str, *, recommend: bool) -> None:
    """Print regrets of all ways to name."""
    at_2000, at_10000 = shared(few, many, metric)
    for kind in ("classification", "regression"):
        of = few.tasks.loc[at_2000.index, "task_type"] == "regression"
        tables = list(at_2000.index[of == (kind == "regression")])
        if len(tables) < 5:
            continue
        both = [one.loc[tables].dropna(axis=1, how="all") for one in (at_2000, at_10000)]
        print(f"\n{metric}, {kind}: {len(tables)} tables, {both[0].shape[1]} configurations")
        changes(*both, few.configurations["learner"] + " " + few.configurations.index.str[:6])
        small, large = lost(both[0]), lost(both[1])
        ways = {
            "portfolio of 2,000 rows": lambda t, s=small: by_portfolio([s], t),
            "portfolio of 10,000 rows": lambda t, s=large: by_portfolio([s], t),
            "portfolio of both": lambda t, s=(small, large): by_portfolio(list(s), t),
        }
        if recommend:
            old = open_knowledge(None).md
            united = old.merge(few, conflicts="first")
            bases = {
                "embedded, 2,000 rows": old,
                "embedded and 10,000": old.merge(many, conflicts="first"),
                "united, 2,000 rows": united,
                "united and 10,000": united.merge(many, conflicts="first"),
            }
            families = few.families[tables]
            own = assign_folds(families, N_FOLDS, random_state=0)
            out = {t: list(families[own == fold]) for t, fold in zip(tables, own, strict=True)}
            about = few.metafeatures.loc[tables].assign(task_type=few.tasks["task_type"])
            for name, md in bases.items():
                fitted = Recommender().fit(md)
                ways[name] = lambda t, f=fitted, a=about, o=out: by_recommender(  # type: ignore[misc]
                    f, metric, a.loc[t], o[t]
                )
        ids = {name: [way(t) for t in tables] for name, way in ways.items()}
        for title, truth in (("10,000", large), ("2,000", small)):
            first = None
            for name, named in ids.items():
                rows = zip(tables, named, strict=True)
                found = np.array([best_of(truth.loc[t], one) for t, one in rows])
                print(f"  judged on {title} rows, {name:>24}: {told(found)}")
                if name.endswith("2,000 rows"):
                    first = found
                elif first is not None:
                    print(f"{'gains':>49}: {told(first - found)}", flush=True)


def main() -> None:
    """Compare in each metric."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("few", type=Path)
    parser.add_argument("many", type=Path)
    parser.add_argument("--metrics", nargs="+", default=["roc_auc", "balanced_accuracy", "r2"])
    parser.add_argument("--no-recommender", action="store_true")
    options = parser.parse_args()
    few, many = MetaDataset.open(options.few), MetaDataset.open(options.many)
    few = few.drop(tasks=[name for name in few.tasks.index if "@" in str(name)])
    for metric in options.metrics:
        compare(few, many, metric, recommend=not options.no_recommender)


if __name__ == "__main__":
    main()
