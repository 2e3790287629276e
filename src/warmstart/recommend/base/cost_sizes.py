"""Sizes that a fit's seconds depend on, and what of the seconds rows do not add to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, np.dtype[np.float64]]

_SIZES = ("NumberOfInstances", "NumberOfFeatures", "NumberOfClasses")
_CATEGORICAL = "NumberOfCategoricalFeatures"

RIDGE = 1.0
"""Holds slopes back that few timings say something of."""

FIXED_AT = 2000 * 2 / 3
"""Rows at which shares are told: those of a fold of most known tables."""

_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def fixed_share(sizes: Array, logs: Array, others: Array, growth: float) -> float:
    """Share of a learner's seconds at `FIXED_AT` rows that rows do not add to.

    That by which an overhead and a growth explain its timings best, other sizes allowed for.

    Parameters
    ----------
    sizes : ndarray, shape (n_tasks, n_sizes)
        The first is the logarithm of the rows.
    logs : ndarray, shape (n_tasks, n_configs)
        Of seconds; NaN where not timed.
    others : ndarray, shape (n_tasks, n_sizes - 1)
        Centred; zero where unknown.
    growth : float
    """
    known = np.isfinite(logs) & np.isfinite(sizes[:, :1])
    rows, columns = np.nonzero(known)
    if not len(rows):
        return 0.0
    counts = np.maximum(known.sum(axis=0), 1)

    def about(values: Array) -> Array:
        """Of each timing, less the mean of its configuration's."""
        middles = np.stack([np.bincount(columns, v, logs.shape[1]) for v in values.T], axis=1)
        return np.asarray(values - (middles / counts[:, None])[columns])

    x = about(others[rows])
    gram = x.T @ x + RIDGE * np.eye(x.shape[1])
    left = []
    for share in _SHARES:
        rise = np.log(
            share + (1 - share) * np.exp(growth * (sizes[rows, 0] - np.log(FIXED_AT)))
        )
        y = about((logs[rows, columns] - rise)[:, None])[:, 0]
        left.append(float(np.mean((y - x @ np.linalg.solve(gram, x.T @ y)) ** 2)))
    return _SHARES[int(np.argmin(left))]


def log_sizes(
    metafeatures: pd.DataFrame | None, n_tasks: int, max_rows: float | Array
) -> Array:
    """Logarithms of rows, columns and classes, and whether any column is categorical.

    Shape (n_tasks, 4); NaN where unknown. To encode categories takes longer than many a small
    fit.
    """
    if metafeatures is None:
        return np.full((n_tasks, len(_SIZES) + 1), np.nan)
    wanted = [*_SIZES, _CATEGORICAL]
    sizes = metafeatures.reindex(columns=wanted).to_numpy(dtype="float64", copy=True)
    sizes[:, 0] = np.minimum(sizes[:, 0], max_rows)
    sizes[:, :-1] = np.log(np.maximum(sizes[:, :-1], 1.0))
    sizes[:, -1] = np.where(np.isnan(sizes[:, -1]), np.nan, sizes[:, -1] > 0)
    return sizes


def means(sizes: Array) -> Array:
    known = ~np.isnan(sizes)
    total: Array = np.where(known, sizes, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(known.sum(axis=0), 1))
