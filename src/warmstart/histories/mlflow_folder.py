"""Runs in a local folder of MLflow, read as it lies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmstart._extras import require
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import readable
from warmstart.histories.runs.remarks import Remarks

_CODES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun:
    """What MLflow keeps of a run."""

    run_id: str
    experiment: str
    status: str
    start_ms: int | None
    end_ms: int | None
    params: dict[str, str]
    metrics: dict[str, float]
    """The last value logged of each."""

    tags: dict[str, str]
    folder: Path | None = None
    """Where a store of files has it."""


def read_folder(
    root: Path, names: Sequence[str] | None, remarks: Remarks
) -> Iterator[LoggedRun]:
    """Runs of a store of files: ``experiment/run/{params,metrics,tags}/name``."""
    experiments = []
    for meta in sorted(root.glob("*/meta.yaml")):
        entries = _entries(meta)
        if entries.get("lifecycle_stage", "active") == "active":
            experiments.append((entries.get("name", meta.parent.name), meta.parent))
    refuse_unknown(names, [name for name, _ in experiments], root)
    for name, folder in experiments:
        if names is not None and name not in names:
            continue
        for meta in sorted(folder.glob("*/meta.yaml")):
            remarks.place = f"run {meta.parent.name}"
            entries = _entries(meta)
            if "run_id" not in entries or entries.get("lifecycle_stage") == "deleted":
                continue
            status = entries.get("status", "")
            yield LoggedRun(
                run_id=entries["run_id"],
                experiment=name,
                status=_CODES.get(status, status),
                start_ms=_milliseconds(entries, "start_time", meta),
                end_ms=_milliseconds(entries, "end_time", meta),
                params=_texts(meta.parent / "params"),
                metrics=_metrics(meta.parent / "metrics"),
                tags=_texts(meta.parent / "tags"),
                folder=meta.parent,
            )


def read_series(folder: Path, metric: str) -> list[Logged]:
    """Every value that the run in a folder logged of a metric, in the order written."""
    file = folder / "metrics" / metric
    if not file.is_file():
        return []
    with readable(file):
        return _logged(file.read_bytes().decode("utf-8"))


def _texts(folder: Path) -> dict[str, str]:
    """Content of each file; a slash in a name is a folder."""
    files = sorted(f for f in folder.rglob("*") if f.is_file()) if folder.is_dir() else []
    found = {}
    for file in files:
        with readable(file):
            # As it is: a line end within a value is part of it.
            found[file.relative_to(folder).as_posix()] = file.read_bytes().decode("utf-8")
    return found


def _metrics(folder: Path) -> dict[str, float]:
    found = {}
    for name, text in _texts(folder).items():
        with readable(folder / name):
            found[name] = _last(text)
    return found


@dataclass(frozen=True, slots=True)
class Logged:
    """One value of a metric."""

    step: float
    at_ms: float
    """Since 1970."""

    value: float


def _logged(text: str) -> list[Logged]:
    """Of lines ``time value step``; the first releases wrote no step."""
    found = []
    for line in text.split("\n"):
        parts = line.split()
        if len(parts) >= 2:
            step = float(parts[2]) if len(parts) > 2 else 0.0
            found.append(Logged(step, float(parts[0]), float(parts[1])))
    return found


def _last(text: str) -> float:
    """Last value logged: of the highest step, then the latest."""
    best = Logged(-math.inf, -math.inf, math.nan)
    for one in _logged(text):
        if (one.step, one.at_ms) >= (best.step, best.at_ms):
            best = one
    return best.value


def _entries(path: Path) -> dict[str, str]:
    """Entries of a meta file, all as text; those that are null are left out."""
    yaml = require("yaml", extra="mlflow")
    with readable(path):
        # The base loader makes text, lists and mappings, whatever a value looks like.
        found = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)
    if not isinstance(found, dict):
        raise HistoryError(f"{path} is no mapping of names to values")
    return {
        str(name): value
        for name, value in found.items()
        if isinstance(value, str) and value not in ("null", "~", "")
    }


def _milliseconds(entries: Mapping[str, str], name: str, path: Path) -> int | None:
    if name not in entries:
        return None
    try:
        return int(entries[name])
    except ValueError as error:
        raise HistoryError(
            f"{path}: {name} is {entries[name][:40]!r}, not milliseconds since 1970"
        ) from error


def refuse_unknown(names: Sequence[str] | None, known: Sequence[str], where: Any) -> None:
    if unknown := [name for name in names or () if name not in known]:
        raise HistoryError(
            f"there is no experiment {unknown[0]!r} in {where}; there are {', '.join(known)}"
        )
