"""CPU seconds of all meta-features in a warm process, by size of the data.

    python benchmarks/metafeatures_time.py
    python benchmarks/metafeatures_time.py --slopes docs/metafeatures_time.svg
    python benchmarks/metafeatures_time.py --large 1000000x50

Mixed data: half numbers, a third categories of 2 to 20 levels, the rest booleans; 5 %
of cells missing. Reading the data is timed apart from the meta-features.
``--slopes`` doubles rows and columns, draws the seconds and prints by which power they grow;
``--large`` tells seconds and memory beside those of the table, of numbers, all groups.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.load import load_dataset
from warmstart.metafeatures.extract import described, metafeatures_of
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


def slopes(picture: Path) -> None:
    """CPU seconds by rows and by columns; a line's slope on two logarithms is a power."""
    from warmstart._extras import require

    pyplot = require("matplotlib.pyplot", extra="plots")
    figure, axes = pyplot.subplots(1, 2, figsize=(8, 3.2), sharey=True)
    sweeps = {
        "rows": [(n, 20) for n in (500, 1_000, 2_000, 4_000, 8_000, 16_000, 64_000, 256_000)],
        "columns": [(1_000, p) for p in (10, 20, 40, 80, 160, 320, 640)],
    }
    for axis, (what, sizes) in zip(axes, sweeps.items(), strict=True):
        counts = np.array([size[0 if what == "rows" else 1] for size in sizes], dtype=float)
        for label, chosen in (("default groups", None), ("all groups", "all")):
            seconds = []
            for n_rows, n_columns in sizes:
                frame = mixed(n_rows, n_columns, regression=False)
                dataset = load_dataset(frame, target="y")
                seconds.append(
                    cpu_seconds(lambda d=dataset, g=chosen: metafeatures_of(d, groups=g))
                )
            power = np.polyfit(np.log(counts), np.log(seconds), 1)[0]
            told = ", ".join(f"{int(n)}: {s:.3f}" for n, s in zip(counts, seconds, strict=True))
            print(
                f"{what}, {label}: CPU s {told}; grows as the {power:.2f}th power", flush=True
            )
            axis.loglog(counts, seconds, "o-", label=f"{label} (power {power:.2f})")
        other = "20 columns" if what == "rows" else "1,000 rows"
        axis.set(xlabel=f"{what} ({other})", title="")
        axis.legend(frameon=False, fontsize=8)
    axes[0].set_ylabel("CPU seconds")
    figure.tight_layout()
    figure.savefig(picture)


def large(size: str) -> None:
    """Seconds and memory of one big table of numbers, all groups."""
    n_rows, n_columns = map(int, size.split("x"))
    metafeatures_of(load_dataset(mixed(200, 6, regression=False), target="y"), groups="all")
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(n_rows, n_columns))
    frame = pd.DataFrame(cells, columns=[f"x{j}" for j in range(n_columns)], copy=False)
    y = pd.Series(cells[:, 0] + rng.normal(size=n_rows) > 0, name="y").astype(int)
    table_mb = cells.nbytes / 1e6
    before = _resident_mb()
    with _Peak() as peak:
        start = time.process_time()
        dataset = load_dataset(frame, y)
        read = time.process_time()
        described(dataset, groups="all")
        done = time.process_time()
    added = peak.mb - before
    print(
        f"{size}, a table of {table_mb:.0f} MB: reading {read - start:.2f} CPU s, all "
        f"meta-features {done - read:.2f}; {added:.0f} MB on top, {added / table_mb:.2f} of it"
    )


def _resident_mb() -> float:
    """Of this process; Linux."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


class _Peak:
    """The most memory the process has while something runs, looked at every 5 ms."""

    mb = 0.0

    def __enter__(self) -> _Peak:
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()
        return self

    def _look(self) -> None:
        while not self._done.wait(0.005):
            self.mb = max(self.mb, _resident_mb())

    def __exit__(self, *_: Any) -> None:
        self._done.set()
        self._watch.join()


def main() -> None:
    """Print one line a size and task, or what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slopes", type=Path, metavar="PICTURE")
    parser.add_argument("--large", metavar="ROWSxCOLUMNS")
    chosen = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n")
    if chosen.slopes:
        slopes(chosen.slopes)
        return
    if chosen.large:
        large(chosen.large)
        return
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
