"""What a build keeps in its folder, and how the parts of it are made to agree.

``units.sqlite`` says what is done. A unit's part is renamed to its place before the unit is
recorded, so a kill in between leaves a part nobody knows, which the next run removes.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.domain import Configuration, Evaluation
from warmstart.errors import HistoryError
from warmstart.execution.local import (
    EVALUATOR_VERSION,
    EvaluationProtocol,
    LocalTask,
    UnitResult,
)
from warmstart.metadataset.build.units import BuildLock, UnitRecord, Units
from warmstart.metadataset.core.schema import CONFIGURATIONS, EVALUATIONS
from warmstart.metadataset.storage.files import digest, write_json, write_parquet
from warmstart.metadataset.storage.measured import measured_table, write_measured

_log = logging.getLogger(__name__)

PARTS = Path("evaluations", "source=local")
BY_RUN = ("metric", "task_id", "configuration_id", "source_run_id")


def prepare(out: Path) -> None:
    try:
        (out / PARTS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryError(f"cannot build in {out}: {error.strerror or error}") from error


def protocol_values(protocol: EvaluationProtocol) -> dict[str, Any]:
    """What decides the scores of a build, as plain values."""
    values = {**dataclasses.asdict(protocol), "evaluator_version": EVALUATOR_VERSION}
    if not values["row_rungs"]:  # as builds of earlier releases have it
        del values["row_rungs"]
    else:
        values["row_rungs"] = list(values["row_rungs"])
    return values


def check_protocol(out: Path, protocol: EvaluationProtocol) -> None:
    """Refuse to mix results of two protocols in one folder."""
    path, values = out / "protocol.json", protocol_values(protocol)
    if not path.exists():
        write_json(values, path)
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    if before != values:
        changed = sorted(key for key in values if before.get(key) != values[key])
        raise HistoryError(
            f"{out} was built with another {', '.join(changed)}: "
            f"{[before.get(key) for key in changed]}, not {[values[key] for key in changed]}; "
            "build in another folder"
        )


def remember(
    out: Path, tasks: Sequence[LocalTask], configurations: Sequence[Configuration]
) -> None:
    """Add tasks and configurations to those the folder knows; publishing needs them."""
    remember_rows(out, tasks, [configuration_row(one) for one in configurations])


def remember_rows(
    out: Path, tasks: Sequence[LocalTask], configurations: Sequence[Mapping[str, str]]
) -> None:
    """The same, of rows of ``configurations.parquet``."""
    known = read_known_tasks(out)
    known.update({task.task_id: task for task in tasks})
    rows = [
        {**dataclasses.asdict(task), "path": str(task.path.resolve())}
        for task in known.values()
    ]
    write_json(rows, out / "local_tasks.json")
    by_id = {row["configuration_id"]: row for row in read_configurations(out).to_pylist()}
    by_id.update({row["configuration_id"]: dict(row) for row in configurations})
    table = pa.Table.from_pylist(list(by_id.values()), schema=CONFIGURATIONS)
    write_parquet(table, out / "configurations.parquet", sort_by=["configuration_id"])


def read_known_tasks(out: Path) -> dict[str, LocalTask]:
    """Tasks of every run of a build, by task_id."""
    path = out / "local_tasks.json"
    if not path.exists():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {row["task_id"]: LocalTask(**{**row, "path": Path(row["path"])}) for row in rows}


def read_configurations(out: Path) -> pa.Table:
    """Configurations of every run of a build."""
    path = out / "configurations.parquet"
    return pq.read_table(path) if path.exists() else CONFIGURATIONS.empty_table()


def configuration_row(configuration: Configuration) -> dict[str, str]:
    """A row of ``configurations.parquet``; its values are canonical JSON."""
    values = {key: configuration.values[key] for key in sorted(configuration.values)}
    return {
        "configuration_id": configuration.configuration_id,
        "space": configuration.space,
        "learner": configuration.learner,
        "values": json.dumps(values, separators=(",", ":"), allow_nan=False),
    }


def part_path(out: Path, key: str) -> Path:
    """Where the results of a unit are."""
    return out / PARTS / f"part-{key}.parquet"


def measured_path(out: Path, table: str, key: str) -> Path:
    """Where one of the optional tables of a unit is."""
    return out / table / f"part-{key}.parquet"


def measured_files(out: Path, units: Sequence[UnitRecord], table: str) -> list[Path]:
    """The files of one of the optional tables of these units, those that have any."""
    paths = [measured_path(out, table, unit.key) for unit in units]
    return [path for path in paths if path.exists()]


def evaluated(out: Path, units: Units) -> set[tuple[str, str]]:
    """Task and configuration of everything done; parts and units are made to agree."""
    done: set[tuple[str, str]] = set()
    kept: set[str] = set()
    lost: list[str] = []
    for unit in units.read("evaluations", "done"):
        path = part_path(out, unit.key)
        if not path.exists() or digest(path) != unit.digest:
            _log.warning("%s is missing or damaged and will be made again", path)
            lost.append(unit.key)
            continue
        kept.add(path.name)
        done.update((unit.task_id, name) for name in unit.configuration_ids)
    units.forget(lost)
    for path in (out / PARTS).glob("part-*.parquet"):
        # Renamed, but killed before it was recorded: the unit will be done again.
        if path.name not in kept:
            path.unlink()
    return done


def evaluations_table(rows: Sequence[Evaluation]) -> pa.Table:
    """Evaluations as a table of the meta-dataset's schema."""
    columns = {name: [getattr(row, name) for row in rows] for name in EVALUATIONS.names}
    arrays = [
        pa.array(columns[field.name], type=field.type, from_pandas=True)
        for field in EVALUATIONS
    ]
    return pa.Table.from_arrays(arrays, schema=EVALUATIONS)


