"""Numeric columns sorted once, and what is read off their order; missing cells left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats


@dataclass(frozen=True, slots=True)
class Ordered:
    """Numeric columns, each in ascending order, missing cells last."""

    values: Floats
    """shape (n_rows, n_columns); infinite where missing."""

    known: npt.NDArray[np.bool_]
    """shape (n_rows, n_columns)"""

    n: Floats
    """shape (n_columns,); cells that are not missing, at least one."""


def ordered(prepared: Prepared) -> Ordered:
    """Numeric columns that have a cell, sorted once for all that needs their order."""
    numbers = prepared.numeric
    values = np.sort(np.where(np.isfinite(numbers), numbers, np.inf), axis=0)
    known = np.isfinite(values)
    n = known.sum(axis=0)
    some = n > 0
    return Ordered(values[:, some], known[:, some], n[some].astype(np.float64))


def quantile(columns: Ordered, q: float) -> Floats:
    """Of each column, interpolated linearly."""
    place = q * (columns.n - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, columns.n.astype(np.int64) - 1)
    every = np.arange(len(columns.n))
    below, above = columns.values[low, every], columns.values[high, every]
    found: Floats = below + (place - low) * (above - below)
    return found


def total(columns: Ordered, values: Floats) -> Floats:
    found: Floats = np.where(columns.known, values, 0.0).sum(axis=0)
    return found


def mean(prepared: Prepared) -> Floats:
    """Of each column."""
    columns = prepared.once(ordered)
    found: Floats = total(columns, columns.values) / columns.n
    return found


def variance(prepared: Prepared) -> Floats:
    """Of each column, over one row less than there are."""
    columns = prepared.once(ordered)
    squares = total(columns, (columns.values - prepared.once(mean)) ** 2)
    return np.where(columns.n > 1, squares / np.maximum(columns.n - 1, 1), np.nan)


def median(prepared: Prepared) -> Floats:
    """Of each column."""
    return quantile(prepared.once(ordered), 0.5)


def minimum(prepared: Prepared) -> Floats:
    found: Floats = prepared.once(ordered).values[0]
    return found


def maximum(prepared: Prepared) -> Floats:
    return quantile(prepared.once(ordered), 1.0)


def quartiles(prepared: Prepared) -> tuple[Floats, Floats]:
    """First and third, of each column."""
    columns = prepared.once(ordered)
    return quantile(columns, 0.25), quantile(columns, 0.75)


def interquartile(prepared: Prepared) -> Floats:
    low, high = prepared.once(quartiles)
    found: Floats = high - low
    return found


def deviation(prepared: Prepared) -> Floats:
    """Median absolute deviation from the median, scaled to a normal's standard deviation."""
    columns = prepared.once(ordered)
    gaps = np.where(columns.known, np.abs(columns.values - prepared.once(median)), np.inf)
    return 1.4826 * quantile(Ordered(np.sort(gaps, axis=0), columns.known, columns.n), 0.5)


def trimmed_mean(prepared: Prepared) -> Floats:
    """Without the lowest and the highest fifth."""
    columns = prepared.once(ordered)
    cut = np.floor(0.2 * columns.n)
    place = np.arange(len(columns.values))[:, None]
    kept = (place >= cut) & (place < columns.n - cut)
    found: Floats = np.where(kept, columns.values, 0.0).sum(axis=0) / kept.sum(axis=0)
    return found
