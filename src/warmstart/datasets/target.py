"""The column to predict: which rows know it, and what kind of task it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.checks import N_FOLDS, check_n_known
from warmstart.datasets.notes import Notes, quoted
from warmstart.datasets.remarks import sentence_on_marks
from warmstart.datasets.task_types import infer_task_type
from warmstart.domain import TargetForm, TaskType
from warmstart.errors import DatasetError
from warmstart.tables.cells import words
from warmstart.tables.targets import (
    as_series,
    known_cells,
    labels,
    missing_words,
    mixes_types,
    quantity,
)
from warmstart.tables.written_numbers import marks_in


@dataclass(frozen=True)
class Target:
    """A target read: only its known rows."""

    y: pd.Series[Any]
    """float64 for regression, else labels; shape (n_known,)."""

    rows: np.ndarray[Any, np.dtype[np.intp]]
    """Positions of the known rows, ascending."""

    task_type: TaskType

    class_counts: Mapping[Any, int] | None = None
    """Rows of each class, the rarest last; None for regression."""

    form: TargetForm = "plain"
    """How a pipeline must read the cells to come to the same."""


def read_target(
    values: Any,
    task_type: str | None,
    notes: Notes,
    *,
    of_table: Callable[[], bool] = lambda: False,
) -> Target:
    """Drop what is missing, settle the task type, check that there is something to learn.

    Parameters
    ----------
    values : Series, array or list, shape (n_rows,) or (n_rows, 1)
    task_type : {"binary", "multiclass", "classification", "regression"}, optional
        Inferred when None.
    notes : Notes
        Receives what was dropped or assumed.
    of_table : callable
        Whether the other columns have decimal commas; asked where the target's own cells
        leave it open.

    Returns
    -------
    Target

    Raises
    ------
    DatasetError
        If there are fewer than three known values, one class, a constant quantity, or
        cells that cannot be a target.

    Examples
    --------
    >>> target = read_target(["a", "b", None, "b"], None, Notes())
    >>> target.task_type, target.rows.tolist(), dict(target.class_counts)
    ('binary', [0, 1, 3], {'b': 2, 'a': 1})
    """
    series = as_series(values)
    cells, known = known_cells(series)
    check_n_known(int(known.sum()), len(series))
    if _are_durations(series):
        task_type = task_type or "regression"
        notes.say("The target holds durations, read as seconds.")
    kind = task_type or infer_task_type(cells[known], notes)
    if kind == "regression":
        known = known & ~missing_words(cells)
        check_n_known(int(known.sum()), len(series))
    if n_missing := len(series) - int(known.sum()):
        rows = "1 row, which was" if n_missing == 1 else f"{n_missing:,} rows, which were"
        notes.say(f"Target missing in {rows} dropped.")
    kept = cells[known].reset_index(drop=True)
    positions = np.flatnonzero(known)
    if kind == "regression":
        comma = _decimal_comma(kept, of_table, notes)
        form: TargetForm = "decimal_comma" if comma else "plain"
        return Target(_quantity(kept, comma), positions, "regression", form=form)
    found, form = _labels(kept, notes)
    counts = found.value_counts()
    resolved = _check_classes(counts, task_type, notes)
    class_counts = dict(zip(counts.index.tolist(), counts.tolist(), strict=True))
    return Target(found, positions, resolved, class_counts, form)


def _are_durations(series: pd.Series[Any]) -> bool:
    return pd.api.types.is_timedelta64_dtype(series.dtype) or (
        pd.api.types.is_object_dtype(series.dtype)
        and pd.api.types.infer_dtype(series, skipna=True) in ("timedelta", "timedelta64")
    )


def _quantity(kept: pd.Series[Any], comma: bool | None) -> pd.Series[Any]:
    numbers = quantity(kept, comma=comma)
    if numbers.min() == numbers.max():
        raise DatasetError(
            f"the target is {numbers[0]:g} in every row; there is nothing to predict"
        )
    return pd.Series(numbers)


def _decimal_comma(kept: pd.Series[Any], of_table: Callable[[], bool], notes: Notes) -> bool:
    """Whether numbers stored as words have decimal commas; what they leave open X says."""
    if pd.api.types.is_numeric_dtype(kept.dtype):
        return False
    marks = marks_in(words(kept)[1])
    comma = marks.comma
    if comma is None:
        comma = bool(marks.unclear) and of_table()
    if note := sentence_on_marks("The target", marks, comma):
        notes.say(note)
    return comma


def _labels(kept: pd.Series[Any], notes: Notes) -> tuple[pd.Series[Any], TargetForm]:
    """Labels as given, in a type that sorts."""
    numeric = pd.api.types.is_numeric_dtype(kept.dtype)
    if numeric and not pd.api.types.is_bool_dtype(kept.dtype):
        numbers = kept.to_numpy(dtype="float64")
        if (numbers != np.round(numbers)).any():
            notes.say("Fractional class labels were turned into strings.")
            return labels(kept, as_text=True), "text"
    if mixed := mixes_types(kept):
        notes.say(f"Class labels mix types ({', '.join(mixed)}) and were turned into strings.")
        return labels(kept, as_text=True), "text"
    found = labels(kept, as_text=False)
    if {type(cell) for cell in kept[:1]} == {bytes}:
        notes.say("Class labels are bytes, read as text.")
    if not numeric:
        _note_blanks(found, notes)
    return found, "plain"


def _note_blanks(labels: pd.Series[Any], notes: Notes) -> None:
    """Tell of classes that look the same: a pipeline takes "yes" and "yes " for two."""
    alike: dict[str, list[str]] = {}
    for label in labels.unique():
        if isinstance(label, str):
            alike.setdefault(label.strip(), []).append(label)
    for same in alike.values():
        if len(same) > 1:
            notes.say(
                f"Classes that differ only by blanks are taken for different ones: "
                f"{quoted(same)}; strip the labels if they are the same."
            )


def _check_classes(counts: pd.Series[int], task_type: str | None, notes: Notes) -> TaskType:
    n_classes = len(counts)
    if n_classes == 1:
        raise DatasetError(
            f"the target has one class, {counts.index.tolist()[0]!r}; "
            "a classifier needs at least two"
        )
    if task_type == "binary" and n_classes > 2:
        raise DatasetError(
            f"task_type='binary', but the target has {n_classes:,} classes; "
            "pass task_type='multiclass' or 'regression'"
        )
    if task_type == "multiclass" and n_classes == 2:
        notes.say("The target has two classes, so the task is binary.")
    if counts.iloc[0] == 1:
        raise DatasetError(
            f"each of the {n_classes:,} classes has a single row, so nothing can be learned; "
            "is the target an identifier, or a quantity (task_type='regression')?"
        )
    rare = counts[counts < N_FOLDS]
    if len(rare):
        shown = ", ".join(
            f"{label!r} ({n})" for label, n in zip(rare.index.tolist()[:5], rare, strict=False)
        )
        more = f" and {len(rare) - 5:,} more" if len(rare) > 5 else ""
        notes.say(
            f"Classes with fewer than {N_FOLDS} rows: {shown}{more}; they are kept for "
            "fitting but cannot be in every fold of a cross-validation."
        )
    return "binary" if n_classes == 2 else "multiclass"
