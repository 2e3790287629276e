"""Cells of one column as its kind says: numbers, truth values, dates, words."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.domain import ColumnKind
from warmstart.tables.dates import dates_in, day_first_in
from warmstart.tables.written_numbers import Words, numbers_in

MISSING_WORDS = frozenset(
    ["", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NaT", "null", "NULL", "None"]
)
"""Words that stand for a missing cell, in files and in frames turned to strings."""

LARGEST = 1e37
"""Larger numbers are read as this: trees and boosters hold them in 32 bits, up to 3.4e38."""

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "1.0"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "0.0"})

Codes: TypeAlias = NDArray[np.intp]
"""For each cell the position of its word, -1 where missing."""


def typed_column(
    values: pd.Series[Any],
    kind: ColumnKind,
    *,
    day_first: bool | None = None,
    comma: bool | None = None,
) -> pd.Series[Any]:
    """Cells of one column as its kind says; what does not fit becomes missing.

    Parameters
    ----------
    values : pandas.Series, shape (n_rows,)
        Cells of any type.
    kind : ColumnKind
        numeric and boolean give float64 with infinities missing (a duration counts in
        seconds), date gives datetime64 in UTC, categorical and text give object
        strings with None for missing.
    day_first : bool, optional
        Whether dates are written day before month; by default the cells decide.
    comma : bool, optional
        Whether decimals follow a comma; by default the cells decide.

    Returns
    -------
    pandas.Series, shape (n_rows,)

    Examples
    --------
    >>> typed_column(pd.Series(["1", "two", "$3,000"]), "numeric").tolist()
    [1.0, nan, 3000.0]
    >>> typed_column(pd.Series(["yes", "no", None]), "boolean").tolist()
    [1.0, 0.0, nan]
    >>> typed_column(pd.Series([3.0, None]), "categorical").tolist()
    ['3', None]
    """
    cells = typed_cells(values, kind, day_first, comma)
    dtype = object if kind in ("categorical", "text") else None
    return pd.Series(cells, index=values.index, name=values.name, dtype=dtype)


def typed_cells(
    values: pd.Series[Any],
    kind: ColumnKind,
    day_first: bool | None = None,
    comma: bool | None = None,
) -> Any:
    """:func:`typed_column` as a bare array: a table may have 10,000 columns."""
    if kind == "numeric":
        return numbers(values, comma)
    if kind == "boolean":
        return _truth(values)
    if kind == "date":
        return _dates(values, day_first)
    codes, found = words(values)
    return np.append(found, [None])[codes]


def words(values: pd.Series[Any]) -> tuple[Codes, Words]:
    """Distinct words of a column, and where each cell's is.

    3, 3.0 and "3" are the same word: one missing cell turns integers into floats.

    Returns
    -------
    codes : ndarray of int, shape (n_rows,)
    words : ndarray of str, shape (n_words,)

    Examples
    --------
    >>> codes, found = words(pd.Series(["b", " a", "a ", "?", None]))
    >>> codes.tolist(), found.tolist()
    ([0, 1, 1, -1, -1], ['b', 'a'])
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes: Codes = np.asarray(values.cat.codes, dtype=np.intp)
        distinct: Any = values.cat.categories
        used = np.zeros(len(distinct) + 1, dtype=bool)
        used[codes] = True
        given = [_word(cell) if used[i] else "" for i, cell in enumerate(distinct)]
    else:
        is_plain = isinstance(values.dtype, np.dtype)
        cells = np.asarray(values.array, dtype=None if is_plain else object)
        try:
            codes, distinct = pd.factorize(cells)
        except (TypeError, ValueError):  # unhashable cells such as lists
            codes, distinct = pd.factorize(_as_text(cells))
        given = [_word(cell) for cell in distinct]
    # Cells that differ only by blanks or by type meet here; gaps and unused levels go.
    position = dict.fromkeys(given)
    for gap in MISSING_WORDS.intersection(position):
        del position[gap]
    found = np.array([*position, None], dtype=object)[:-1]
    if len(position) == len(given):
        return codes, found
    position |= zip(position, range(len(position)), strict=True)
    moved = [position.get(word, -1) for word in given]
    return np.array([*moved, -1], dtype=np.intp)[codes], found


def _as_text(cells: Any) -> Words:
    pairs = zip(cells, pd.isna(cells), strict=True)
    return np.array([None if gap else str(cell) for cell, gap in pairs], dtype=object)


def _word(cell: Any) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace").strip()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def dense(values: pd.Series[Any]) -> pd.Series[Any]:
    """The same column without sparse storage."""
    if not isinstance(values.dtype, pd.SparseDtype):
        return values
    return pd.Series(np.asarray(values), index=values.index, name=values.name)


def numbers(values: pd.Series[Any], comma: bool | None = None) -> NDArray[np.float64]:
    """Cells as float64; what is not a finite number becomes NaN, see also :data:`LARGEST`.

    Words are read as :func:`warmstart.tables.written_numbers.numbers_in` does.

    Examples
    --------
    >>> numbers(pd.Series(["1.5", "12 %", "n/a", float("inf")])).tolist()
    [1.5, 12.0, nan, nan]
    """
    values = dense(values)
    dtype = values.dtype
    if pd.api.types.is_timedelta64_dtype(dtype):
        found = values.dt.total_seconds().to_numpy(dtype="float64")
    elif pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype):
        if isinstance(dtype, np.dtype):
            found = values.to_numpy(dtype="float64")
        else:
            found = values.to_numpy(dtype="float64", na_value=np.nan)
    elif pd.api.types.is_datetime64_any_dtype(dtype):
        found = np.full(len(values), np.nan)
    else:
        codes, distinct = words(values)
        found = np.append(numbers_in(distinct, comma=comma), np.nan)[codes]
    return bounded(found)


def bounded(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Infinities as NaN, and nothing larger than :data:`LARGEST`; a copy where it must be.

    Examples
    --------
    >>> bounded(np.array([1.0, -np.inf, -1e300])).tolist()
    [1.0, nan, -1e+37]
    """
    if not np.fmax.reduce(np.abs(found), axis=None, initial=0.0) > LARGEST:
        return found
    return np.clip(np.where(np.isinf(found), np.nan, found), -LARGEST, LARGEST)


def _truth(values: pd.Series[Any]) -> NDArray[np.float64]:
    if pd.api.types.is_bool_dtype(values.dtype) or pd.api.types.is_numeric_dtype(values.dtype):
        return numbers(values)
    codes, found = words(values)
    read = [
        1.0 if w in TRUE_WORDS else 0.0 if w in FALSE_WORDS else np.nan for w in _lower(found)
    ]
    return np.array([*read, np.nan])[codes]


def _lower(found: Words) -> list[str]:
    return [word.lower() for word in found]


def _dates(values: pd.Series[Any], first: bool | None) -> Any:
    if isinstance(values.dtype, pd.PeriodDtype):
        values = values.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return pd.DatetimeIndex(pd.to_datetime(values, utc=True)).as_unit("us")
    codes, found = words(values)
    read = dates_in(found, day_first_in(found) if first is None else first)
    return read.append(pd.DatetimeIndex([None]).tz_localize("UTC").as_unit("us"))[codes]


def day_first(values: pd.Series[Any]) -> bool:
    """Whether dates in a column are written day before month.

    Examples
    --------
    >>> day_first(pd.Series(["03/04/2020", "25/12/2020"]))
    True
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype) or isinstance(
        values.dtype, pd.PeriodDtype
    ):
        return False
    return day_first_in(words(values)[1])
