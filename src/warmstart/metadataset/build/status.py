"""What a build folder holds, said without touching it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from warmstart.errors import HistoryError
from warmstart.metadataset.build.progress import Reached, reached
from warmstart.metadataset.build.units import UnitRecord, is_locked, units_of
from warmstart.metadataset.storage.folders.settling import MANIFEST

_KINDS = (
    "openml-dataset",
    "openml-description",
    "openml-runs",
    "openml-failures",
    "openml-traces",
    "dataset",
    "evaluations",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindStatus:
    """Units of one kind."""

    kind: str
    n_done: int
    n_failed: int
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStatus:
    """What a build has."""

    kinds: tuple[KindStatus, ...]
    failed: dict[str, str]
    """Why, for each unit that failed."""

    oldest: str
    newest: str
    """When units were read, ISO 8601; empty where they do not say."""

    raw_bytes: int
    """Answers of the server that are kept."""

    is_building: bool
    """Whether a process is building there now."""

    is_published: bool
    """Whether the folder is a meta-dataset too."""

    reached: Reached | None = None
    """How much of all there is to do is done; None where the build does not say."""


def build_status(build: str | Path) -> BuildStatus:
    """Count the units of a build, which may be running.

    Raises
    ------
    HistoryError
        If `build` holds no build.
    """
    build = Path(build)
    if not (build / "units.sqlite").exists():
        raise HistoryError(f"{build} holds no build: there is no units.sqlite")
    records = units_of(build / "units.sqlite", _KINDS)
    times = sorted(filter(None, (_time(r) for found in records.values() for r in found)))
    failed = {
        _name(record): record.error
        for found in records.values()
        for record in found
        if record.state == "failed"
    }
    is_building = is_locked(build / "build.lock")
    return BuildStatus(
        kinds=tuple(_kind(kind, found) for kind, found in records.items() if found),
        failed=failed,
        oldest=times[0] if times else "",
        newest=times[-1] if times else "",
        raw_bytes=sum(path.stat().st_size for path in (build / "raw").glob("*/*.xml.gz")),
        is_building=is_building,
        is_published=(build / MANIFEST).exists(),
        reached=reached(build, is_building=is_building),
    )


def _kind(kind: str, records: list[UnitRecord]) -> KindStatus:
    states = Counter(record.state for record in records)
    return KindStatus(
        kind=kind,
        n_done=states["done"],
        n_failed=states["failed"],
        n_rows=sum(record.rows for record in records),
    )


def _given(record: UnitRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(record.provenance or "{}")
    return found


def _time(record: UnitRecord) -> str:
    return str(_given(record).get("fetched_at", ""))


def _name(record: UnitRecord) -> str:
    given = _given(record)
    parts = [
        f"{label} {given[name]}"
        for label, name in (
            ("measure", "measure"),
            ("flow", "flow_id"),
            ("task", "task_id"),
            ("dataset", "data_id"),
        )
        if given.get(name)
    ]
    return f"{record.kind}: {', '.join(parts) or record.task_id or record.key}"