def keep_tables(out: Path, key: str, tables: Mapping[str, pa.Table]) -> None:
    """Write what was measured of a unit; before its part, which says that it is done."""
    for name, table in tables.items():
        if len(table):
            write_measured(table, name, measured_path(out, name, key))


def keep(result: UnitResult, out: Path, units: Units) -> None:
    """Write a unit's part, then say that it is done; in this order."""
    unit = result.unit
    record = UnitRecord(
        key=unit.key,
        kind="evaluations",
        state="failed" if result.problem else "done",
        task_id=unit.task.task_id,
        configuration_ids=tuple(c.configuration_id for c in unit.configurations),
        rows=len(result.evaluations),
        error=result.problem or (json.dumps(result.errors) if result.errors else ""),
    )
    if not result.problem:
        tables = {name: measured_table(name, rows) for name, rows in result.measured.items()}
        keep_tables(out, unit.key, tables)
        path = part_path(out, unit.key)
        write_parquet(evaluations_table(result.evaluations), path, sort_by=BY_RUN)
        record = dataclasses.replace(record, digest=digest(path))
    units.record(record)


def forget(
    build: str | Path, *, statuses: Collection[str] = (), learners: Collection[str] = ()
) -> int:
    """Remove evaluations that ended so, or of these learners; the next run does them again.

    For when a learner was mended, or failed for a reason that is gone.

    Returns
    -------
    int
        How many were removed.

    Raises
    ------
    HistoryError
        If a process is building there.
    """
    out, removed = Path(build), 0
    points = read_configurations(out)
    of_learners = points.filter(pc.is_in(points["learner"], pa.array(learners, pa.string())))
    ended_so = pa.array(statuses, pa.string())
    with BuildLock(out / "build.lock"), Units(out / "units.sqlite") as units:
        evaluated(out, units)
        for unit in units.read("evaluations", "done"):
            path = part_path(out, unit.key)
            rows = pq.read_table(path)
            goes = pc.or_(
                pc.is_in(rows["status"], ended_so),
                pc.is_in(rows["configuration_id"], of_learners["configuration_id"]),
            )
            kept = rows.filter(pc.invert(goes))
            left = set(kept["configuration_id"].to_pylist())
            ids = tuple(name for name in unit.configuration_ids if name in left)
            if len(ids) == len(unit.configuration_ids):
                continue
            removed += len(unit.configuration_ids) - len(ids)
            write_parquet(kept, path, sort_by=BY_RUN)
            errors = json.loads(unit.error or "{}")
            errors = {name: text for name, text in errors.items() if name in left}
            units.record(
                dataclasses.replace(
                    unit,
                    configuration_ids=ids,
                    rows=len(kept),
                    digest=digest(path),
                    error=json.dumps(errors) if errors else "",
                )
            )
    return removed
