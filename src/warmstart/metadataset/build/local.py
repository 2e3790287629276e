"""Build a meta-dataset by running configurations here: resumable, publishable at any time.

A build folder holds what a run has done so far: the task list, one Parquet part a unit, one
JSON file a described dataset, and ``units.sqlite``, which says what is done. Killed at any
moment, a build loses the units in flight and nothing else. :func:`publish` makes a
meta-dataset of whatever is there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from warmstart.domain import Configuration, TaskType
from warmstart.execution.executors.base import Executor
from warmstart.execution.local import (
    EvaluationProtocol,
    LocalTask,
    UnitResult,
    chunked,
    evaluate_units,
)
from warmstart.metadataset.build.folder import (
    check_protocol,
    evaluated,
    keep,
    prepare,
    remember,
)
from warmstart.metadataset.build.progress import KeptProgress, Progress
from warmstart.metadataset.build.units import BuildLock, Units
from warmstart.metadataset.storage.files import remove_leftovers

_log = logging.getLogger(__name__)

UNIT_SIZE = 25

Configurations = Sequence[Configuration] | Mapping[TaskType, Sequence[Configuration]]


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
    protocol: EvaluationProtocol | None = None,
    n_jobs: int = 1,
    executor: Executor | None = None,
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
    protocol : EvaluationProtocol, optional
        Limits, row cap, seed.
    n_jobs : int
        Evaluation processes at a time; each uses one core.
    executor : Executor, optional
        Where units are evaluated instead, such as a Dask cluster that sees the same files;
        see :func:`warmstart.execution.executors.choose.make_executor`.
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
    out, protocol = Path(out), protocol or EvaluationProtocol()
    prepare(out)
    with (
        BuildLock(out / "build.lock"),
        Units(out / "units.sqlite") as units,
        KeptProgress(out, "evaluations", progress) as kept,
    ):
        remove_leftovers(out)
        check_protocol(out, protocol)
        remember(out, tasks, _all(configurations))
        done = evaluated(out, units)
        wanted = [(task, _for_task(configurations, task)) for task in tasks]
        total = sum(len(found) for _, found in wanted)
        pending = [
            (task, [c for c in found if (task.task_id, c.configuration_id) not in done])
            for task, found in wanted
        ]
        n_before = total - sum(len(found) for _, found in pending)
        meter = _Meter(n_before, total, kept)
        todo = (unit for task, found in pending for unit in chunked(task, found, unit_size))
        statuses: Counter[str] = Counter()
        problems: dict[str, str] = {}
        where: dict[str, Any] = (
            {"n_jobs": n_jobs} if executor is None else {"executor": executor}
        )
        results = evaluate_units(todo, protocol, tick=meter.tick, **where)
        with contextlib.closing(results):
            for result in results:
                if result.problem:
                    problems[result.unit.task.task_id] = result.problem
                    _log.warning("%s: %s", result.unit.task.task_id, result.problem)
                keep(result, out, units)
                statuses.update(_statuses(result))
        return BuildReport(
            n_evaluations=statuses.total(),
            n_before=n_before,
            statuses=dict(statuses),
            problems=problems,
        )


class _Meter:
    """Counts evaluations from any thread and tells how fast they come."""

    def __init__(self, done: int, total: int, progress: Progress) -> None:
        self._done, self._first, self._total = done, done, total
        self._progress, self._lock, self._start = progress, threading.Lock(), time.monotonic()
        progress(done, total, 0.0)

    def tick(self) -> None:
        """One more is done."""
        with self._lock:
            self._done += 1
            elapsed = max(time.monotonic() - self._start, 1e-9)
            self._progress(self._done, self._total, (self._done - self._first) / elapsed)


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


def _statuses(result: UnitResult) -> Iterator[str]:
    seen = set()
    for row in result.evaluations:
        if row.configuration_id not in seen:
            seen.add(row.configuration_id)
            yield row.status
