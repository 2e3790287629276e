"""Tasks of a build from OpenML: their types, and which of them share a dataset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from warmstart.domain import TaskType
from warmstart.histories.openml.listing import Lister
from warmstart.histories.openml.rows import TaskRow

CLASSIFICATION, REGRESSION = 1, 2

_FOLDS = re.compile(r"(?:(\d+) (?:times|x) )?(\d+)[- ]fold", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMLTask:
    """A task that runs are read of."""

    task_id: int
    data_id: int
    name: str
    """Of its dataset."""

    is_regression: bool
    target: str
    resampling: str
    """Such as ``"10-fold Crossvalidation"``."""

    @property
    def n_folds(self) -> int | None:
        """Fits of one run, repeats included; None where the resampling does not say."""
        found = _FOLDS.search(self.resampling)
        if found:
            return int(found[1] or 1) * int(found[2])
        return 1 if "holdout" in self.resampling.lower() else None


def find_tasks(
    lister: Lister, task_ids: Iterable[int]
) -> tuple[dict[int, OpenMLTask], dict[int, str]]:
    """Tasks that can be read, and why the others cannot, by task id."""
    wanted = sorted(set(task_ids))
    rows = lister.tasks(wanted)
    procedures = lister.procedures()
    found: dict[int, OpenMLTask] = {}
    left_out: dict[int, str] = {}
    for number in wanted:
        row = rows.get(number)
        if row is None:
            left_out[number] = "OpenML has no such task, or hides it"
        elif row.type_id not in (CLASSIFICATION, REGRESSION):
            left_out[number] = (
                f"its type is {row.type_id}, neither classification nor regression"
            )
        else:
            found[number] = _task(row, procedures)
    return found, left_out


def _task(row: TaskRow, procedures: Mapping[int, str]) -> OpenMLTask:
    procedure = row.inputs.get("estimation_procedure", "")
    return OpenMLTask(
        task_id=row.task_id,
        data_id=row.data_id,
        name=row.name,
        is_regression=row.type_id == REGRESSION,
        target=row.inputs.get("target_feature", ""),
        resampling=procedures.get(int(procedure), "") if procedure.isdecimal() else "",
    )


def task_type(task: OpenMLTask, qualities: Mapping[str, float | None]) -> TaskType:
    """Type of a task, by the number of classes that OpenML counted."""
    if task.is_regression:
        return "regression"
    return "binary" if qualities.get("NumberOfClasses") == 2 else "multiclass"


def families(
    tasks: Iterable[OpenMLTask],
    descriptions: Mapping[int, Mapping[str, Any]],
    fingerprints: Mapping[int, str] | None = None,
) -> dict[int, str]:
    """Family of each task: the same for tasks on one dataset, and on datasets of equal content.

    Parameters
    ----------
    tasks : iterable of OpenMLTask
    descriptions : mapping of int to mapping
        By dataset id; the checksum of its file is ``"md5"``.
    fingerprints : mapping of int to str, optional
        By task id, where the rows were read: equal rows in files that differ.

    Returns
    -------
    dict
        Task id to ``"openml-data-<smallest dataset id of the family>"``.
    """
    known = list(tasks)
    first = {task.data_id: task.data_id for task in known}
    seen: dict[str, int] = {}
    for task in sorted(known, key=lambda task: task.data_id):
        marks = (
            descriptions.get(task.data_id, {}).get("md5"),
            (fingerprints or {}).get(task.task_id),
        )
        for mark in filter(None, marks):
            other = seen.setdefault(mark, task.data_id)
            one, two = first[other], first[task.data_id]
            if one != two:
                # Two families turn out to be one; it is named by the smaller number.
                first = {
                    number: min(one, two) if name in (one, two) else name
                    for number, name in first.items()
                }
    return {task.task_id: f"openml-data-{first[task.data_id]}" for task in known}
