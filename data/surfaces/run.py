"""Score a learner at points all over its cube on tables of the corpus; goes on if stopped.

    python data/surfaces/run.py --corpus build/corpus --learner lightgbm [--build DIR]
                                [--cpu-s 1200] [--tables N] [--only TASK ...] [--pack]
                                [--points 32] [--most-rows 800] [--kinds regression]

One Parquet file a table in ``BUILD/LEARNER``; ``--pack`` writes those that are there to
``data/surfaces/LEARNER.parquet`` (with what it had before), which the package ships.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import qmc

from warmstart.execution.evaluation_protocol import LOADER
from warmstart.execution.loaded_task import LoadedTask, load_task
from warmstart.execution.measure.staged import stages
from warmstart.execution.prediction import predict
from warmstart.execution.prepared_folds import Fold
from warmstart.execution.tasks import LocalTask, read_tasks
from warmstart.metrics import metrics_for, score_prediction
from warmstart.models.surfaces.box import ROUNDS, Box
from warmstart.models.surfaces.boxes import BOXES, PREPARATION
from warmstart.models.surfaces.sources import Sources
from warmstart.models.surfaces.store import FEWEST, KERNELS
from warmstart.models.surfaces.store import surface as surface_of
from warmstart.spaces.pipelines.pipeline import build_estimator

HERE = Path(__file__).resolve().parent
N_POINTS = 64
KINDS = ("binary", "multiclass", "regression")
MAX_ROWS = 2000
MAX_TREES = 2000
"""Rounds times classes of one fit."""

SLOW = {"catboost": 359, "extra_trees": 215, "random_forest": 215}
"""Most rounds of learners whose rounds are dear; more change little."""

FEW_LEVELS = 12
"""Categories with at most as many levels become a column a level; with more, numbers."""

Array = npt.NDArray[Any]


def points(task: LocalTask, box: Box, n_classes: int, n: int) -> tuple[Array, Array]:
    """Coordinates in thousandths, (n, n_axes); places in `ROUNDS` that each is fitted to."""
    seed = int.from_bytes(hashlib.sha256(f"{task.task_id} {box.learner}".encode()).digest()[:4])
    drawn = qmc.Sobol(len(box.axes), rng=np.random.default_rng(seed)).random(n)
    cube = np.round(drawn * 1000).astype(np.int64)
    if box.rounds is None:
        return cube, np.zeros(n, dtype=np.int64)
    limit = min(MAX_TREES / max(n_classes, 1), SLOW.get(box.learner, MAX_TREES))
    most = np.searchsorted(ROUNDS, limit, side="right")
    last = np.minimum((drawn[:, -1] * len(ROUNDS)).astype(np.int64), most - 1)
    return cube, last


def configuration(box: Box, cube: Array, rounds: int, encoding: str) -> dict[str, Any]:
    """A point as the pipeline names it; encoding and class weight follow a rule."""
    values = {**dict(box.fixed), **box.at(cube / 1000)}
    if box.rounds is not None:
        values[box.rounds] = rounds
    own = {f"{box.learner}:{name}": value for name, value in values.items()}
    return {"learner": box.learner, "encoding": encoding, **PREPARATION, **own}


def fit_fold(
    task: LoadedTask, fold: Fold, number: int, values: dict[str, Any], rounds: Any
) -> tuple[list[dict[str, float]], float]:
    """Scores of one fold at each of `ROUNDS` up to those fitted, if any, and CPU seconds."""
    model = build_estimator(values, task.schema)
    steps, estimator = model[:-1], model[-1]
    ready = task.prepared.get(steps, values["encoding"], fold, number)
    start = time.process_time()
    estimator.fit(ready.train, fold.y_train)
    seconds = time.process_time() - start
    total, staged = (0, ()) if rounds is None else stages(estimator, ready.test, ROUNDS)
    found = {k: predict(stage, ready.test, task.n_classes) for k, stage in staged}
    whole = predict(estimator, ready.test, task.n_classes)
    most = total if rounds is None else values[f"{values['learner']}:{rounds}"]
    asked = [k for k in (ROUNDS if total else (0,)) if k <= most]
    scored = {
        k: score_prediction(task.schema.task_type, fold.y_test, shown, task.n_classes)
        for k, shown in {**found, total: whole}.items()
    }
    # A booster that finds nothing more to split stops before; more rounds change nothing.
    return [scored[min(k, total)] for k in asked], seconds


def surface(task: LocalTask, box: Box, n_points: int = N_POINTS) -> dict[str, Any]:
    """Everything of one table, as one row of the packed file."""
    loaded = load_task(
        str(task.path),
        target=task.target,
        task_type=task.task_type,
        max_rows=MAX_ROWS,
        loader=LOADER,
    )
    folds = loaded.folds[:3]
    encoding = "one_hot" if loaded.schema.max_categories <= FEW_LEVELS else "ordinal"
    cube, last = points(task, box, loaded.n_classes, n_points)
    names = [metric.name for metric in metrics_for(task.task_type)]
    scores: dict[str, list[list[float]]] = {name: [[] for _ in folds] for name in names}
    seconds = []
    for place, end in zip(cube, last, strict=True):
        values = configuration(box, place, ROUNDS[end], encoding)
        took = []
        for number, fold in enumerate(folds):
            found, fit_s = fit_fold(loaded, fold, number, values, box.rounds)
            took.append(fit_s)
            for name in names:
                scores[name][number] += [one.get(name, np.nan) for one in found]
        seconds.append(float(f"{np.mean(took):.2g}"))
    return {
        "task_id": task.task_id,
        "family": task.family,
        "task_type": task.task_type,
        "n_rows": loaded.schema.n_rows,
        "n_folds": len(folds),
        "points": cube.ravel().tolist(),
        "last": last.tolist(),
        "fit_s": seconds,
        **{name: _packed(np.array(scores.get(name, np.nan))) for name in NAMES},
    }


NAMES = list(
    dict.fromkeys(
        m.name for kind in ("binary", "multiclass", "regression") for m in metrics_for(kind)
    )
)
"""A column each."""

_PACKED = pa.struct(
    [("low", pa.float64()), ("step", pa.float64()), ("levels", pa.list_(pa.uint16()))]
)
SCHEMA = pa.schema(
    [
        ("task_id", pa.string()),
        ("family", pa.string()),
        ("task_type", pa.string()),
        ("n_rows", pa.int32()),
        ("n_folds", pa.int32()),
        ("points", pa.list_(pa.uint16())),
        ("last", pa.list_(pa.uint8())),
        ("fit_s", pa.list_(pa.float32())),
        *((name, _PACKED) for name in NAMES),
    ]
)


def _packed(values: Array) -> dict[str, Any] | None:
    """Scores in steps of a two-thousandth of their range; the lowest twentieth are equal.

    None in a metric that the learner has no scores in.
    """
    if not np.isfinite(values).all():
        return None
    low, high = float(np.quantile(values, 0.05)), float(values.max())
    step = (high - low) / 2000 or 1.0
    levels = np.round((np.maximum(values, low) - low) / step).astype(int)
    return {"low": low, "step": step, "levels": levels.ravel().tolist()}


def ordered(corpus: Path, learner: str, most_rows: int) -> Iterator[LocalTask]:
    """Tables in turns of their types, those of 500 rows and more first, else by a draw."""
    with (corpus / "tasks.csv").open(newline="", encoding="utf-8") as lines:
        sizes = {row["task_id"]: row for row in csv.DictReader(lines)}
    with (HERE / "held_out.csv").open(newline="", encoding="utf-8") as lines:
        roles = {row["family"]: row["role"] for row in csv.DictReader(lines)}

    def place(task: LocalTask) -> tuple[bool, bool, str]:
        size = sizes[task.task_id]
        heavy = int(size["n_columns"]) * max(1, int(size["n_classes"] or 0)) > 150
        drawn = hashlib.sha256(f"{learner} {task.task_id}".encode()).hexdigest()
        return int(size["n_rows"]) < 500, heavy, drawn

    turns: dict[str, int] = {}
    placed = []
    for task in sorted(read_tasks(corpus / "tasks.csv"), key=place):
        role = roles.get(task.family)
        if role == "reported" or int(sizes[task.task_id]["n_rows"]) > most_rows:
            continue
        turns[task.task_type] = turns.get(task.task_type, 0) + 1
        placed.append((role == "tuning", turns[task.task_type], task))
    placed.sort(key=lambda three: three[:2])
    yield from (task for *_, task in placed)


def write(
    rows: list[dict[str, Any]], path: Path, metadata: dict[bytes, bytes] | None = None
) -> None:
    """Under a temporary name, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    pq.write_table(
        pa.Table.from_pylist(rows, schema=SCHEMA.with_metadata(metadata)),
        partial,
        compression="zstd",
        compression_level=19,
    )
    partial.replace(path)


