"""Make a meta-dataset of what a build has so far, also while it is running."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import warmstart
from warmstart.errors import HistoryError
from warmstart.histories.local import LocalTask
from warmstart.histories.metrics import default_metric
from warmstart.metadataset.build import (
    BY_RUN,
    PARTS,
    part_path,
    read_configurations,
    read_known_tasks,
)
from warmstart.metadataset.files import digest, write_json, write_parquet
from warmstart.metadataset.hardware import cpu_model, library_versions, reference_s
from warmstart.metadataset.schema import (
    EVALUATIONS,
    SCHEMA_VERSION,
    TASKS,
    metafeatures_schema,
)
from warmstart.metadataset.units import UnitRecord, Units

_log = logging.getLogger(__name__)

DESCRIPTIONS = "datasets"
_DECIMALS = 6
"""Of scores and seconds: finer digits are noise, and noise does not compress."""


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

    from warmstart.metafeatures.registry import EXTRACTOR_VERSION

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
    import hashlib

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
    from warmstart.metafeatures.registry import EXTRACTOR_VERSION

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
        "tasks.parquet": (_tasks_table(tasks, described), ["task_id"]),
        "configurations.parquet": (configurations, ["configuration_id"]),
        "metafeatures.parquet": (
            _metafeatures_table(tasks, described, EXTRACTOR_VERSION),
            ["task_id"],
        ),
        str(PARTS / "part-0.parquet"): (evaluations, BY_RUN),
    }
    # Readers trust the manifest's digests: until the new one is there, there is none.
    (out / "manifest.json").unlink(missing_ok=True)
    for name, (table, order) in tables.items():
        write_parquet(table, out / name, sort_by=order)
    manifest = {
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
            "configurations": configurations.num_rows,
            "evaluations": evaluations.num_rows,
            "metafeatures": len(tables["metafeatures.parquet"][0].schema.names) - 1,
        },
        "hardware": _hardware(build),
        "libraries": library_versions(),
        "digests": {Path(name).as_posix(): digest(out / name) for name in sorted(tables)},
    }
    write_json(manifest, out / "manifest.json")
    return manifest


def _merged(build: Path, units: Sequence[UnitRecord]) -> pa.Table:
    """All parts in one table, each evaluation once, numbers without their noise digits."""
    parts = [pq.read_table(part_path(build, unit.key)) for unit in units]
    table = pa.concat_tables([EVALUATIONS.empty_table(), *parts])
    for index, field in enumerate(EVALUATIONS):
        if pa.types.is_floating(field.type):
            rounded = pc.round(table[field.name], _DECIMALS)
            table = table.set_column(index, field, rounded)
    return table


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
    tasks: Sequence[LocalTask], described: Sequence[dict[str, Any]], version: str
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
    return pa.Table.from_pylist(rows, schema=metafeatures_schema(names, version))


def _hardware(build: Path) -> dict[str, Any]:
    """Measured once a build: publishing again must not change the base."""
    path = build / "hardware.json"
    if not path.exists():
        write_json({"cpu": cpu_model(), "reference_s": reference_s()}, path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
