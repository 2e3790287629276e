"""How often is a predicted cost within a factor of two, on tables of families never seen?

    python benchmarks/cost_accuracy.py [--folds 10]

Ten folds of families of the base by default; costs are CPU seconds of one fit, and fits below
20 ms are left out where told so: there a clock's noise decides. Prints shares by learner and by
rows, and how often the measured cost is at most the upper quantile that budgets count with.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from warmstart.evaluate.folds import assign_folds
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.base.cost import CostModel

ROWS = (0, 200, 500, 1000, 2001)
LEAST_S = 0.02


def predictions(kind: str, n_folds: int) -> pd.DataFrame:
    """Measured and predicted seconds of every timed cell, each family left out in turn."""
    recommender = open_knowledge(None)
    fitted = recommender.fitted(kind, None)
    table = fitted.table
    costs, phi = table.costs, table.metafeatures.reindex(table.task_ids)
    found = []
    fold_of = assign_folds(table.families, n_folds)
    for number in range(n_folds):
        train, test = np.flatnonzero(fold_of != number), np.flatnonzero(fold_of == number)
        model = CostModel.fit(
            costs[train],
            phi.iloc[train],
            list(fitted.learners),
            max_rows=2000,
            train_share=2 / 3,
        )
        for row in test:
            sizes = phi.iloc[row].copy()
            sizes["NumberOfInstances"] = min(sizes["NumberOfInstances"], 2000) * 2 / 3
            known = np.flatnonzero(np.isfinite(costs[row]))
            found.append(
                pd.DataFrame(
                    {
                        "learner": np.asarray(fitted.learners)[known],
                        "rows": float(phi.iloc[row]["NumberOfInstances"]),
                        "measured": costs[row, known],
                        "predicted": model.predict(sizes)[known],
                        "upper": model.predict(sizes, quantile=0.9)[known],
                    }
                )
            )
    return pd.concat(found, ignore_index=True)


def share(cells: pd.DataFrame) -> str:
    """Percent within a factor of two, and at most the upper quantile."""
    ratio = cells["measured"] / cells["predicted"]
    within = ((ratio <= 2) & (ratio >= 0.5)).mean()
    below = (cells["measured"] <= cells["upper"]).mean()
    return f"{100 * within:5.1f} % within 2 ×, {100 * below:5.1f} % at most the 90 % quantile"


def main() -> None:
    """Print shares for both kinds of task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, default=10)
    options = parser.parse_args()
    for kind in ("classification", "regression"):
        cells = predictions(kind, options.folds)
        long = cells[cells["measured"] >= LEAST_S]
        print(f"{kind}: all {len(cells):,} fits {share(cells)}")
        print(f"  {len(long):,} of 20 ms or more: {share(long)}")
        for learner, part in cells.groupby("learner"):
            print(f"  {learner:>24} {len(part):6,}: {share(part)}")
        for rows, part in cells.groupby(pd.cut(cells["rows"], [*ROWS, 1e9], right=False)):
            print(f"  {rows!s:>24} {len(part):6,}: {share(part)}")


if __name__ == "__main__":
    main()
