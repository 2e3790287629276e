"""Evaluate the pool on the corpus, the cheapest and scarcest tasks first; goes on if stopped.

    python data/runs/run.py --corpus build/corpus --build build/kb [--jobs N] [--passes A,B]
    python data/runs/run.py --corpus build/corpus --build build/kb --packed

Each pass adds to one build folder: at 2,000 rows ``BUILD/rows-2000``, at 10,000 for tables
that have more than 2,000 ``BUILD/rows-10000``. Runs packed beside this file are not done
again; `warmstart build pack BUILD/rows-2000 data/runs/rows-2000` adds what is new, also
while this runs. With ``--packed`` those are put into the build folders, and nothing is fitted.
"""

from __future__ import annotations

import argparse
import csv
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from warmstart.execution.local import EvaluationProtocol, Limits, LocalTask, read_tasks
from warmstart.execution.resampling import Resampling, n_splits
from warmstart.metadataset.build.local import build_local
from warmstart.metadataset.build.pack import pack, unpack
from warmstart.spaces.pipelines.pool import read_pool

HERE = Path(__file__).resolve().parent
RESAMPLED = HERE.parent / "corpus" / "resampled.csv"
POOL = HERE.parent / "pool" / "pool.jsonl"
CORE = HERE.parent / "pool" / "core.txt"
LARGE = HERE.parent / "pool" / "large.jsonl"
LARGE_ROWS = 8000
UNIT_SIZE = 60
"""A process takes a task's configurations together: to start and to prepare is done once."""

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
    resampled: bool = False
    """Tables whose groups or later rows are held out, instead of rows at random."""

    beside: bool = False
    """With them the same tables with rows held out at random, to be compared."""

    n_tasks: int | None = None

    core: bool = False
    """Only the configurations of the pool's core, `most` of them."""

    large: bool = False
    """Only the few of `large.jsonl`, on the tables of at least `min_rows` rows."""

    min_rows: int = LARGE_ROWS

    def protocol(self) -> EvaluationProtocol:
        """How its runs are evaluated."""
        return EvaluationProtocol(
            limits=Limits(time_limit_s=self.time_limit_s, memory_limit_mb=4096),
            max_rows=self.max_rows,
            sampler="pool",
        )


ALL = ("multiclass", "regression", "binary")
PASSES = (
    Pass("resampled-40", ALL, 40, resampled=True, n_tasks=24),
    Pass("resampled-28", ("regression",), 28, core=True, resampled=True, beside=True),
    Pass("resampled-core", ALL, None, core=True, resampled=True, beside=True),
    Pass("rows-dozen", ("regression",), 12, 10_000, 300.0, large=True),
    Pass("rows-dozen-binary", ("binary",), 12, 10_000, 300.0, large=True),
    Pass("rows-dozen-4500", ("binary",), 12, 10_000, 300.0, large=True, min_rows=4500),
    Pass("rows-dozen-classes", ("multiclass",), 12, 10_000, 300.0, large=True, min_rows=4500),
    Pass("rows-large", ALL, None, 10_000, 300.0, large=True),
    Pass("large", ALL, None, large=True),
    Pass("core-scarce", ("multiclass", "regression"), None, core=True),
    Pass("core-binary", ("binary",), None, core=True),
    Pass("rows-core", ALL, None, 10_000, 300.0, core=True),
    Pass("scarce-120", ("multiclass", "regression"), 120),
    Pass("binary-120", ("binary",), 120),
    Pass("scarce-250", ("multiclass", "regression"), 250),
    Pass("binary-250", ("binary",), 250),
    Pass("rows-120", ("multiclass", "regression", "binary"), 120, 10_000, 300.0),
    Pass("resampled-120", ALL, 120, resampled=True),
    Pass("scarce", ("multiclass", "regression"), None),
    Pass("binary", ("binary",), None),
    Pass("resampled", ALL, None, resampled=True),
    Pass("rows", ("multiclass", "regression", "binary"), None, 10_000, 300.0),
)


