"""What a suggested pipeline costs beyond its bare estimator: a fit, its memory, one row.

    python benchmarks/pipeline_cost.py
    python benchmarks/pipeline_cost.py --against ../before --repeats 3

The bare estimator is the pipeline's last step, fitted to the same numbers already filled in
and scaled. Seconds are of the processor; memory is the most held during the fit beyond what
was held before; both the least of a few fits. Run it with one thread (OMP_NUM_THREADS=1).
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler

import warmstart
from _against import add_against, compare, resident_mb
from warmstart.evaluate.memory import peak_mb, reset_peak

LEARNERS: dict[str, dict[str, Any]] = {
    "logistic_regression": {"C": 1.0, "class_weight": "none"},
    "linear_svm": {"C": 0.01, "class_weight": "none"},
    "naive_bayes": {"var_smoothing": 1e-9},
}
N_FITS, N_ROWS_ALONE = 3, 200


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=50)
    parser.add_argument("--missing", type=float, default=0.0, help="share of the cells")
    add_against(parser)
    return parser.parse_args()


def made_up(n_rows: int, n_columns: int, missing: float) -> tuple[pd.DataFrame, Any]:
    """Columns that go together, in units of their own; a class that some of them tell."""
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((n_columns, n_columns)) / np.sqrt(n_columns)
    values = rng.standard_normal((n_rows, n_columns)) @ (mixing + 0.5 * np.eye(n_columns))
    y = values @ rng.standard_normal(n_columns) + rng.standard_normal(n_rows) > 0
    values *= np.exp(rng.standard_normal(n_columns))
    values[rng.random(values.shape) < missing] = np.nan
    return pd.DataFrame(values, columns=[f"x{k}" for k in range(n_columns)]), np.where(y, 1, 0)


def least(work: Callable[[], Any]) -> tuple[float, float]:
    """Processor seconds and memory in MB of a few runs, the least of each."""
    seconds, memory = [], []
    for _ in range(N_FITS):
        held, known = resident_mb(), reset_peak()
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
        memory.append(peak_mb() - held if known else np.nan)
    return min(seconds), min(memory)


def alone_ms(predict: Callable[[Any], Any], row: Any) -> float:
    """Median processor milliseconds of one row's prediction."""
    found = []
    for _ in range(N_ROWS_ALONE):
        began = time.process_time()
        predict(row)
        found.append(time.process_time() - began)
    return 1000 * float(np.median(found))


def main() -> None:
    args = arguments()
    if args.against is not None:
        compare(Path(__file__), args.against, args.repeats)
        return
    X, y = made_up(args.rows, args.columns, args.missing)
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    print(
        f"{args.rows} x {args.columns}, {args.missing:.0%} missing: "
        f"{X.to_numpy().nbytes / 1e6:.0f} MB\n"
    )
    some = warmstart.suggest(X.iloc[:2000], y[:2000], n=1, space="logistic_regression")[0]
    assert some.schema is not None
    some = replace(some, schema=replace(some.schema, n_rows=args.rows))
    numbers = X.fillna(X.median()).to_numpy()
    scaled = np.ascontiguousarray(StandardScaler().fit_transform(numbers))
    del numbers
    for name, own in LEARNERS.items():
        values = {"imputation": "median", "encoding": "one_hot", "scaling": "standard"}
        values |= {"learner": name, "reduction": "none"}
        values |= {f"{name}:{key}": value for key, value in own.items()}
        pipeline = replace(some, configuration=values, learner=name).estimator()
        bare = clone(pipeline[-1])
        pipeline_s, pipeline_mb = least(lambda p=pipeline: p.fit(X, y))
        bare_s, bare_mb = least(lambda b=bare: b.fit(scaled, y))
        print(f"{name} fit  {pipeline_s:8.3f} s")
        print(f"{name} bare  {bare_s:7.3f} s (ratio {pipeline_s / bare_s:.2f})")
        print(f"{name} memory  {pipeline_mb:5.0f} MB")
        print(f"{name} bare memory  {bare_mb:5.0f} MB")
        row, scaled_row = X.iloc[:1], scaled[:1]
        print(f"{name} one row  {alone_ms(pipeline.predict, row):8.2f} ms")
        print(f"{name} bare one row  {alone_ms(bare.predict, scaled_row):8.2f} ms")


if __name__ == "__main__":
    main()
