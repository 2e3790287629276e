"""Files of a build from OpenML: the runs and configurations of a unit, a dataset's description.

Runs are kept as they were listed, one row a run and evaluation engine, so that a meta-dataset
can be made of them again without asking the server.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warmstart.metadataset.build.openml.plan import OpenMLUnit
from warmstart.metadataset.build.units import UnitRecord, Units
from warmstart.metadataset.core.schema import CONFIGURATIONS
from warmstart.metadataset.storage.files import digest, write_json, write_parquet

_log = logging.getLogger(__name__)

RUNS = pa.schema(
    [
        pa.field("run_id", pa.int64(), nullable=False),
        pa.field("engine_id", pa.int32(), nullable=False),
        pa.field("task_id", pa.int64(), nullable=False),
        pa.field("configuration_id", pa.string(), nullable=False),
        pa.field("setup_id", pa.int64(), nullable=False),
        pa.field("flow_id", pa.int64(), nullable=False),
        pa.field("flow_version", pa.int32(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("status", pa.string(), nullable=False),
        pa.field("uploader", pa.int64()),
        pa.field("upload_time", pa.string()),
    ]
)
"""A run as OpenML lists it; the value is OpenML's, a loss stays a loss.

What a search tried inside a run is a row too, of the part searched over, its engine_id
negative: it was scored inside the run, not by an engine of OpenML.
"""

KINDS = (
    "openml-runs",
    "openml-failures",
    "openml-traces",
    "openml-dataset",
    "openml-description",
)
_DESCRIBED = ("openml-dataset", "openml-description")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitParts:
    """What was read of one unit."""

    runs: pa.Table | None = None
    configurations: pa.Table | None = None
    description: dict[str, Any] | None = None
    """Of a dataset, by OpenML or by its rows."""

    provenance: dict[str, Any]

    @property
    def n_rows(self) -> int:
        """Runs, or one for a dataset."""
        return 1 if self.runs is None else int(self.runs.num_rows)


def runs_path(out: Path, unit_key: str) -> Path:
    """Where the runs of a unit are."""
    return out / "runs" / f"part-{unit_key}.parquet"


def configurations_path(out: Path, unit_key: str) -> Path:
    """Where the configurations of a unit are."""
    return out / "runs" / f"configurations-{unit_key}.parquet"


def description_path(out: Path, unit_key: str) -> Path:
    """Where the description of a dataset is."""
    return out / "datasets" / f"{unit_key}.json"


def _files(out: Path, kind: str, unit_key: str) -> list[Path]:
    if kind in _DESCRIBED:
        return [description_path(out, unit_key)]
    return [runs_path(out, unit_key), configurations_path(out, unit_key)]


def _digest(paths: Iterable[Path]) -> str:
    return hashlib.sha256("".join(map(digest, paths)).encode()).hexdigest()


def keep(out: Path, units: Units, unit: OpenMLUnit, parts: UnitParts) -> UnitRecord:
    """Write the files of a unit, then say that it is done; in this order."""
    if parts.description is not None:
        write_json(parts.description, description_path(out, unit.key))
    else:
        by = ["run_id", "engine_id"]
        write_parquet(parts.runs, runs_path(out, unit.key), sort_by=by)
        path = configurations_path(out, unit.key)
        write_parquet(parts.configurations, path, sort_by=["configuration_id"])
    record = UnitRecord(
        key=unit.key,
        kind=unit.kind,
        state="done",
        task_id=str(unit.task_id or ""),
        rows=parts.n_rows,
        digest=_digest(_files(out, unit.kind, unit.key)),
        provenance=json.dumps({**_identity(unit), **parts.provenance}, sort_keys=True),
    )
    units.record(record)
    return record


def fail(units: Units, unit: OpenMLUnit, error: str) -> None:
    """Say that a unit could not be read, and why."""
    units.record(
        UnitRecord(
            key=unit.key,
            kind=unit.kind,
            state="failed",
            task_id=str(unit.task_id or ""),
            error=error,
            provenance=json.dumps(_identity(unit), sort_keys=True),
        )
    )


def _identity(unit: OpenMLUnit) -> dict[str, Any]:
    return {
        "measure": unit.measure,
        "flow_id": unit.flow_id,
        "task_id": unit.task_id,
        "data_id": unit.data_id,
    }


def unit_of(record: UnitRecord) -> OpenMLUnit:
    """The unit that a record is of."""
    given = json.loads(record.provenance)
    names = ("measure", "flow_id", "task_id", "data_id")
    return OpenMLUnit(kind=record.kind, **{name: given[name] for name in names})  # type: ignore[arg-type]


def is_whole(out: Path, record: UnitRecord) -> bool:
    """Whether the files of a unit that is done are there, undamaged."""
    paths = _files(out, record.kind, record.key)
    return all(path.exists() for path in paths) and _digest(paths) == record.digest


def reconcile(out: Path, units: Units) -> dict[str, UnitRecord]:
    """Units that are done, by key; files and units are made to agree."""
    done: dict[str, UnitRecord] = {}
    kept: set[Path] = set()
    lost: list[str] = []
    for kind in KINDS:
        for record in units.read(kind, "done"):
            paths = _files(out, kind, record.key)
            if not is_whole(out, record):
                _log.warning("%s is missing or damaged, and read again", paths[0])
                lost.append(record.key)
                continue
            done[record.key] = record
            kept.update(paths)
    units.forget(lost)
    for path in [*(out / "runs").glob("*.parquet"), *(out / "datasets").glob("*.json")]:
        # Renamed, but killed before it was recorded: the unit will be done again.
        if path not in kept:
            path.unlink()
    return done


def read_runs(out: Path, unit_key: str, columns: list[str] | None = None) -> pa.Table:
    """Runs of a unit."""
    return _read(runs_path(out, unit_key), columns)


def read_unit_configurations(out: Path, unit_key: str) -> pa.Table:
    """Configurations of a unit."""
    return _read(configurations_path(out, unit_key)).cast(CONFIGURATIONS)


def _read(path: Path, columns: list[str] | None = None) -> pa.Table:
    # As one file: read_table brings all that reads folders, and 8 MB of memory with it.
    with pq.ParquetFile(path) as file:
        return file.read(columns, use_threads=False)


def read_description(out: Path, unit_key: str) -> dict[str, Any]:
    """Description of a dataset."""
    found: dict[str, Any] = json.loads(description_path(out, unit_key).read_text("utf-8"))
    return found
