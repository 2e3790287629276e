"""Make a meta-dataset of what a build has so far, also while it is running."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.errors import HistoryError
from warmstart.execution.local import LocalTask
from warmstart.metadataset.build.describe import describe_datasets, description_path
from warmstart.metadataset.build.folder import (
    BY_RUN,
    PARTS,
    measured_files,
    part_path,
    read_configurations,
    read_known_tasks,
)
from warmstart.metadataset.build.metafeatures import metafeatures_table, tasks_table
from warmstart.metadataset.build.units import UnitRecord, Units
from warmstart.metadataset.core.schema import EVALUATIONS, MEASURED
from warmstart.metadataset.hardware import cpu_model, library_versions, reference_s
from warmstart.metadataset.storage.files import write_json, write_parquet
from warmstart.metadataset.storage.folders.owners import refuse_others
from warmstart.metadataset.storage.folders.replacing import replaced_folder
from warmstart.metadataset.storage.manifest import write_manifest
from warmstart.metadataset.storage.measured import (
    read_measured,
    rounded_to_bits,
    write_measured,
)
from warmstart.metafeatures.registry import extractor_version

_log = logging.getLogger(__name__)

EVALUATIONS_FILE = (PARTS / "part-0.parquet").as_posix()
_BITS = {"score": 24, "score_std": 12, "cost_s": 10, "predict_cost_s": 10}
"""Significant bits kept of each number: finer ones are noise, and noise does not compress."""


def publish(
    build: str | Path,
    out: str | Path,
    *,
    n_jobs: int = 1,
    min_evaluations: int = 1,
    min_rows: int = 1,
    notes: str = "",
) -> dict[str, Any]:
    """Write what a build has so far as a meta-dataset in another folder.

    The build may be running. Tasks with fewer than `min_evaluations` evaluated configurations
    are left out; datasets of the others that are not described yet are described first, and
    those of fewer than `min_rows` rows are left out as well.

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
    refuse_others(out)
    with Units(build / "units.sqlite") as units:
        done = units.read("evaluations", "done")
    evaluations = _merged(build, done)
    enough = _with_evaluations(evaluations, min_evaluations)
    describe_datasets(build, only=enough, n_jobs=n_jobs)
    known = [
        task
        for name, task in sorted(read_known_tasks(build).items())
        if name in enough and description_path(build, task).exists()
    ]
    said = [json.loads(description_path(build, t).read_text(encoding="utf-8")) for t in known]
    tasks = [t for t, about in zip(known, said, strict=True) if about["n_rows"] >= min_rows]
    described = [about for about in said if about["n_rows"] >= min_rows]
    if not tasks:
        of = f" of {min_rows} rows or more" if min_rows > 1 else ""
        raise HistoryError(f"{build} has no task{of} with {min_evaluations} evaluations yet")
    names = pa.array([task.task_id for task in tasks], pa.string())
    evaluations = evaluations.filter(pc.is_in(evaluations["task_id"], names))
    configurations = read_configurations(build)
    configurations = configurations.filter(
        pc.is_in(configurations["configuration_id"], evaluations["configuration_id"])
    )
    protocol = json.loads((build / "protocol.json").read_text(encoding="utf-8"))
    max_rows = int(protocol["max_rows"])
    tables = {
        "tasks.parquet": tasks_table(tasks, described, max_rows=max_rows),
        "configurations.parquet": configurations,
        "metafeatures.parquet": metafeatures_table(tasks, described),
        EVALUATIONS_FILE: evaluations,
    }
    with replaced_folder(out) as folder:
        for name, table in tables.items():
            order = BY_RUN if name == EVALUATIONS_FILE else table.column_names[:1]
            write_parquet(table, folder / name, sort_by=order)
        for name in MEASURED:
            rows = read_measured(measured_files(build, done, name), name)
            rows = rows.filter(pc.is_in(rows["task_id"], names))
            if len(rows):
                file = f"{name}/part-0.parquet"
                write_measured(rows, name, folder / file)
                tables[file] = rows
        return write_manifest(
            folder,
            tables,
            _provenance(build, tasks, notes),
            metrics=sorted(set(evaluations["metric"].to_pylist())),
            counts={
                "tasks": len(tasks),
                "configurations": configurations.num_rows,
                "evaluations": evaluations.num_rows,
                "metafeatures": tables["metafeatures.parquet"].num_columns - 1,
            },
        )


def _provenance(build: Path, tasks: Sequence[LocalTask], notes: str) -> dict[str, Any]:
    """Where a published build comes from."""
    return {
        "extractor_version": extractor_version(),
        "sources": sorted({task.source for task in tasks}),
        "licences": {task.task_id: task.licence for task in tasks},
        "notes": notes,
        "protocol": json.loads((build / "protocol.json").read_text(encoding="utf-8")),
        "hardware": _hardware(build),
        "libraries": library_versions(),
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


def _with_evaluations(evaluations: pa.Table, least: int) -> set[str]:
    pairs = evaluations.select(["task_id", "configuration_id"]).group_by("task_id")
    counts = pairs.aggregate([("configuration_id", "count_distinct")]).to_pydict()
    counted = zip(counts["task_id"], counts["configuration_id_count_distinct"], strict=True)
    return {task_id for task_id, count in counted if count >= least}


def _hardware(build: Path) -> dict[str, Any]:
    """Measured once a build: publishing again must not change the base."""
    path = build / "hardware.json"
    if not path.exists():
        write_json({"cpu": cpu_model(), "reference_s": reference_s()}, path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
