"""CPU seconds of all meta-features in a warm process, by size of the data.

    python benchmarks/metafeatures_time.py

Mixed data: half numbers, a third categories of 2 to 20 levels, the rest booleans; 5 %
of cells missing. Reading the data is timed apart from the meta-features.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from warmstart.datasets.load import load_dataset
from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metafeatures.registry import groups

SIZES = ((1_000, 20), (10_000, 20), (100_000, 50), (1_000, 1_000))
REPEATS = 3


def mixed(n_rows: int, n_columns: int, *, regression: bool, seed: int = 0) -> pd.DataFrame:
    """Random mixed data whose target depends on the first column."""
    rng = np.random.default_rng(seed)
    columns: dict[str, object] = {}
    for j in range(n_columns):
        if j % 6 < 3:
            values = rng.gamma(2.0, size=n_rows)
        elif j % 6 < 5:
            levels = np.array([f"level {i}" for i in range(rng.integers(2, 21))], dtype=object)
            values = levels[rng.integers(len(levels), size=n_rows)]
        else:
            values = (rng.random(n_rows) < 0.3).astype(object)
        values[rng.random(n_rows) < 0.05] = np.nan if values.dtype != object else None
        columns[f"x{j}"] = values
    frame = pd.DataFrame(columns)
    signal = frame["x0"].fillna(2.0) + rng.normal(size=n_rows)
    frame["y"] = signal if regression else np.where(signal > 2, "high", "low")
    return frame


def cpu_seconds(call: object) -> float:
    """Least of a few runs, all threads counted."""
    best = np.inf
    for _ in range(REPEATS):
        start = time.process_time()
        call()  # type: ignore[operator]
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print one line a size and task."""
    print(f"{'rows':>8} {'columns':>8} {'task':<15} {'all':>7} {'reading':>8}", end=" ")
    print(" ".join(f"{group:>12}" for group in groups()))
    for n_rows, n_columns in SIZES:
        for regression in (False, True):
            frame = mixed(n_rows, n_columns, regression=regression)
            reading = cpu_seconds(lambda frame=frame: load_dataset(frame, target="y"))
            dataset = load_dataset(frame, target="y")
            whole = cpu_seconds(lambda dataset=dataset: metafeatures_of(dataset))
            parts = [
                cpu_seconds(lambda dataset=dataset, g=g: metafeatures_of(dataset, groups=[g]))
                for g in groups()
            ]
            task = "regression" if regression else "classification"
            print(
                f"{n_rows:>8} {n_columns:>8} {task:<15} {whole:>7.3f} {reading:>8.3f}", end=" "
            )
            print(" ".join(f"{part:>12.3f}" for part in parts), flush=True)


if __name__ == "__main__":
    main()
