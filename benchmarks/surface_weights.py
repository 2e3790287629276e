"""Should tables like the new one count for more among the surfaces that lead a search?

    python benchmarks/surface_weights.py --learner lightgbm

Each table of the surfaces is left out with its family; the others' processes are averaged at
its points with weights exp(-d²/2h²), d the mean difference of rank-scaled meta-features in
units of its median, h infinite for equal weights. Told: rank correlation of the average with
the table's scores, and how far the first pick is from the best point, in standard deviations
of the table's scores. No table of the reported ones of ``data/surfaces/held_out.csv`` is there.
"""

from __future__ import annotations

import argparse
import shlex
import sys

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from warmstart.knowledge.base import open_knowledge, surfaces_path
from warmstart.models.surfaces.sources import Sources, floored
from warmstart.models.surfaces.store import SurfaceStore, surface

SIMPLE = ["NumberOfInstances", "NumberOfFeatures", "NumberOfClasses", "NumberOfMissingValues"]
WIDTHS = (np.inf, 1.0, 0.5, 0.25, 0.12)


def each_at(sources: Sources, points: np.ndarray) -> np.ndarray:
    """Every table's process at points, (n, n_tasks)."""
    mean, loadings = sources.expect(points)
    return mean[:, None] + np.sqrt(sources.n_tasks) * loadings


def one_table(
    own: tuple[np.ndarray, np.ndarray], each: np.ndarray, apart: np.ndarray
) -> list[tuple[float, float, float]]:
    """Width, rank correlation and distance of the first pick from the best."""
    scores = floored(own[1])
    z = (scores - scores.mean()) / scores.std()
    found = []
    for width in WIDTHS:
        weights = np.exp(-0.5 * (apart / (width * np.median(apart))) ** 2)
        mean = each @ (weights / weights.sum())
        found.append((width, spearmanr(mean, z)[0], z.max() - z[np.argmax(mean)]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--learner", default="lightgbm")
    parser.add_argument("--metrics", nargs="+", default=["roc_auc", "log_loss", "r2"])
    options = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    folder = surfaces_path()
    assert folder is not None  # they come with the package
    store = SurfaceStore(folder=folder)
    box = store.box(options.learner)
    assert box is not None
    rows = {str(row["task_id"]): row for row in store.rows(options.learner)}
    known = open_knowledge().md.metafeatures
    ranks = known.set_axis(known.index.astype(str)).rank(pct=True).fillna(0.5)
    told = []
    for metric in options.metrics:
        sources = store.sources(options.learner, metric)
        assert sources is not None
        described = [name for name in sources.names if name in ranks.index]
        for name in described:
            mine = surface(rows[name], metric, box)
            others = [
                k
                for k, other in enumerate(sources.names)
                if other in ranks.index and rows[other]["family"] != rows[name]["family"]
            ]
            each = each_at(sources, mine.points)[:, others]
            for label, columns in (("all", list(ranks)), ("simple", SIMPLE)):
                gaps = ranks[columns] - ranks.loc[name, columns]
                apart = gaps.abs().mean(axis=1)[[sources.names[k] for k in others]].to_numpy()
                for width, rho, first in one_table((mine.points, mine.scores), each, apart):
                    told.append((metric, name, label, width, rho, first))
    report(pd.DataFrame(told, columns=["metric", "task", "by", "width", "rho", "first"]))


def report(told: pd.DataFrame) -> None:
    print(
        "| metric | weighed by | width | tables | rank correlation | first pick off "
        "| less equal's |"
    )
    print("| --- | --- | --: | --: | --: | --: | --: |")
    for (metric, by), part in told.groupby(["metric", "by"], sort=False):
        wide = part.pivot(index="task", columns="width", values=["rho", "first"])
        for width in WIDTHS:
            rho, first = wide["rho"][width], wide["first"][width]
            more, off = rho - wide["rho"][np.inf], first - wide["first"][np.inf]
            print(
                f"| {metric} | {by} | {width:g} | {len(wide)} | {rho.mean():.3f} "
                f"({more.mean():+.3f} ± {more.sem():.3f}) | {first.mean():.2f} "
                f"| {off.mean():+.2f} ± {off.sem():.2f} |"
            )


if __name__ == "__main__":
    main()