def ordered(corpus: Path, wanted: Pass) -> Iterator[LocalTask]:
    """Tasks of a pass, those first whose fits cost least."""
    sizes = {row["task_id"]: row for row in table(corpus / "tasks.csv")}

    def work(task: LocalTask) -> float:
        size = sizes[task.task_id.partition("@")[0]]
        rows = min(int(size["n_rows"]), wanted.max_rows)
        fits = n_splits(rows)
        # Overhead of a fit, of rows and columns; a booster fits a tree a class.
        per_class = max(1, int(size["n_classes"] or 0) if task.task_type == "multiclass" else 1)
        of_rows = rows * (1 + int(size["n_columns"]) ** 0.5)
        return float(fits * (300 + of_rows) * per_class ** (1.0 if wanted.large else 0.5))

    tasks = [
        task for task in read_tasks(corpus / "tasks.csv") if task.task_type in wanted.task_types
    ]
    if wanted.resampled:
        ways = list(resampled(tasks))
        names = {way.task_id.partition("@")[0] for way in ways}
        tasks = [task for task in tasks if wanted.beside and task.task_id in names] + ways
    if wanted.large:
        tasks = [t for t in tasks if int(sizes[t.task_id]["n_rows"]) >= wanted.min_rows]
    if wanted.max_rows > 2000:
        # With more rows a table is another task, of the same family.
        tasks = [
            replace(task, task_id=f"{task.task_id}@{wanted.max_rows}")
            for task in tasks
            if int(sizes[task.task_id]["n_rows"]) > 2000
        ]
    # A table's ways one after the other; of large tables those with many classes last.
    if wanted.beside or wanted.large:
        yield from sorted(tasks, key=lambda task: (work(task), task.task_id))
        return
    # In turns, so that wherever a run stops it has some of each type.
    turns: dict[str, int] = {}
    placed = []
    for task in sorted(tasks, key=work):
        kind = task.task_type if task.resampling == "random" else task.resampling
        turns[kind] = turns.get(kind, 0) + 1
        placed.append((turns[kind], task))
    placed.sort(key=lambda pair: pair[0])
    yield from (task for _, task in placed[: wanted.n_tasks])


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def resampled(tasks: list[LocalTask]) -> Iterator[LocalTask]:
    """Tasks of tables with groups or times, each way of holding out one task more."""
    by_id = {task.task_id: task for task in tasks}
    for row in table(RESAMPLED):
        if (task := by_id.get(row["task_id"])) is None:
            continue
        ways: tuple[tuple[str, Resampling], ...] = (("groups", "groups"), ("time", "forward"))
        for column, way in ways:
            if row[column]:
                yield replace(
                    task,
                    task_id=f"{task.task_id}@{way}",
                    resampling=way,
                    groups=row["groups"] if way == "groups" else "",
                    time=row["time"] if way == "forward" else "",
                )


def run(wanted: Pass, corpus: Path, build: Path, jobs: int) -> None:
    """Do one pass; what is done already is not done again."""
    most = None if wanted.core else wanted.most
    pool = read_pool(LARGE if wanted.large else POOL, most=most)
    if wanted.core:
        core = set(CORE.read_text(encoding="utf-8").split())
        pool = {
            kind: [c for c in found if c.configuration_id in core][: wanted.most]
            for kind, found in pool.items()
        }
    if wanted.max_rows > 2000 and not wanted.large:
        pool = {kind: [c for c in found if c.learner in LARGER] for kind, found in pool.items()}
    protocol = wanted.protocol()
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
        unit_size=UNIT_SIZE,
        progress=tell,
    )
    print(f"{wanted.name}: {report}; {pack(folder, packed):,} runs packed", flush=True)


def unpack_all(corpus: Path, build: Path) -> None:
    """Put what is packed into the build folders, of every task of any pass."""
    for max_rows in sorted({one.max_rows for one in PASSES}):
        passes = [one for one in PASSES if one.max_rows == max_rows]
        tasks = {task.task_id: task for one in passes for task in ordered(corpus, one)}
        name = f"rows-{max_rows}"
        n_runs = unpack(HERE / name, build / name, list(tasks.values()), passes[0].protocol())
        print(f"{name}: {n_runs:,} runs put there", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Do the passes asked for, in order."""
    parser = argparse.ArgumentParser(description="Evaluate the pool on the corpus.")
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--build", type=Path, default=Path("build/kb"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--passes", help="comma-separated; all by default")
    parser.add_argument("--packed", action="store_true", help="fit nothing")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    if options.packed:
        unpack_all(options.corpus, options.build)
        return 0
    names = options.passes.split(",") if options.passes else [one.name for one in PASSES]
    for one in PASSES:
        if one.name in names:
            run(one, options.corpus, options.build, options.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
