"""Make a meta-dataset of what a build has so far, also while it is running."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import warmstart
from warmstart.errors import HistoryError
from warmstart.histories.local import LocalTask
from warmstart.histories.metrics import default_metric
from warmstart.metadataset.build_folder import (
    BY_RUN,
    PARTS,
    part_path,
    read_configurations,
    read_known_tasks,
)
from warmstart.metadataset.files import digest, replaced_folder, write_json, write_parquet
from warmstart.metadataset.hardware import cpu_model, library_versions, reference_s
from warmstart.metadataset.schema import (
    EVALUATIONS,
    SCHEMA_VERSION,
    TASKS,
    metafeatures_schema,
)
from warmstart.metadataset.units import UnitRecord, Units
from warmstart.metafeatures.registry import EXTRACTOR_VERSION

_log = logging.getLogger(__name__)

DESCRIPTIONS = "datasets"
EVALUATIONS_FILE = (PARTS / "part-0.parquet").as_posix()
_BITS = {"score": 24, "score_std": 12, "cost_s": 10, "predict_cost_s": 10}
"""Significant bits kept of each number: finer ones are noise, and noise does not compress."""


def describe_dataset(task: LocalTask) -> dict[str, Any]:
    """What a meta-dataset says of a task's dataset: sizes, fingerprint, meta-features."""
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import metafeatures_of

    dataset = load_dataset(task.path, target=task.target, task_type=task.task_type)
    return {
        "n_rows": dataset.n_rows,
        "n_columns": len(dataset.schema.columns),
        "n_classes": None if task.task_type == "regression" else int(dataset.y.nunique()),
        "fingerprint": dataset.fingerprint,
        "warnings": list(dataset.warnings),
        "metafeatures": {name: float(v) for name, v in metafeatures_of(dataset).items()},
    }


def describe_datasets(
    build: str | Path,
    *,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, str]:
    """Describe every dataset of a build that is not described yet.

    Returns
    -------
    dict
        Why, for each task whose dataset could not be described; by task_id.
    """
    from joblib import Parallel, delayed

    build = Path(build)
    problems: dict[str, str] = {}
    with Units(build / "units.sqlite") as units:
        tasks = list(read_known_tasks(build).values())
        done = {unit.key for unit in units.read("dataset", "done")}
        todo = [task for task in tasks if _key(task, EXTRACTOR_VERSION) not in done]
        results = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1)(
            delayed(_described)(task) for task in todo
        )
        for n_done, (task, found, problem) in enumerate(results, start=1):
            key = _key(task, EXTRACTOR_VERSION)
            path = _description(build, task)
            if problem:
                problems[task.task_id] = problem
                _log.warning("%s: %s", task.task_id, problem)
            else:
                write_json({**found, "key": key}, path)
            units.record(
                UnitRecord(
                    key=key,
                    kind="dataset",
                    state="failed" if problem else "done",
                    task_id=task.task_id,
                    digest="" if problem else digest(path),
                    error=problem,
                )
            )
            if progress is not None:
                progress(n_done, len(todo))
    return problems


def _described(task: LocalTask) -> tuple[LocalTask, dict[str, Any], str]:
    try:
        return task, describe_dataset(task), ""
    except Exception as error:  # noqa: BLE001 - one bad dataset must not end a long build
        return task, {}, f"{type(error).__name__}: {error}"


def _key(task: LocalTask, extractor_version: str) -> str:
    return f"dataset:{extractor_version}:{task.task_id}"


def _description(build: Path, task: LocalTask) -> Path:
    name = hashlib.sha256(task.task_id.encode()).hexdigest()[:20]
    return build / DESCRIPTIONS / f"{name}.json"


def publish(
    build: str | Path,
    out: str | Path,
    *,
    n_jobs: int = 1,
    min_evaluations: int = 1,
    notes: str = "",
) -> dict[str, Any]:
    """Write what a build has so far as a meta-dataset in another folder.

    The build may be running. Datasets not described yet are described first. Tasks with
    fewer than `min_evaluations` evaluated configurations are left out.

    Returns
    -------
    dict
        The manifest written.

    Raises
    ------
    HistoryError
        If nothing is done yet, or `out` is the build's own folder or cannot be written.
    """
    build, out = Path(build), Path(out)
    if out.resolve() == build.resolve():
        raise HistoryError(f"publish {build} to another folder; it keeps its own files")
    if not (build / "units.sqlite").exists():
        raise HistoryError(f"{build} holds no build")
    describe_datasets(build, n_jobs=n_jobs)
    with Units(build / "units.sqlite") as units:
        evaluations = _merged(build, units.read("evaluations", "done"))
    enough = _with_evaluations(evaluations, min_evaluations)
    tasks = [
        task
        for name, task in sorted(read_known_tasks(build).items())
        if name in enough and _description(build, task).exists()
    ]
    if not tasks:
        raise HistoryError(f"{build} has no task with {min_evaluations} evaluations yet")
    names = pa.array([task.task_id for task in tasks], pa.string())
    evaluations = evaluations.filter(pc.is_in(evaluations["task_id"], names))
    described = [
        json.loads(_description(build, task).read_text(encoding="utf-8")) for task in tasks
    ]
    configurations = read_configurations(build)
    configurations = configurations.filter(
        pc.is_in(configurations["configuration_id"], evaluations["configuration_id"])
    )
    tables = {
        "tasks.parquet": _tasks_table(tasks, described),
        "configurations.parquet": configurations,
        "metafeatures.parquet": _metafeatures_table(tasks, described),
        EVALUATIONS_FILE: evaluations,
    }
    with replaced_folder(out) as folder:
        for name, table in tables.items():
            order = BY_RUN if name == EVALUATIONS_FILE else table.column_names[:1]
            write_parquet(table, folder / name, sort_by=order)
        manifest = _manifest(build, folder, tasks, tables, notes)
        write_json(manifest, folder / "manifest.json")
    return manifest


