"""Datasets attached to the tasks of a foreign history: what makes its prior mean usable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.datasets.checks import check_task_words
from warmstart.domain import TaskType
from warmstart.errors import HistoryError
from warmstart.metadataset.core.configurations import some
from warmstart.metafeatures.registry import extractor_version

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import M


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedDataset:
    """A task's dataset, in any form that :func:`warmstart.suggest` takes."""

    data: Any
    target: Any = None
    y: Any = None
    task_type: str | None = None
    family: str | None = None
    """Original that the dataset is derived from; the task's own name without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a meta-dataset keeps of a dataset."""

    task_type: TaskType
    n_rows: int
    n_columns: int
    n_classes: int | None
    fingerprint: str
    metafeatures: pd.Series[float]
    warnings: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Columns of the task."""
        names = ("task_type", "n_rows", "n_columns", "n_classes", "fingerprint")
        return {name: getattr(self, name) for name in names}


def describe_attached(attached: AttachedDataset) -> Described:
    """Read a dataset and describe it; the rows themselves are not kept.

    Raises
    ------
    DatasetError
        If it cannot be read or learned from.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> found = describe_attached(AttachedDataset(data=load_iris(as_frame=True)))
    >>> found.row()["task_type"], found.row()["n_rows"]
    ('multiclass', 150)
    """
    from warmstart.datasets.load import load_dataset
    from warmstart.metafeatures.extract import metafeatures_of

    dataset = load_dataset(
        attached.data, attached.y, target=attached.target, task_type=attached.task_type
    )
    return Described(
        task_type=dataset.task_type,
        n_rows=dataset.n_rows,
        n_columns=len(dataset.schema.columns),
        n_classes=None if dataset.task_type == "regression" else int(dataset.y.nunique()),
        fingerprint=dataset.fingerprint,
        metafeatures=metafeatures_of(dataset),
        warnings=dataset.warnings,
    )


def as_attached(given: Any) -> AttachedDataset:
    """A dataset as users write it: an `AttachedDataset`, (data, target), or data alone.

    Examples
    --------
    >>> as_attached(("table.csv", "class")).target
    'class'
    """
    if isinstance(given, AttachedDataset):
        return given
    if isinstance(given, tuple) and len(given) == 2:
        return AttachedDataset(data=given[0], target=given[1])
    return AttachedDataset(data=given)


def attach(
    md: M,
    *,
    datasets: Mapping[str, Any] | None = None,
    metafeatures: pd.DataFrame | None = None,
    families: Mapping[str, str] | None = None,
    task_types: Mapping[str, str] | None = None,
) -> tuple[M, list[str]]:
    """Say more of the tasks of a meta-dataset.

    Parameters
    ----------
    datasets : mapping, optional
        Task to its dataset, see :func:`as_attached`: its type, size, fingerprint and
        meta-features are kept, its rows are not.
    metafeatures : DataFrame, optional
        Of tasks whose dataset is not at hand, indexed by task, as
        :func:`warmstart.extract_metafeatures` gives them.
    families, task_types : mapping, optional
        By task.

    Returns
    -------
    described : meta-dataset
    notes : list of str
        What was repaired or assumed in reading the datasets.

    Raises
    ------
    HistoryError
        If something is said of a task that has no runs, or a task's type is contradicted.
    """
    tasks, known, notes = md.tasks.copy(), md.metafeatures, []
    label = {str(task): task for task in tasks.index}
    described = () if metafeatures is None else [str(task) for task in metafeatures.index]
    for task in (*(datasets or ()), *described, *(families or ()), *(task_types or ())):
        if str(task) not in label:
            raise HistoryError(
                f"task {task!r} is described but has no runs; there are {some(tasks.index)}"
            )
    families, types = dict(families or {}), dict(task_types or {})
    rows: dict[Any, pd.Series[float]] = {}
    for task, given in (datasets or {}).items():
        attached = as_attached(given)
        if attached.task_type is None and task in types:
            attached = replace(attached, task_type=types[task])
        found = describe_attached(attached)
        notes += [f"dataset of {task}: {line}" for line in found.warnings]
        for name, value in found.row().items():
            if name not in tasks:
                tasks[name] = pd.Series(None, index=tasks.index, dtype=object)
            if name == "task_type":
                _refuse_other_type(task, str(tasks.loc[label[str(task)], name]), value)
            tasks.loc[label[str(task)], name] = value
        rows[label[str(task)]] = found.metafeatures
        types.pop(task, None)
        if attached.family:
            families.setdefault(task, attached.family)
    for task, value in types.items():
        check_task_words(value)
        _refuse_other_type(task, str(tasks.loc[label[str(task)], "task_type"]), value)
        tasks.loc[label[str(task)], "task_type"] = value
    for task, family in families.items():
        tasks.loc[label[str(task)], "family"] = family
    for task in metafeatures.index if metafeatures is not None else ():
        rows.setdefault(label[str(task)], metafeatures.loc[task])  # type: ignore[union-attr]
    if rows:
        new = pd.DataFrame(rows).T.astype("float64")
        new.index = pd.Index(list(rows), name=tasks.index.name)
        kept = known[~known.index.isin(new.index)]
        known = new if kept.empty else pd.concat([kept, new])
        known = known.loc[[task for task in tasks.index if task in known.index]]
    info = {**md.info, "extractor_version": extractor_version()} if rows else md.info
    return replace(md, tasks=tasks, metafeatures=known, info=info), notes


def _refuse_other_type(task: str, before: str, now: str) -> None:
    kinds = {"binary": "classification", "multiclass": "classification"}
    if before not in ("", now) and not (
        kinds.get(now, now) == kinds.get(before, before) and "classification" in (before, now)
    ):
        raise HistoryError(f"task {task!r} is {before} by its runs so far, and {now} now")
