"""Lists of dataset files to evaluate on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmstart.domain import TaskType, check_task_type
from warmstart.errors import HistoryError
from warmstart.execution.resampling import Resampling


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTask:
    """A dataset file to evaluate on, and what is known of it."""

    task_id: str
    name: str
    family: str
    task_type: TaskType

    path: Path
    """A Parquet or CSV file."""

    target: str
    source: str = "local"
    source_id: str = ""
    licence: str = ""
    description: str = ""

    groups: str = ""
    """Column that says which rows belong together; no feature then."""

    time: str = ""
    """Column that says when rows are from."""

    resampling: Resampling = "random"
    """How rows are held out; another way of doing it makes another task."""

    def __post_init__(self) -> None:
        check_task_type(self.task_type)
        if not self.task_id:
            raise HistoryError(f"task_id of {self.path} must not be empty")
        needed = {"groups": self.groups, "forward": self.time, "random": "nothing"}
        if self.resampling not in needed:
            raise HistoryError(
                f"resampling of {self.task_id} must be one of {', '.join(needed)}, "
                f"got {self.resampling!r}"
            )
        if not needed[self.resampling]:
            column = "groups" if self.resampling == "groups" else "time"
            raise HistoryError(
                f"{self.task_id} is held out by {self.resampling}; {column} must name a column"
            )


def read_tasks(path: str | Path) -> list[LocalTask]:
    """Read a task list: a CSV file with a column for each field of `LocalTask`.

    ``task_id``, ``task_type``, ``path`` and ``target`` are needed; paths are relative to
    the list. Other columns are ignored.

    Raises
    ------
    HistoryError
        If the list cannot be read, lacks a column, or names a task twice.
    """
    path = Path(path)
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"cannot read the task list {path}: {error}") from error
    tasks: dict[str, LocalTask] = {}
    for number, row in enumerate(rows, start=2):
        given = {key: value for key, value in row.items() if key and value}
        for needed in ("task_id", "task_type", "path", "target"):
            if needed not in given:
                raise HistoryError(f"line {number} of {path} has no {needed}")
        optional = (
            *("name", "family", "source", "source_id", "licence", "description"),
            *("groups", "time", "resampling"),
        )
        try:
            task_type = check_task_type(given["task_type"])
        except ValueError as error:
            raise HistoryError(f"line {number} of {path}: {error}") from error
        values: dict[str, Any] = {
            "name": given["task_id"],
            "family": given["task_id"],
            **{key: given[key] for key in optional if key in given},
        }
        task = LocalTask(
            task_id=given["task_id"],
            task_type=task_type,
            path=path.parent / given["path"],
            target=given["target"],
            **values,
        )
        if task.task_id in tasks:
            raise HistoryError(f"line {number} of {path} repeats task {task.task_id!r}")
        tasks[task.task_id] = task
    return list(tasks.values())
