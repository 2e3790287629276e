"""Kinds of columns that hold numbers, whole blocks at a time: there may be 10,000."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.datasets.notes import Notes
from warmstart.domain import ColumnKind
from warmstart.tables.cells import LARGEST, dense

_CHUNK_CELLS = 1_000_000
_MIN_KEYED_ROWS = 10
"""In fewer rows any column may be unique by chance."""

_MIN_COUNTED_ROWS = 30
_MIN_DENSITY = 0.02
"""Sorted integers fill at least this share of their range if they count; amounts do not."""

_ID_NAME = re.compile(
    r"(?:^|[^a-z])(?:id|ids|uuid|guid|index|idx|rowid|row_?names?|row_?num(?:ber)?|serial)"
    r"(?:$|[^a-z])|^unnamed: 0$",
    re.IGNORECASE,
)
_ID_CAMEL = re.compile(r"[a-z](?:Id|ID)$")
_TIME_NAME = re.compile(
    r"year|date|time|day|month|week|hour|minute|second|stamp|age", re.IGNORECASE
)


def is_number_like(dtype: Any) -> bool:
    """Whether cells of a dtype are numbers or truth values without looking at them."""
    return pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype)


def cells(n: int) -> str:
    """So many cells, in words."""
    return "1 cell" if n == 1 else f"{n:,} cells"


def number_kinds(
    frame: pd.DataFrame, positions: list[int], notes: Notes
) -> dict[str | int, ColumnKind]:
    """Kinds of the columns at `positions`, all of them numbers or truth values.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, np.inf], "b": [1, 2], "c": [True, False]})
    >>> number_kinds(frame, [0, 1, 2], Notes())
    {'a': 'constant', 'b': 'numeric', 'c': 'boolean'}
    """
    found: dict[str | int, ColumnKind] = {}
    names, dtypes = list(frame.columns), list(frame.dtypes)
    step = max(1, _CHUNK_CELLS // max(1, len(frame)))
    for start in range(0, len(positions), step):
        chunk = positions[start : start + step]
        block = _block(frame, chunk)
        infinite = np.isinf(block)
        n_infinite = infinite.sum(axis=0)
        if n_infinite.any():
            block = np.where(infinite, np.nan, block)
        n_known = len(block) - np.isnan(block).sum(axis=0)
        low = np.fmin.reduce(block, axis=0, initial=np.inf)
        high = np.fmax.reduce(block, axis=0, initial=-np.inf)
        for i, position in enumerate(chunk):
            name, dtype = names[position], dtypes[position]
            if n_infinite[i]:
                notes.column(name, "Infinite values read as missing", cells(n_infinite[i]))
            if max(-low[i], high[i]) > LARGEST:
                notes.column(name, f"Numbers beyond {LARGEST:g} read as that")
            if low[i] >= high[i]:
                found[name] = _equal_floats(frame.iloc[:, position])
            elif pd.api.types.is_bool_dtype(dtype):
                found[name] = "boolean"
            elif pd.api.types.is_integer_dtype(dtype) and n_known[i] == len(block):
                found[name] = integer_kind(name, block[:, i])
            else:
                found[name] = "numeric"
    return found


def _equal_floats(column: pd.Series[Any]) -> ColumnKind:
    """Kind of a column whose numbers are one and the same as floats.

    Whole numbers beyond 2^53 may differ all the same, as keys of databases do.

    Examples
    --------
    >>> _equal_floats(pd.Series([2**60, 2**60 + 1])), _equal_floats(pd.Series([1, 1]))
    ('identifier', 'constant')
    """
    if not pd.api.types.is_integer_dtype(column.dtype) or column.nunique() < 2:
        return "constant"
    return "identifier" if column.is_unique else "categorical"


def _block(frame: pd.DataFrame, positions: list[int]) -> NDArray[np.float64]:
    part = frame.iloc[:, positions]
    if all(isinstance(dtype, np.dtype) for dtype in part.dtypes):
        return part.to_numpy(dtype="float64")
    columns = [
        dense(part.iloc[:, i]).to_numpy(dtype="float64", na_value=np.nan)
        for i in range(part.shape[1])
    ]
    return np.column_stack(columns)


def integer_kind(name: str | int, values: NDArray[np.float64]) -> ColumnKind:
    """Identifier where integers only count rows or are named as keys are, else numeric.

    Parameters
    ----------
    name : str or int
        An integer, where the data has no names, says nothing.
    values : ndarray, shape (n_rows,)
        Whole numbers, none missing.

    Examples
    --------
    >>> integer_kind("no", np.arange(100.0)), integer_kind("year", np.arange(1900.0, 2000))
    ('identifier', 'numeric')
    """
    n_rows = len(values)
    span = values.max() - values.min() if n_rows else 0
    # Unique integers span at least as many numbers as there are rows.
    if n_rows < _MIN_KEYED_ROWS or span < n_rows - 1:
        return "numeric"
    if isinstance(name, str) and is_id_name(name):
        return "identifier" if pd.Series(values).is_unique else "numeric"
    if n_rows < _MIN_COUNTED_ROWS or n_rows < _MIN_DENSITY * span:
        return "numeric"
    steps = np.diff(values)
    if isinstance(name, int):
        return "identifier" if (steps == 1).all() else "numeric"
    if _TIME_NAME.search(name):
        return "numeric"
    if (steps > 0).all() or (steps < 0).all():
        return "identifier"
    consecutive = span == n_rows - 1 and pd.Series(values).is_unique
    return "identifier" if consecutive else "numeric"


def is_id_name(name: str) -> bool:
    """Whether a column is called as row numbers and keys are.

    Examples
    --------
    >>> [is_id_name(name) for name in ("id", "customer_id", "PassengerId", "width", "idle")]
    [True, True, True, False, False]
    """
    return bool(_ID_NAME.search(name) or _ID_CAMEL.search(name))
