"""The column to predict: which rows know it, and what kind of task it makes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.checks import N_FOLDS, check_n_known
from warmstart.datasets.notes import Notes, quoted
from warmstart.domain import TaskType
from warmstart.errors import DatasetError
from warmstart.tables.cells import numbers_in, words

_MAX_INTEGER_CLASSES = 20
_MAX_CLASS_SHARE = 0.2
"""Integers with more distinct values than this share of the rows are quantities."""

_COMPLEX = "the target holds complex numbers; predict a real number"
_DATES = "the target holds dates; predict a number, such as days until then"

# "None" and "NA" may be classes.
_GAPS = frozenset({"", "?", "nan", "NaN", "<NA>", "NaT"})


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


def read_target(values: Any, task_type: str | None, notes: Notes) -> Target:
    """Drop what is missing, settle the task type, check that there is something to learn.

    Parameters
    ----------
    values : Series, array or list, shape (n_rows,) or (n_rows, 1)
    task_type : {"binary", "multiclass", "classification", "regression"}, optional
        Inferred when None.
    notes : Notes
        Receives what was dropped or assumed.

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
    cells, known = _known_cells(series)
    n_missing = len(series) - int(known.sum())
    check_n_known(len(series) - n_missing, len(series))
    if n_missing:
        rows = "1 row, which was" if n_missing == 1 else f"{n_missing:,} rows, which were"
        notes.say(f"Target missing in {rows} dropped.")
    kept = cells[known].reset_index(drop=True)
    positions = np.flatnonzero(known)
    if pd.api.types.is_timedelta64_dtype(series.dtype):
        task_type = task_type or "regression"
        notes.say(
            "The target holds durations, read as seconds; fit the pipelines to "
            "y.dt.total_seconds()."
        )
    if (task_type or _infer(kept, notes)) == "regression":
        return Target(_quantity(kept), positions, "regression")
    labels = _labels(kept, notes)
    counts = labels.value_counts()
    resolved = _check_classes(counts, task_type, notes)
    class_counts = dict(zip(counts.index.tolist(), counts.tolist(), strict=True))
    return Target(labels, positions, resolved, class_counts)


def as_series(values: Any) -> pd.Series[Any]:
    """One-dimensional values of any library as a pandas series with a fresh index."""
    if isinstance(values, pd.Series):
        series: pd.Series[Any] = values
    elif isinstance(values, pd.DataFrame) or hasattr(values, "tocsr") or np.ndim(values) == 2:
        from warmstart.tables.frames import as_frame

        frame = as_frame(values)
        if frame.shape[1] != 1:
            raise DatasetError(
                f"y has {frame.shape[1]} columns; a task has one target, choose one of them"
            )
        series = frame.iloc[:, 0]
    elif hasattr(values, "to_pandas"):
        series = pd.Series(values.to_pandas())
    elif isinstance(values, (str, bytes)) or np.ndim(values) == 0:
        raise DatasetError(f"y must be one value a row, got {values!r}")
    else:
        series = pd.Series(values)
    return series.reset_index(drop=True)


def _known_cells(series: pd.Series[Any]) -> tuple[pd.Series[Any], np.ndarray[Any, Any]]:
    """Cells in plain numpy types, and which are known."""
    dtype = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        series = pd.Series(np.asarray(series))
    if isinstance(dtype, pd.CategoricalDtype):
        series = series.astype(dtype.categories.dtype if not series.isna().any() else object)
    dtype = series.dtype
    if pd.api.types.is_complex_dtype(dtype):
        raise DatasetError(_COMPLEX)
    if pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        raise DatasetError(_DATES)
    if pd.api.types.is_timedelta64_dtype(dtype):
        seconds = series.dt.total_seconds()
        return seconds, seconds.notna().to_numpy()
    if pd.api.types.is_bool_dtype(dtype):
        return series, series.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(dtype):
        found = series.to_numpy(dtype="float64", na_value=np.nan)
        return series, np.isfinite(found)
    return _known_objects(series.astype(object))


