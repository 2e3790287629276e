"""Are scores with groups or later rows held out worth having, on tables that have them?

    python benchmarks/groups_and_time.py [--runs data/runs/rows-2000] [--metric r2]

On every table evaluated with whole groups, or its later rows, held out: regret of the best of
n of the greedy portfolio, once from other families' scores of rows held out at random, once
from those in which the table's own way of holding out counts where it is known, once from what
is known in that way alone, and once from both together, with the paired gain on the first.
Judged are the configurations that all of these tables share, of those with
enough of them. The aim: at most .8 times the regret.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from warmstart.metadataset.storage.measured import read_measured
from warmstart.models.rankings.portfolio import greedy_portfolio, tempered

HERE = Path(__file__).resolve().parent.parent
COUNTS = (1, 3, 5, 10)


def regret(scores: pd.DataFrame) -> pd.DataFrame:
    """Normalised, between 0 and 1, the worst twentieth counting alike."""
    best, worst = scores.max(axis=1), scores.quantile(0.05, axis=1)
    return scores.rsub(best, axis=0).div((best - worst).clip(lower=1e-12), axis=0).clip(0, 1)


def best_of(order: list[int], row: np.ndarray) -> list[float]:
    """Regret of the best of the first n, for each n."""
    return [100 * float(row[order[:n]].min()) for n in COUNTS]


def main() -> None:
    """Compare on all tables there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=HERE / "data" / "runs" / "rows-2000")
    parser.add_argument("--metric", default="r2")
    parser.add_argument("--least", type=int, default=28, help="configurations a table has")
    options = parser.parse_args()
    files = sorted(options.runs.glob("[0-9]*/folds.parquet"))
    folds = read_measured(files, "folds").to_pandas().dropna(subset=[options.metric])
    scores = folds.groupby(["task_id", "configuration_id"])[options.metric].mean().unstack()
    scores = scores[scores.notna().sum(axis=1) >= options.least]
    table, _, way = zip(*(name.partition("@") for name in scores.index), strict=True)
    known = pd.DataFrame({"table": table, "way": way}, index=scores.index)
    ways = known[known["way"] != ""]
    shared = scores.loc[ways.index].notna().all(axis=0)
    scores = scores.loc[:, shared].dropna()
    known, ways = known.loc[scores.index], ways.loc[ways.index.isin(scores.index)]
    lost = regret(scores)
    at_random = known.index[known["way"] == ""]
    print(f"{scores.shape[1]} configurations, {len(at_random)} tables with rows at random")
    for kind in ("groups", "forward"):
        rows = []
        for task in ways.index[ways["way"] == kind]:
            others = known[known["table"] != known.loc[task, "table"]]
            random = others.index[others["way"] == ""]
            own = others.index[others["way"] == kind]
            fallback = random[~others.loc[random, "table"].isin(others.loc[own, "table"])]
            truth = lost.loc[task].to_numpy()
            told = []
            for learned in (random, own.append(fallback), own, own.append(random)):
                order = list(greedy_portfolio(tempered(lost.loc[learned].to_numpy())))
                told.append(best_of(order, truth))
            rows.append(told)
        if len(rows) < 3:
            print(f"{kind}: only {len(rows)} tables yet")
            continue
        found = np.array(rows)
        errors = found.std(axis=0, ddof=1) / np.sqrt(len(rows))
        names = ("random scores", f"{kind} scores", f"{kind} scores alone", "both")
        gains = found[:, :1] - found
        for at, name in enumerate(names):
            told = (
                f"{n}: {found[:, at, k].mean():.2f} ± {errors[at, k]:.2f}"
                for k, n in enumerate(COUNTS)
            )
            print(f"{kind}, {len(rows)} tables, {name}: {', '.join(told)}")
            told = (
                f"{n}: {gains[:, at, k].mean():.2f} ± "
                f"{gains[:, at, k].std(ddof=1) / np.sqrt(len(rows)):.2f}"
                for k, n in enumerate(COUNTS)
            )
            if at:
                print(f"  gains on random scores {', '.join(told)}")


if __name__ == "__main__":
    main()
