"""What rows belong to, and when they are from: not features, but how scores must be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.errors import DatasetError
from warmstart.tables.frames import as_frame

_FEWEST_GROUPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLabels:
    """Group and time of each row, where they are known."""

    X: Any
    """The features without the column of groups: what is new has groups of its own."""

    groups: npt.NDArray[np.intp] | None = None
    """Number of each row's group, shape (n_rows,)."""

    times: npt.NDArray[np.float64] | None = None
    """Seconds or whatever the column counts, ascending with time, shape (n_rows,)."""


def read_row_labels(X: Any, groups: Any, time: Any, n_rows: int, notes: Notes) -> RowLabels:
    """Take the groups out of the features, and read the times.

    Parameters
    ----------
    X : table
    groups, time : str, int or array-like of shape (n_rows,), optional
        A column of `X` by name, or one value a row. Rows without a group are groups of
        their own; rows without a time are taken for the earliest.

    Raises
    ------
    DatasetError
        If there is no such column, the lengths differ, there are fewer than three groups,
        or times are neither dates nor numbers.
    """
    if groups is None and time is None:
        return RowLabels(X=X)
    frame = as_frame(X)
    numbers, times = None, None
    if time is not None:
        times = _times(_values(frame, time, "time", n_rows), notes)
    if groups is not None:
        numbers = _numbers(_values(frame, groups, "groups", n_rows))
        n_groups = len(np.unique(numbers))
        if n_groups < _FEWEST_GROUPS:
            raise DatasetError(
                f"groups= names {n_groups} group{'s' * (n_groups != 1)}; at least "
                f"{_FEWEST_GROUPS} are needed to hold some out in turn"
            )
        if _is_name(groups):
            frame = frame.drop(columns=[groups])
            X = frame
    return RowLabels(X=X, groups=numbers, times=times)


def _is_name(given: Any) -> bool:
    return isinstance(given, (str, int)) and not isinstance(given, bool)


def _values(frame: pd.DataFrame, given: Any, what: str, n_rows: int) -> pd.Series[Any]:
    if _is_name(given):
        if given not in frame.columns:
            known = ", ".join(map(repr, list(frame.columns)[:8]))
            raise DatasetError(f"{what}={given!r} is no column of the data; it has {known}")
        column: pd.Series[Any] = frame[given].reset_index(drop=True)
        return column
    values = pd.Series(np.asarray(given).ravel())
    if len(values) != n_rows:
        raise DatasetError(f"{what}= has {len(values)} values for {n_rows} rows")
    return values


def _numbers(values: pd.Series[Any]) -> npt.NDArray[np.intp]:
    codes = np.asarray(pd.factorize(values)[0], dtype=np.intp)
    missing = np.flatnonzero(codes < 0)
    codes[missing] = codes.max(initial=-1) + 1 + np.arange(len(missing))
    return codes


def _times(values: pd.Series[Any], notes: Notes) -> npt.NDArray[np.float64]:
    numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    if values.dtype.kind == "M" or numbers.notna().sum() < values.notna().sum():
        dates = pd.to_datetime(values, errors="coerce", utc=True, format="mixed")
        if dates.notna().sum() < values.notna().sum():
            [bad, *_] = values[dates.isna() & values.notna()]
            raise DatasetError(f"time= must hold dates or numbers, found {bad!r}")
        seconds = (dates - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
        numbers = seconds.astype("float64")
    if n_missing := int(numbers.isna().sum()):
        notes.say(f"{n_missing:,} rows without a time are taken for the earliest.")
    return np.asarray(numbers.fillna(-np.inf), dtype=np.float64)
