"""Evaluate the pool on the corpus, the cheapest and scarcest tasks first; goes on if stopped.

    python data/runs/run.py --corpus build/corpus --build build/kb [--jobs N] [--passes A,B]

Each pass adds to one build folder: at 2,000 rows ``BUILD/rows-2000``, at 10,000 for tables
that have more than 2,000 ``BUILD/rows-10000``. Runs packed beside this file are not done
again; `warmstart build pack BUILD/rows-2000 data/runs/rows-2000` adds what is new, also
while this runs.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warmstart.execution.local import Limits, LocalTask, Protocol, read_tasks
from warmstart.execution.resampling import n_splits
from warmstart.metadataset.build.local import build_local
from warmstart.metadataset.build.pack import pack, unpack
from warmstart.spaces.pipelines.pool import read_pool

HERE = Path(__file__).resolve().parent
POOL = HERE.parent / "pool" / "pool.jsonl"
LARGER = {
    *("lightgbm", "xgboost", "catboost", "hist_gradient_boosting", "random_forest"),
    *("extra_trees", "logistic_regression", "ridge", "elastic_net", "linear_svm", "mlp"),
}
"""Learners worth 10,000 rows: kernels and neighbours grow with their square."""


@dataclass(frozen=True)
class Pass:
    """Some configurations on some tasks at some number of rows."""

    name: str
    task_types: tuple[str, ...]
    most: int | None
    max_rows: int = 2000
    time_limit_s: float = 60.0


PASSES = (
    Pass("scarce-120", ("multiclass", "regression"), 120),
    Pass("binary-120", ("binary",), 120),
    Pass("scarce-250", ("multiclass", "regression"), 250),
    Pass("binary-250", ("binary",), 250),
    Pass("rows-120", ("multiclass", "regression", "binary"), 120, 10_000, 300.0),
    Pass("scarce", ("multiclass", "regression"), None),
    Pass("binary", ("binary",), None),
    Pass("rows", ("multiclass", "regression", "binary"), None, 10_000, 300.0),
)


def ordered(corpus: Path, wanted: Pass) -> Iterator[LocalTask]:
    """Tasks of a pass, those first whose fits cost least."""
    with (corpus / "tasks.csv").open(newline="", encoding="utf-8") as lines:
        sizes = {row["task_id"]: row for row in csv.DictReader(lines)}

    def work(task: LocalTask) -> float:
        size = sizes[task.task_id]
        rows = min(int(size["n_rows"]), wanted.max_rows)
        fits = n_splits(rows)
        # Overhead of a fit, of rows and columns; a booster fits a tree a class.
        per_class = max(1, int(size["n_classes"] or 0) if task.task_type == "multiclass" else 1)
        return float(fits * (300 + rows * (1 + int(size["n_columns"]) ** 0.5)) * per_class**0.5)

    tasks = [
        task for task in read_tasks(corpus / "tasks.csv") if task.task_type in wanted.task_types
    ]
    if wanted.max_rows > 2000:
        tasks = [task for task in tasks if int(sizes[task.task_id]["n_rows"]) > 2000]
    yield from sorted(tasks, key=work)


def run(wanted: Pass, corpus: Path, build: Path, jobs: int) -> None:
    """Do one pass; what is done already is not done again."""
    pool = read_pool(POOL, most=wanted.most)
    if wanted.max_rows > 2000:
        pool = {kind: [c for c in found if c.learner in LARGER] for kind, found in pool.items()}
    protocol = Protocol(
        limits=Limits(time_limit_s=wanted.time_limit_s, memory_limit_mb=4096),
        max_rows=wanted.max_rows,
        sampler="pool",
    )
    last = time.monotonic()

    def tell(done: int, total: int, speed: float) -> None:
        nonlocal last
        if time.monotonic() - last > 60:
            last = time.monotonic()
            print(f"{wanted.name}: {done:,} of {total:,}, {speed:.2f} a second", flush=True)

    folder, packed = build / f"rows-{wanted.max_rows}", HERE / f"rows-{wanted.max_rows}"
    tasks = list(ordered(corpus, wanted))
    unpack(packed, folder, tasks, protocol)
    report = build_local(
        tasks,
        pool,
        folder,
        protocol=protocol,
        n_jobs=jobs,
        progress=tell,
    )
    print(f"{wanted.name}: {report}; {pack(folder, packed):,} runs packed", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Do the passes asked for, in order."""
    parser = argparse.ArgumentParser(description="Evaluate the pool on the corpus.")
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--build", type=Path, default=Path("build/kb"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--passes", help="comma-separated; all by default")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    names = options.passes.split(",") if options.passes else [one.name for one in PASSES]
    for one in PASSES:
        if one.name in names:
            run(one, options.corpus, options.build, options.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
