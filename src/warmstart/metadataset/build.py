"""Build a meta-dataset by running configurations here: resumable, publishable at any time.

A build folder holds what a run has done so far: the task list, one Parquet part a unit, one
JSON file a described dataset, and ``units.sqlite``, which says what is done. Killed at any
moment, a build loses the units in flight and nothing else. :func:`publish` makes a
meta-dataset of whatever is there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from warmstart.domain import Configuration, Evaluation, TaskType
from warmstart.errors import HistoryError
from warmstart.histories.local import (
    EVALUATOR_VERSION,
    LocalTask,
    Protocol,
    Unit,
    UnitResult,
    chunked,
    evaluate_units,
)
from warmstart.metadataset.files import (
    digest,
    remove_leftovers,
    write_json,
    write_parquet,
)
from warmstart.metadataset.schema import CONFIGURATIONS, EVALUATIONS
from warmstart.metadataset.units import BuildLock, UnitRecord, Units

_log = logging.getLogger(__name__)

UNIT_SIZE = 25
PARTS = Path("evaluations", "source=local")
BY_RUN = ("metric", "task_id", "configuration_id", "source_run_id")

Configurations = Sequence[Configuration] | Mapping[TaskType, Sequence[Configuration]]
Progress = Callable[[int, int, float], None]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did."""

    n_evaluations: int
    """Evaluated now; those of earlier runs are not counted."""

    n_before: int
    """Found done."""

    statuses: Mapping[str, int]
    """How many of those evaluated now ended how."""

    problems: Mapping[str, str]
    """Why, for each task that could not be read; by task_id."""


def build_local(
    tasks: Sequence[LocalTask],
    configurations: Configurations,
    out: str | Path,
    *,
    protocol: Protocol | None = None,
    n_jobs: int = 1,
    unit_size: int = UNIT_SIZE,
    progress: Progress | None = None,
) -> BuildReport:
    """Evaluate every configuration on every task, but what is done already.

    Parameters
    ----------
    tasks : sequence of LocalTask
        Evaluated in this order.
    configurations : sequence of Configuration, or mapping of task type to sequence
        What to evaluate on every task, or on those of a type.
    out : path
        Folder of the build; made if need be.
    protocol : Protocol, optional
        Limits, row cap, seed.
    n_jobs : int
        Evaluation processes at a time; each uses one core.
    unit_size : int
        Configurations whose results are written, and may be lost, together.
    progress : callable, optional
        Called with the evaluations done, those there are, and evaluations a second now.

    Raises
    ------
    HistoryError
        If another process builds there, the folder cannot be written, or it holds a
        build with another protocol.
    """
    out, protocol = Path(out), protocol or Protocol()
    _prepare(out)
    with BuildLock(out / "build.lock"), Units(out / "units.sqlite") as units:
        remove_leftovers(out)
        _check_protocol(out, protocol)
        _remember(out, tasks, _all(configurations))
        done = _evaluated(out, units)
        wanted = [(task, _for_task(configurations, task)) for task in tasks]
        total = sum(len(found) for _, found in wanted)
        pending = [
            (task, [c for c in found if (task.task_id, c.configuration_id) not in done])
            for task, found in wanted
        ]
        n_before = total - sum(len(found) for _, found in pending)
        meter = _Meter(n_before, total, progress)
        todo = (unit for task, found in pending for unit in chunked(task, found, unit_size))
        statuses: Counter[str] = Counter()
        problems: dict[str, str] = {}
        results = evaluate_units(todo, protocol, n_jobs=n_jobs, tick=meter.tick)
        with contextlib.closing(results):
            for result in results:
                if result.problem:
                    problems[result.unit.task.task_id] = result.problem
                    _log.warning("%s: %s", result.unit.task.task_id, result.problem)
                _keep(result, out, units)
                statuses.update(_statuses(result))
        return BuildReport(
            n_evaluations=statuses.total(),
            n_before=n_before,
            statuses=dict(statuses),
            problems=problems,
        )


class _Meter:
    """Counts evaluations from any thread and tells how fast they come."""

    def __init__(self, done: int, total: int, progress: Progress | None) -> None:
        self._done, self._first, self._total = done, done, total
        self._progress, self._lock, self._start = progress, threading.Lock(), time.monotonic()
        if progress is not None:
            progress(done, total, 0.0)

    def tick(self) -> None:
        """One more is done."""
        with self._lock:
            self._done += 1
            if self._progress is not None:
                elapsed = max(time.monotonic() - self._start, 1e-9)
                self._progress(self._done, self._total, (self._done - self._first) / elapsed)


def _prepare(out: Path) -> None:
    try:
        (out / PARTS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryError(f"cannot build in {out}: {error.strerror or error}") from error


def _all(configurations: Configurations) -> list[Configuration]:
    if isinstance(configurations, Mapping):
        return [c for found in configurations.values() for c in found]
    return list(configurations)


def _for_task(configurations: Configurations, task: LocalTask) -> Sequence[Configuration]:
    if isinstance(configurations, Mapping):
        found: Sequence[Configuration] = configurations.get(task.task_type, ())
    else:
        found = configurations
    unique = {c.configuration_id: c for c in found}
    return list(unique.values())


def protocol_values(protocol: Protocol) -> dict[str, Any]:
    """What decides the scores of a build, as plain values."""
    return {**dataclasses.asdict(protocol), "evaluator_version": EVALUATOR_VERSION}


def _check_protocol(out: Path, protocol: Protocol) -> None:
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


def _remember(
    out: Path, tasks: Sequence[LocalTask], configurations: Sequence[Configuration]
) -> None:
    """Add tasks and configurations to those the folder knows; publishing needs them."""
    known = read_known_tasks(out)
    known.update({task.task_id: task for task in tasks})
    rows = [
        {**dataclasses.asdict(task), "path": str(task.path.resolve())}
        for task in known.values()
    ]
    write_json(rows, out / "local_tasks.json")
    by_id = {row["configuration_id"]: row for row in read_configurations(out).to_pylist()}
    for configuration in configurations:
        by_id[configuration.configuration_id] = configuration_row(configuration)
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
    import pyarrow.parquet as pq

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


def _evaluated(out: Path, units: Units) -> set[tuple[str, str]]:
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


def _statuses(result: UnitResult) -> Iterator[str]:
    seen = set()
    for row in result.evaluations:
        if row.configuration_id not in seen:
            seen.add(row.configuration_id)
            yield row.status


def evaluations_table(rows: Sequence[Evaluation]) -> pa.Table:
    """Evaluations as a table of the meta-dataset's schema."""
    columns = {name: [getattr(row, name) for row in rows] for name in EVALUATIONS.names}
    arrays = [
        pa.array(columns[field.name], type=field.type, from_pandas=True)
        for field in EVALUATIONS
    ]
    return pa.Table.from_arrays(arrays, schema=EVALUATIONS)


def _keep(result: UnitResult, out: Path, units: Units) -> None:
    """Write a unit's part, then say that it is done; in this order."""
    unit: Unit = result.unit
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
        path = part_path(out, unit.key)
        write_parquet(evaluations_table(result.evaluations), path, sort_by=BY_RUN)
        record = dataclasses.replace(record, digest=digest(path))
    units.record(record)
