"""Meta-features of a list of datasets, on one executor: resumable, the same bytes on any.

Each dataset becomes a JSON file in the folder of a build, named after its task. Only paths
go to the workers and only numbers come back. Small datasets travel together, so that a
unit takes half a second or more and the executor's own cost stays small.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmstart.domain import check_task_type
from warmstart.execution.executors.base import Executor, UnitOutcome, run_units
from warmstart.execution.executors.choose import make_executor
from warmstart.execution.executors.local import reason
from warmstart.execution.local import LocalTask
from warmstart.metadataset.build.folder import read_known_tasks
from warmstart.metadataset.build.units import UnitRecord, Units
from warmstart.metadataset.storage.files import (
    digest,
    write_json,
)
from warmstart.metafeatures.registry import extractor_version

_log = logging.getLogger(__name__)

DESCRIPTIONS = "datasets"
_UNIT_S = 0.5
"""CPU seconds that datasets sent together should take."""

_MOST = 50
"""Datasets in a unit at most; so many may be lost together."""

Answer = list[tuple[str, dict[str, Any], str]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeReport:
    """What describing a list of datasets did."""

    n_described: int
    n_before: int
    """Found described."""

    problems: dict[str, str]
    """Why, for each task whose dataset could not be described; by task_id."""

    n_deaths: int
    """Workers that died of a unit, or beside one."""


def describe_dataset(task: LocalTask) -> dict[str, Any]:
    """What a meta-dataset says of a task's dataset: sizes, fingerprint, meta-features."""
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import metafeatures_of

    dataset = load_dataset(
        task.path, target=task.target, task_type=task.task_type, groups=task.groups or None
    )
    return {
        "n_rows": dataset.n_rows,
        "n_columns": len(dataset.schema.columns),
        "n_classes": None if task.task_type == "regression" else int(dataset.y.nunique()),
        "fingerprint": dataset.fingerprint,
        "warnings": list(dataset.warnings),
        "metafeatures": {name: float(v) for name, v in metafeatures_of(dataset).items()},
    }


def describe_unit(paths: Sequence[dict[str, str]]) -> tuple[float, Answer]:
    """CPU seconds it took, and what is said of each dataset, or why not; in a worker."""
    start = time.process_time()
    found: Answer = []
    for asked in paths:
        task = LocalTask(
            task_id=asked["task_id"],
            name="",
            family="",
            task_type=check_task_type(asked["task_type"]),
            path=Path(asked["path"]),
            target=asked["target"],
            groups=asked["groups"],
        )
        try:
            found.append((task.task_id, describe_dataset(task), ""))
        except Exception as error:  # noqa: BLE001 - one bad dataset must not end a long build
            found.append((task.task_id, {}, reason(error)))
    return time.process_time() - start, found


@dataclass
class Batches:
    """Datasets in the order given, so many together as take long enough."""

    tasks: Sequence[LocalTask]
    seconds: float = 0.0
    n_done: int = 0

    def __iter__(self) -> Iterator[list[dict[str, str]]]:
        start = 0
        while start < len(self.tasks):
            size = 1
            if self.n_done:
                each = max(self.seconds / self.n_done, _UNIT_S / _MOST)
                size = max(1, round(_UNIT_S / each))
            yield [
                {
                    "task_id": task.task_id,
                    "task_type": task.task_type,
                    "path": str(task.path.resolve()),
                    "target": task.target,
                    "groups": task.groups,
                }
                for task in self.tasks[start : start + size]
            ]
            start += size

    def learn(self, outcome: UnitOutcome) -> None:
        if outcome.value is not None:
            self.seconds += outcome.value[0]
            self.n_done += len(outcome.argument)


def describe_datasets(
    build: str | Path,
    *,
    only: Collection[str] | None = None,
    n_jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> dict[str, str]:
    """Describe datasets of a build, all or of `only` some tasks, that are not described yet.

    Returns
    -------
    dict
        Why, for each task whose dataset could not be described; by task_id.
    """
    known = read_known_tasks(Path(build))
    tasks = [task for name, task in known.items() if only is None or name in only]
    return describe_batches(Path(build), tasks, n_jobs, executor, progress).problems


def describe_batches(
    build: Path,
    tasks: Sequence[LocalTask],
    n_jobs: int,
    executor: Executor | None,
    progress: Progress | None,
) -> DescribeReport:
    problems: dict[str, str] = {}
    n_deaths = n_done = 0
    by_id = {task.task_id: task for task in tasks}
    with Units(build / "units.sqlite") as units:
        done = {unit.key for unit in units.read("dataset", "done")}
        todo = [
            task
            for task in tasks
            if _key(task) not in done or not description_path(build, task).exists()
        ]
        batches = Batches(todo)
        if not todo:
            return DescribeReport(n_described=0, n_before=len(tasks), problems={}, n_deaths=0)
        executor = make_executor(n_jobs=n_jobs) if executor is None else executor
        outcomes = run_units(executor, describe_unit, batches)
        with contextlib.closing(outcomes):
            for outcome in outcomes:
                batches.learn(outcome)
                n_deaths += outcome.n_deaths
                answer: Answer = (
                    [(asked["task_id"], {}, outcome.problem) for asked in outcome.argument]
                    if outcome.problem
                    else outcome.value[1]
                )
                for task_id, found, problem in answer:
                    if problem:
                        problems[task_id] = problem
                        _log.warning("%s: %s", task_id, problem)
                    _keep(build, units, by_id[task_id], found, problem)
                    n_done += 1
                    if progress is not None:
                        progress(n_done, len(todo))
    return DescribeReport(
        n_described=n_done - len(problems),
        n_before=len(tasks) - len(todo),
        problems=problems,
        n_deaths=n_deaths,
    )


def _keep(
    build: Path, units: Units, task: LocalTask, found: dict[str, Any], problem: str
) -> None:
    """Write what is said of a dataset, then say that it is done; in this order."""
    path = description_path(build, task)
    if not problem:
        write_json({**found, "key": _key(task)}, path)
    units.record(
        UnitRecord(
            key=_key(task),
            kind="dataset",
            state="failed" if problem else "done",
            task_id=task.task_id,
            digest="" if problem else digest(path),
            error=problem,
        )
    )


def _key(task: LocalTask) -> str:
    return f"dataset:{extractor_version()}:{task.task_id}"


def description_path(build: Path, task: LocalTask) -> Path:
    """Where a build keeps what is said of a task's dataset."""
    name = hashlib.sha256(task.task_id.encode()).hexdigest()[:20]
    return build / DESCRIPTIONS / f"{name}.json"
