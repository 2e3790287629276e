"""Cells as 64-bit hashes that no order, name, machine or version of Python changes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.tables.cells import words

Tokens: TypeAlias = NDArray[np.uint64]

_CHUNK_CELLS = 1 << 15  # the scratch arrays of a chunk stay in cache
_LARGEST = 2**64 - 1
_MISSING = np.uint64(0x9E3779B97F4A7C15)
_DATE = np.uint64(0xD6E8FEB86659FD93)
_N_KEPT = 64
"""Columns of words whose keys are kept for a second use."""


def mixed(keys: Tokens) -> Tokens:
    """SplitMix64's finaliser: equal keys stay equal, others scatter."""
    z = keys ^ (keys >> np.uint64(30))
    spare = np.empty_like(z)
    for factor, shift in ((0xBF58476D1CE4E5B9, 27), (0x94D049BB133111EB, 31)):
        z *= np.uint64(factor)
        z ^= np.right_shift(z, np.uint64(shift), out=spare)
    return z


def _decimal_tables() -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """For each exponent field of a float64: a decimal exponent, the next power of ten.

    And for each decimal exponent, the factor that leaves six digits before the point. All
    from decimal literals, so that no libm can round them its own way.
    """
    low = np.array([math.floor((e - 1023) * 0.30102999566398120) for e in range(2048)])
    # Nothing real is below 1e-290 or above 1e300; such numbers count as zero.
    real = (low >= -290) & (low <= 300)
    low[~real] = 301
    upper = np.array([float(f"1e{e + 1}") if e < 301 else math.inf for e in low])
    factors = [float(f"1e{5 - e}") for e in range(-290, 301)] + [0.0, 0.0]
    return low + 290, upper, np.array(factors)


_LOW, _UPPER, _FACTOR = _decimal_tables()


def number_keys(values: NDArray[np.float64]) -> Tokens:
    """Numbers to six significant digits as (mantissa, exponent); the same on any machine."""
    missing = ~np.isfinite(values)
    if missing.any():
        values = np.where(missing, 0.0, values)
    field = (values.view(np.int64) >> 52) & 0x7FF
    exponent = _LOW[field]
    exponent += np.abs(values) >= _UPPER[field]
    mantissa = np.rint(values * _FACTOR[exponent])
    over = np.abs(mantissa) >= 1e6
    if over.any():  # 999999.7 is 1.00000e6
        mantissa[over] /= 10
        exponent[over] += 1
    keys: Tokens = (mantissa * 2048 + exponent).astype(np.int64).view(np.uint64)
    keys[missing] = _MISSING
    return keys


def word_keys(values: pd.Series[Any]) -> tuple[NDArray[np.int32], Tokens]:
    """Keys of a column's distinct words, the last one that of a gap; and each cell's place."""
    codes, found = words(values)
    try:
        keys = pd.util.hash_array(found, categorize=False)
    except UnicodeEncodeError:  # half a character, from a file read with the wrong encoding
        plain = [word.encode("utf-8", "backslashreplace").decode() for word in found]
        keys = pd.util.hash_array(np.array(plain, dtype=object), categorize=False)
    # "3" in a categorical column is the 3 of a numeric one.
    read = np.array(pd.to_numeric(pd.Series(found, dtype=object), errors="coerce"), dtype=float)
    number = np.isfinite(read)
    keys[number] = number_keys(read[number])
    return codes.astype(np.int32), np.append(keys, _MISSING)


def _date_keys(values: pd.Series[Any]) -> Tokens:
    times = pd.DatetimeIndex(values).as_unit("us")
    keys: Tokens = times.asi8.view(np.uint64) ^ _DATE
    keys[times.isna()] = _MISSING
    return keys


@dataclass(slots=True)
class HashedColumn:
    """What orders columns by their cells alone."""

    position: int

    smallest: int = _LARGEST
    """Smallest cell hash, missing cells aside."""

    total: int = 0
    """Sum of all cell hashes, to tell columns of the same levels apart."""

    def add(self, low: int, total: int) -> None:
        """Take in more rows."""
        self.smallest = min(self.smallest, low)
        self.total = (self.total + total) & _LARGEST


class HashedTable:
    """The cells of a table and its target, hashed.

    Parameters
    ----------
    X : pandas.DataFrame, shape (n_rows, n_columns)
    y : pandas.Series, shape (n_rows,), optional
        One column more.

    Attributes
    ----------
    row_sums : ndarray of uint64, shape (n_rows,)
        Sum of each row's cell hashes.
    columns : list of HashedColumn
        Ordered by their smallest hash; ties fall to their sums.
    """

    def __init__(self, X: pd.DataFrame, y: pd.Series[Any] | None) -> None:
        self._X, self._y = X, y
        self._words: dict[int, tuple[NDArray[np.int32], Tokens]] = {}
        n_rows = len(X)
        self.row_sums: Tokens = np.zeros(n_rows, dtype=np.uint64)
        self.columns = [HashedColumn(i) for i in range(X.shape[1] + (y is not None))]
        if n_rows == 0:
            return
        floats = [i for i, dtype in enumerate(X.dtypes) if dtype == np.float64]
        step = max(1, _CHUNK_CELLS // n_rows)
        for start in range(0, len(floats), step):
            chunk = floats[start : start + step]
            block = X.iloc[:, chunk].to_numpy().T
            for row in range(0, n_rows, _CHUNK_CELLS):
                part = np.ascontiguousarray(block[:, row : row + _CHUNK_CELLS])
                self._take_in(number_keys(part), row, chunk)
        for i in sorted(set(range(len(self.columns))) - set(floats)):
            self._take_in(self.keys(self.columns[i])[None, :], 0, [i])
        self.columns.sort(key=lambda column: (column.smallest, column.total))

    def _take_in(self, keys: Tokens, first_row: int, positions: list[int]) -> None:
        hashes = mixed(keys)
        rows = slice(first_row, first_row + keys.shape[1])
        self.row_sums[rows] += hashes.sum(axis=0, dtype=np.uint64)
        totals = hashes.sum(axis=1, dtype=np.uint64).tolist()
        hashes[keys == _MISSING] = _LARGEST
        lows = hashes.min(axis=1).tolist()
        for position, low, total in zip(positions, lows, totals, strict=True):
            self.columns[position].add(low, total)

    def keys(self, column: HashedColumn) -> Tokens:
        """Keys of a column's cells, to be mixed; shape (n_rows,)."""
        i = column.position
        if i in self._words:
            codes, distinct = self._words[i]
            return distinct[codes]
        values: pd.Series[Any]
        values = (
            self._y if self._y is not None and i == self._X.shape[1] else self._X.iloc[:, i]
        )
        dtype = values.dtype
        if pd.api.types.is_datetime64_any_dtype(dtype):
            return _date_keys(values)
        if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype):
            return number_keys(np.array(values, dtype="float64"))
        codes, distinct = word_keys(values)
        if len(self._words) < _N_KEPT:
            self._words[i] = codes, distinct
        return distinct[codes]