def _known_objects(series: pd.Series[Any]) -> tuple[pd.Series[Any], np.ndarray[Any, Any]]:
    held = pd.api.types.infer_dtype(series, skipna=True)
    if held in ("integer", "floating", "decimal", "mixed-integer-float"):
        return _known_cells(pd.Series(pd.to_numeric(series, errors="coerce")))
    known = series.notna().to_numpy()
    types = {type(cell) for cell in series[known]} if held != "string" else set()
    if any(issubclass(one, (complex, np.complexfloating)) for one in types):
        raise DatasetError(_COMPLEX)
    for one in types:
        if issubclass(one, (list, dict, set, tuple, np.ndarray)):
            raise DatasetError(f"the target holds a {one.__name__} per row, not a value")
    if types and all(issubclass(one, datetime.date) for one in types):
        raise DatasetError(_DATES)
    blank = series.map(lambda cell: isinstance(cell, str) and cell.strip() in _GAPS)
    return series, known & ~blank.to_numpy(dtype=bool)


def _infer(kept: pd.Series[Any], notes: Notes) -> str:
    """ "classification" or "regression", with a note where another reading is likely."""
    if pd.api.types.is_bool_dtype(kept.dtype):
        return "classification"
    if not pd.api.types.is_numeric_dtype(kept.dtype):
        return _infer_words(kept, notes)
    numbers = kept.to_numpy(dtype="float64")
    distinct = np.unique(numbers)
    if (distinct != np.round(distinct)).any():
        if len(distinct) <= _MAX_INTEGER_CLASSES // 2:
            notes.say(
                f"The target has {len(distinct)} distinct fractional numbers, taken for a "
                "quantity (regression); for classes pass task_type='classification'."
            )
        return "regression"
    if len(distinct) <= 2:
        return "classification"
    few = len(distinct) <= _MAX_INTEGER_CLASSES
    if few and len(distinct) <= max(3, _MAX_CLASS_SHARE * len(numbers)):
        counted = distinct[0] in (0, 1) and np.ptp(distinct) == len(distinct) - 1
        if not counted or len(distinct) > 10:
            notes.say(
                f"The target has {len(distinct)} distinct integers, taken for classes; "
                "for a quantity pass task_type='regression'."
            )
        return "classification"
    if len(distinct) <= 100 and len(numbers) >= 20 * len(distinct):
        notes.say(
            f"The target has {len(distinct)} distinct integers, taken for a quantity "
            "(regression); for classes pass task_type='classification'."
        )
    return "regression"


def _infer_words(kept: pd.Series[Any], notes: Notes) -> str:
    read = numbers_in(words(kept)[1])
    numeric = len(read) > 0 and not np.isnan(read).any()
    if numeric and ((read != np.round(read)).any() or len(read) > _MAX_INTEGER_CLASSES):
        notes.say(
            "The target holds numbers stored as text, taken for a quantity (regression); "
            "for classes pass task_type='classification'."
        )
        return "regression"
    return "classification"


def _quantity(kept: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(kept.dtype):
        numbers = kept.to_numpy(dtype="float64")
    else:
        codes, found = words(kept)
        numbers = np.append(numbers_in(found), np.nan)[codes]
        if np.isnan(numbers).any():
            bad = kept[np.isnan(numbers)].iloc[0]
            raise DatasetError(
                f"a regression target must hold numbers, found {bad!r}; "
                "for classes pass task_type='classification'"
            )
    if numbers.min() == numbers.max():
        raise DatasetError(
            f"the target is {numbers[0]:g} in every row; there is nothing to predict"
        )
    return pd.Series(numbers)


def _labels(kept: pd.Series[Any], notes: Notes) -> pd.Series[Any]:
    """Labels as given, in a type that sorts."""
    if pd.api.types.is_bool_dtype(kept.dtype):
        return kept.astype(bool)
    if pd.api.types.is_numeric_dtype(kept.dtype):
        if pd.api.types.is_integer_dtype(kept.dtype):
            return kept.astype("int64")
        numbers = kept.astype("float64")
        if (numbers == numbers.round()).all():
            return numbers
        notes.say("Fractional class labels were turned into strings.")
        return numbers.astype(str).astype(object)
    types = {type(cell) for cell in kept}
    if types == {bool}:
        return kept.astype(bool)
    if types == {int}:
        return kept.astype("int64")
    if len(types) > 1:
        named = ", ".join(sorted(one.__name__ for one in types))
        notes.say(f"Class labels mix types ({named}) and were turned into strings.")
        return kept.map(str).astype(object)
    if types == {bytes}:
        notes.say(
            "Class labels are bytes, read as text; scikit-learn takes none, so decode them "
            "before fitting, for example with y.str.decode('utf-8')."
        )
        kept = kept.map(lambda cell: cell.decode("utf-8", errors="replace")).astype(object)
    _note_blanks(kept, notes)
    return kept


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
