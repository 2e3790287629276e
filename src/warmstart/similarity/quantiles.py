"""Meta-features on one scale: each value becomes its quantile among the known tasks.

What other measures say of tasks stands beside meta-features as columns too, named by measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, np.dtype[np.float64]]

METAFEATURES = "metafeatures"
TITLE = "title"
"""Names and descriptions: what there is before there is data."""

SENTENCE = "sentence"
"""What names and descriptions mean."""

SIZE = "size"
"""Rows and classes, all that may be known of data that is not there yet."""

GROUPS = frozenset(
    {SIZE, TITLE, SENTENCE, "text", "gw_otdd", "dataset2vec", "dida", "task2vec"}
)
"""What columns may be of, other than meta-features."""

_MARK = ":"

_FEW = 8
"""Tasks up to which each is compared with all known values: quicker than to search them."""


@dataclass(frozen=True, slots=True)
class QuantileNormaliser:
    """Empirical distribution of every meta-feature over the training tasks."""

    names: tuple[str, ...]
    """Meta-features that vary among the tasks."""

    grid: Array
    """Sorted training values, shape (n_tasks, n_features)."""

    @classmethod
    def fit(cls, metafeatures: pd.DataFrame) -> QuantileNormaliser:
        """Learn from the training tasks, shape (n_tasks, n_features); constants are left out.

        Examples
        --------
        >>> known = pd.DataFrame({"rows": [10.0, 20.0, 30.0, 40.0], "flat": 1.0})
        >>> scale = QuantileNormaliser.fit(known)
        >>> scale.transform(pd.DataFrame({"rows": [5.0, 30.0, 99.0]})).ravel().tolist()
        [0.0, 0.625, 1.0]
        """
        metafeatures = metafeatures.dropna(axis=1, how="all")
        values = metafeatures.to_numpy(dtype="float64")
        # A value missing on some tasks takes their median: the middle of its own scale.
        values = np.where(np.isfinite(values), values, np.nanmedian(values, axis=0))
        varies = values.max(axis=0) > values.min(axis=0)
        names = tuple(
            str(n) for n, keep in zip(metafeatures.columns, varies, strict=True) if keep
        )
        return cls(names, np.sort(values[:, varies], axis=0))

    def transform(self, metafeatures: pd.DataFrame) -> Array:
        """Quantiles in [0, 1], shape (n_tasks, n_features); 0.5 where a value is missing."""
        values = self.values(metafeatures)
        quantiles = np.full(values.shape, 0.5)
        if len(values) <= _FEW:
            for row, one in enumerate(values):
                known = np.isfinite(one)
                grid = self.grid[:, known]
                # Ties count half below, half above.
                below_and_up_to = (grid < one[known]).sum(0) + (grid <= one[known]).sum(0)
                quantiles[row, known] = below_and_up_to / (2 * len(grid))
            return quantiles
        for k in range(values.shape[1]):
            known = np.isfinite(values[:, k])
            below = np.searchsorted(self.grid[:, k], values[known, k], side="left")
            up_to = np.searchsorted(self.grid[:, k], values[known, k], side="right")
            quantiles[known, k] = (below + up_to) / (2 * len(self.grid))
        return quantiles

    def values(self, metafeatures: pd.DataFrame) -> Array:
        """Meta-features in the order of :attr:`names`, NaN where there is none."""
        place = {str(name): k for k, name in enumerate(metafeatures.columns)}
        found = [(k, place[name]) for k, name in enumerate(self.names) if name in place]
        result = np.full((len(metafeatures), len(self.names)), np.nan)
        if found:
            ours, theirs = map(list, zip(*found, strict=True))
            result[:, ours] = metafeatures.iloc[:, theirs].to_numpy(dtype="float64")
        return result


def column_names(group: str, n: int) -> list[str]:
    """Names of a measure's coordinates.

    Examples
    --------
    >>> column_names("dida", 2)
    ['dida:0', 'dida:1']
    """
    return [f"{group}{_MARK}{k}" for k in range(n)]


def group_of(column: Any) -> str:
    """Which measure a column belongs to: its prefix, else the meta-features.

    Examples
    --------
    >>> group_of("dida:3"), group_of("NumberOfInstances")
    ('dida', 'metafeatures')
    """
    group, mark, _ = str(column).partition(_MARK)
    return group if mark and group in GROUPS else METAFEATURES


def columns_by(columns: Iterable[Any], by: Sequence[str]) -> list[Any]:
    """Columns of the groups named, group by group in that order."""
    grouped: dict[str, list[Any]] = {}
    for column in columns:
        grouped.setdefault(group_of(column), []).append(column)
    return [column for group in by for column in grouped.get(group, ())]


def groups_of(columns: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Number of each column's group, in the order in which groups come."""
    numbers: dict[str, int] = {}
    return np.array(
        [numbers.setdefault(group_of(column), len(numbers)) for column in columns],
        dtype=np.intp,
    )
