"""Dates in cells: which words are dates, and whether the day comes first."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pandas as pd

from warmstart.tables.written_numbers import Words


def dates_in(found: Words, first: bool) -> pd.DatetimeIndex:
    """Words as UTC times, NaT where a word is none; `first`: day before month."""
    cells = pd.Series(found, dtype=object)
    read: pd.Series[Any] = pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
    read = read.dt.as_unit("us")
    left = read.isna()
    if left.any():
        with warnings.catch_warnings():
            # pandas warns when a word contradicts `first`; the other order is right then.
            warnings.simplefilter("ignore", UserWarning)
            guess = pd.tseries.api.guess_datetime_format(cells[left].iloc[0], dayfirst=first)
            for one in dict.fromkeys([guess or "mixed", "mixed"]):
                rest = pd.to_datetime(
                    cells[left], format=one, dayfirst=first, errors="coerce", utc=True
                )
                read = read.fillna(rest.dt.as_unit("us"))
                left = read.isna()
                if not left.any():
                    break
    return pd.DatetimeIndex(read)


_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}\b")


def day_first_in(found: Words) -> bool:
    """:func:`day_first` of distinct words."""
    pairs = [match.groups() for word in found if (match := _SLASHED.match(word))]
    first = sum(int(a) > 12 for a, _ in pairs)
    second = sum(int(b) > 12 for _, b in pairs)
    if first == second == 0:  # 03.04.2020: dots are written where days come first
        return any("." in word[:3] for word in found[:100])
    return first > second