def pack(build: Path, learner: str) -> int:
    """All tables made here and packed before; sorted, so the same tables are the same bytes."""
    path = HERE / f"{learner}.parquet"
    rows = pq.read_table(path).to_pylist() if path.exists() else []
    for file in sorted((build / learner).glob("*.parquet")):
        rows += pq.read_table(file).to_pylist()
    known = {row["task_id"]: row for row in rows}
    kept = [known[name] for name in sorted(known)]
    write(kept, path, kernels(kept, BOXES[learner]))
    return len(known)


def kernels(rows: list[dict[str, Any]], box: Box) -> dict[bytes, bytes]:
    """Lengthscales and noise in each metric, so that whoever reads need not learn them."""
    found = {}
    for name in NAMES:
        scored = [surface_of(row, name, box) for row in rows if row[name] is not None]
        if len(scored) >= FEWEST:
            kernel = Sources.fit(scored, box=box).kernel
            found[name] = [*(float(f"{x:.4g}") for x in kernel.lengthscales), kernel.noise]
    return {KERNELS: json.dumps(found).encode()}


def main(arguments: list[str] | None = None) -> int:
    """Make what is missing until the CPU seconds are spent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("build/corpus"))
    parser.add_argument("--build", type=Path, default=Path("build/surfaces"))
    parser.add_argument("--learner", choices=sorted(BOXES), default="lightgbm")
    parser.add_argument("--cpu-s", type=float, default=np.inf)
    parser.add_argument("--tables", type=int)
    parser.add_argument("--most-rows", type=int, default=10**9, help="of slow learners")
    parser.add_argument("--points", type=int, default=N_POINTS, help="fewer of slow learners")
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--pack", action="store_true")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    if options.pack:
        print(f"{pack(options.build, options.learner)} tables packed")
        return 0
    found = ordered(options.corpus, options.learner, options.most_rows)
    found = (task for task in found if task.task_type in options.kinds)
    tasks = list(itertools.islice(found, options.tables))
    for task in tasks:
        path = options.build / options.learner / f"{task.task_id}.parquet"
        if path.exists() or (options.only and task.task_id not in options.only):
            continue
        if time.process_time() > options.cpu_s:
            break
        start = time.process_time()
        try:
            write([surface(task, BOXES[options.learner], options.points)], path)
        except ValueError as error:  # a fold without a class, say: the table cannot be used
            print(f"{task.task_id}: left out, {error}", flush=True)
            continue
        print(f"{task.task_id}: {time.process_time() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
