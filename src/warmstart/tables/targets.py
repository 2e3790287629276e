"""A target read as its schema says: what `suggest` saw is what the pipelines are fitted to."""

from __future__ import annotations

import datetime
from collections.abc import Sized
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.domain import TargetForm
from warmstart.errors import DatasetError
from warmstart.tables.cells import words
from warmstart.tables.frames import as_frame
from warmstart.tables.written_numbers import numbers_in

_COMPLEX = "the target holds complex numbers; predict a real number"
_DATES = "the target holds dates; predict a number, such as days until then"

# "None" and "NA" may be classes.
_GAPS = frozenset({"", "?", "nan", "NaN", "<NA>", "NaT"})


def typed_target(
    values: Any, task_type: str, form: TargetForm = "plain"
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Known cells of a target in a type scikit-learn takes, and their positions.

    Parameters
    ----------
    values : array-like, shape (n_rows,) or (n_rows, 1)
        Missing cells may be None, NaN, "" or "?", infinite numbers too.
    task_type : {"binary", "multiclass", "classification", "regression"}
    form : TargetForm
        How the schema says that the cells are to be read.

    Returns
    -------
    cells : ndarray, shape (n_known,)
        float64 for regression (durations in seconds), else labels.
    positions : ndarray of int, shape (n_known,)

    Raises
    ------
    DatasetError
        If cells cannot be a target, or a quantity holds words that are no numbers.

    Examples
    --------
    >>> typed_target(["1,304", None, "7"], "regression")
    (array([1304.,    7.]), array([0, 2]))
    >>> typed_target([1, "a", None, "a"], "binary", "text")[0].tolist()
    ['1', 'a', 'a']
    """
    if form not in get_args(TargetForm):
        raise DatasetError(f"form must be one of {get_args(TargetForm)}, got {form!r}")
    series = as_series(values)
    cells, known = known_cells(series)
    if task_type == "regression":
        known = known & ~missing_words(cells)
        positions = np.flatnonzero(known)
        return quantity(cells[known], comma=form == "decimal_comma"), positions
    positions = np.flatnonzero(known)
    # Of labels that mix types, those of a fold may not: "1" stays a word there.
    kept = (series if form == "text" else cells)[known]
    return np.asarray(labels(kept, as_text=form == "text")), positions


def as_series(values: Any) -> pd.Series[Any]:
    """One-dimensional values of any library as a pandas series with a fresh index."""
    if isinstance(values, pd.Series):
        series: pd.Series[Any] = values
    elif hasattr(values, "to_pandas"):  # a frame or a column of another library
        found = values.to_pandas()
        return as_series(found if isinstance(found, pd.DataFrame) else pd.Series(found))
    elif isinstance(values, pd.DataFrame) or hasattr(values, "tocsr") or np.ndim(values) == 2:
        frame = as_frame(values)
        if frame.shape[1] != 1:
            raise DatasetError(
                f"y has {frame.shape[1]} columns; a task has one target, choose one of them"
            )
        series = frame.iloc[:, 0]
    elif isinstance(values, (str, bytes)) or np.ndim(values) == 0:
        raise DatasetError(f"y must be one value a row, got {values!r}")
    else:
        series = pd.Series(values)
    return series.reset_index(drop=True)


def known_cells(series: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Cells in plain numpy types, and which are known.

    Raises
    ------
    DatasetError
        If they are dates, complex numbers, or several values a row.
    """
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


def _known_objects(series: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    held = pd.api.types.infer_dtype(series, skipna=True)
    if held in ("integer", "floating", "decimal", "mixed-integer-float"):
        return known_cells(pd.Series(pd.to_numeric(series, errors="coerce")))
    if held in ("timedelta", "timedelta64"):
        return known_cells(pd.Series(pd.to_timedelta(series)))
    known = series.notna().to_numpy()
    types = {type(cell) for cell in series[known]} if held != "string" else set()
    if any(issubclass(one, (complex, np.complexfloating)) for one in types):
        raise DatasetError(_COMPLEX)
    for one in types:
        if issubclass(one, (list, dict, set, tuple, np.ndarray)):
            raise DatasetError(f"the target holds a {one.__name__} per row, not a value")
    if types and all(issubclass(one, datetime.date) for one in types):
        raise DatasetError(_DATES)
    blank = series.map(_is_gap)
    return series, known & ~blank.to_numpy(dtype=bool)


def _is_gap(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.strip() in _GAPS
    return isinstance(cell, float | np.floating) and not np.isfinite(cell)


def missing_words(cells: pd.Series[Any]) -> NDArray[np.bool_]:
    """Which cells of a quantity are words for missing: "NA" may be a class, but no number."""
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return np.zeros(len(cells), dtype=bool)
    codes, found = words(cells)
    infinite = [word.lower().lstrip("+-") in ("inf", "infinity") for word in found]
    return np.array([*infinite, True])[codes]


def quantity(kept: pd.Series[Any], *, comma: bool | None = None) -> NDArray[np.float64]:
    """Known cells as numbers, those stored as words too.

    Raises
    ------
    DatasetError
        If a word is no number; the message holds it.
    """
    if pd.api.types.is_numeric_dtype(kept.dtype):
        return kept.to_numpy(dtype="float64")
    codes, found = words(kept)
    numbers = np.append(numbers_in(found, comma=comma), np.nan)[codes]
    if np.isnan(numbers).any():
        bad = kept[np.isnan(numbers)].iloc[0]
        raise DatasetError(
            f"a regression target must hold numbers, found {bad!r}; "
            "for classes pass task_type='classification'"
        )
    return np.asarray(numbers)


def labels(kept: pd.Series[Any], *, as_text: bool) -> pd.Series[Any]:
    """Known cells as class labels in a type that sorts: as given, or turned into strings."""
    if as_text:
        return kept.map(_text).astype(object)
    if pd.api.types.is_bool_dtype(kept.dtype):
        return kept.astype(bool)
    if pd.api.types.is_integer_dtype(kept.dtype):
        return kept.astype("int64")
    if pd.api.types.is_numeric_dtype(kept.dtype):
        return kept.astype("float64")
    types = {type(cell) for cell in kept}
    if types <= {bool, np.bool_}:
        return kept.astype(bool)
    if types == {bytes}:
        return kept.map(_text).astype(object)
    return kept


def _text(cell: Any) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    # One missing cell turns integers into floats; 3.0 is the label 3.
    whole = isinstance(cell, float | np.floating) and float(cell).is_integer()
    return str(int(cell) if whole else cell)


def mixes_types(kept: pd.Series[Any]) -> list[str]:
    """Names of the types that known labels mix; none where they sort, as given or decoded."""
    if not pd.api.types.is_object_dtype(kept.dtype):
        return []
    types = {type(cell) for cell in kept}
    if len(types) == 1 or types <= {bool, np.bool_}:
        return []
    return sorted(one.__name__ for one in types)


def rows_of(value: Any, n_rows: int, positions: NDArray[np.intp]) -> Any:
    """Rows at `positions` of what has one entry a row, such as sample weights; else itself."""
    from sklearn.utils import _safe_indexing

    if isinstance(value, (str, dict)) or not (
        isinstance(value, Sized) or hasattr(value, "shape")
    ):
        return value
    shape = getattr(value, "shape", None)
    n = shape[0] if shape else len(value) if isinstance(value, Sized) else -1
    return _safe_indexing(value, positions) if n == n_rows else value