def _manifest(
    build: Path,
    folder: Path,
    tasks: Sequence[LocalTask],
    tables: Mapping[str, pa.Table],
    notes: str,
) -> dict[str, Any]:
    evaluations = tables[EVALUATIONS_FILE]
    return {
        "schema_version": SCHEMA_VERSION,
        "warmstart_version": warmstart.__version__,
        "extractor_version": EXTRACTOR_VERSION,
        "metrics": sorted(set(evaluations["metric"].to_pylist())),
        "sources": sorted({task.source for task in tasks}),
        "licences": {task.task_id: task.licence for task in tasks},
        "notes": notes,
        "protocol": json.loads((build / "protocol.json").read_text(encoding="utf-8")),
        "counts": {
            "tasks": len(tasks),
            "configurations": tables["configurations.parquet"].num_rows,
            "evaluations": evaluations.num_rows,
            "metafeatures": tables["metafeatures.parquet"].num_columns - 1,
        },
        "hardware": _hardware(build),
        "libraries": library_versions(),
        "digests": {name: digest(folder / name) for name in sorted(tables)},
    }


def _merged(build: Path, units: Sequence[UnitRecord]) -> pa.Table:
    """All parts in one table, each evaluation once, numbers without their noise digits."""
    parts = [pq.read_table(part_path(build, unit.key)) for unit in units]
    table = pa.concat_tables([EVALUATIONS.empty_table(), *parts])
    for name, bits in _BITS.items():
        index = table.schema.get_field_index(name)
        rounded = rounded_to_bits(table[name].to_numpy(), bits)
        column = pa.array(rounded, pa.float64(), from_pandas=True)
        table = table.set_column(index, EVALUATIONS.field(index), column)
    return table


def rounded_to_bits(values: npt.NDArray[np.float64], bits: int) -> npt.NDArray[np.float64]:
    """The nearest numbers with so many significant bits; the rest are zeros.

    Examples
    --------
    >>> rounded_to_bits(np.array([0.1, 100.1, np.nan]), 10).round(4).tolist()
    [0.1, 100.125, nan]
    """
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(mantissa * 2**bits) / 2**bits, exponent))


def _with_evaluations(evaluations: pa.Table, least: int) -> set[str]:
    pairs = evaluations.select(["task_id", "configuration_id"]).group_by("task_id")
    counts = pairs.aggregate([("configuration_id", "count_distinct")]).to_pydict()
    counted = zip(counts["task_id"], counts["configuration_id_count_distinct"], strict=True)
    return {task_id for task_id, count in counted if count >= least}


def _tasks_table(tasks: Sequence[LocalTask], described: Sequence[dict[str, Any]]) -> pa.Table:
    rows = [
        {
            "task_id": task.task_id,
            "name": task.name,
            "family": task.family,
            "task_type": task.task_type,
            "metric_default": default_metric(task.task_type).name,
            "n_rows": found["n_rows"],
            "n_columns": found["n_columns"],
            "n_classes": found["n_classes"],
            "source": task.source,
            "source_id": task.source_id,
            "fingerprint": found["fingerprint"],
            "description": task.description,
        }
        for task, found in zip(tasks, described, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=TASKS)


def _metafeatures_table(
    tasks: Sequence[LocalTask], described: Sequence[dict[str, Any]]
) -> pa.Table:
    """One row a task; NaN where a name is not of the task's type."""
    names = list(dict.fromkeys(name for found in described for name in found["metafeatures"]))
    rows = [
        {
            "task_id": task.task_id,
            **{name: found["metafeatures"].get(name, float("nan")) for name in names},
        }
        for task, found in zip(tasks, described, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=metafeatures_schema(names, EXTRACTOR_VERSION))


def _hardware(build: Path) -> dict[str, Any]:
    """Measured once a build: publishing again must not change the base."""
    path = build / "hardware.json"
    if not path.exists():
        write_json({"cpu": cpu_model(), "reference_s": reference_s()}, path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
