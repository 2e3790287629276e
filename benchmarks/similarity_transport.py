"""Is OTDD exact, does it find halves of a table, and what does a pair cost?

    python benchmarks/similarity_transport.py --corpus FOLDER [--pairs 18]

Exactness: the same transport as a linear program (HiGHS). Halves: the first tables of the
corpus, 200 rows each after :func:`sample_rows`, cut in two; tables of one type with as many
encoded columns are in one feature space, in which a half is compared with its other half and
with every other table's first half. Cost: CPU seconds of a pair against rows, for OTDD
(exact and Sinkhorn), and for Gromov-Wasserstein and its bound.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import eye_array, kron

from _measured import read_samples
from warmstart.similarity.gw_otdd import GWOTDD
from warmstart.similarity.otdd import OTDD, labelled_cost
from warmstart.similarity.task_view import SampledRows, TaskView

SIZES = (50, 100, 200, 400, 800)


def main() -> None:
    """Print what each question found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=18)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    tables = spaces(args.corpus, args.seed)
    exactness(tables)
    halves(tables, args.pairs)
    cost()


def spaces(corpus: Path, seed: int) -> dict[tuple[bool, int], list[SampledRows]]:
    """Samples of the corpus by whether they are classification and their columns."""
    listed = pd.read_csv(corpus / "tasks.csv")
    few = listed[(listed["n_rows"] >= 200) & (listed["n_columns"] <= 12)].head(120)
    found = defaultdict(list)
    for rows in read_samples(corpus, few["task_id"], 200, seed):
        if len(rows.X) == 200:
            found[rows.is_classification, rows.X.shape[1]].append(rows)
    return {space: rows for space, rows in found.items() if len(rows) >= 3}


def halves_of(rows: SampledRows) -> tuple[SampledRows, SampledRows]:
    """Every second row, and the others."""
    first, second = (
        SampledRows(X=rows.X[k::2], y=rows.y[k::2], is_classification=rows.is_classification)
        for k in (0, 1)
    )
    return first, second


def exactness(tables: Any) -> None:
    """Largest difference from a linear program, over tables of classes and of numbers."""
    worst, n = 0.0, 0
    for rows in (some[0] for some in tables.values()):
        a, b = halves_of(rows)
        a = SampledRows(X=a.X[:30], y=a.y[:30], is_classification=a.is_classification)
        b = SampledRows(X=b.X[:40], y=b.y[:40], is_classification=b.is_classification)
        cost = labelled_cost(a, b)
        n_a, n_b = cost.shape
        sums = kron(eye_array(n_a), np.ones((1, n_b))), kron(np.ones((1, n_a)), eye_array(n_b))
        solved = linprog(
            cost.ravel(),
            A_eq=np.vstack([one.toarray() for one in sums]),
            b_eq=np.r_[np.full(n_a, 1 / n_a), np.full(n_b, 1 / n_b)],
        )
        worst, n = max(worst, abs(OTDD().distance(a, b) - np.sqrt(solved.fun))), n + 1
    print(f"exact: {n} pairs of 30 and 40 rows, largest difference {worst:.1e}\n", flush=True)


def halves(tables: Any, n_wanted: int) -> None:
    """How many halves are nearer to their own other half than to any other table."""
    for solver in ("exact", "sinkhorn"):
        measure, found, n = OTDD(solver=solver), 0, 0
        for some in tables.values():
            cut = [halves_of(rows) for rows in some[:8]]
            for k, (own, other) in enumerate(cut):
                if n == n_wanted:
                    break
                near = measure.distance(own, other)
                rest = [measure.distance(own, cut[j][0]) for j in range(len(cut)) if j != k]
                found, n = found + (near < min(rest)), n + 1
        print(f"halves, {solver}: nearer than any other table in {found} of {n}", flush=True)


def cost() -> None:
    """CPU seconds of a pair against rows, five columns and three classes."""
    rng = np.random.default_rng(0)
    names = ("otdd exact", "otdd sinkhorn", "gw exact", "gw bound")
    print(f"\n| rows | {' | '.join(f'{name}, CPU ms a pair' for name in names)} |")
    print("| --: " * (len(names) + 1) + "|", flush=True)
    for n in SIZES:
        pair = [
            SampledRows(
                X=rng.normal(size=(n, 5)) + shift,
                y=rng.integers(3, size=n),
                is_classification=True,
            )
            for shift in (0.0, 0.5)
        ]
        cells = []
        for measure in (OTDD(), OTDD(solver="sinkhorn")):
            cells.append(seconds(measure.distance, *pair))
        views = [TaskView(rows=rows) for rows in pair]
        for measure in (GWOTDD(exact=True, n_rows=n), GWOTDD()):
            if isinstance(measure, GWOTDD) and measure.exact and n > 200:
                cells.append(np.nan)
                continue
            measure.fit(views[:1])
            cells.append(seconds(measure.distances, views[1]))
        print(f"| {n} | {' | '.join(f'{1e3 * one:.1f}' for one in cells)} |", flush=True)


def seconds(call: Any, *arguments: Any) -> float:
    """CPU seconds, the least of three calls."""
    found = []
    for _ in range(3):
        start = time.process_time()
        call(*arguments)
        found.append(time.process_time() - start)
    return min(found)


if __name__ == "__main__":
    main()
