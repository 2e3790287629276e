"""Filling the holes of a tasks × configurations table."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def soft_impute(table: Array, *, rank: int = 15, n_rounds: int = 15) -> Array:
    """Complete a table by iterated soft-thresholded SVD.

    Parameters
    ----------
    table : ndarray, shape (n_tasks, n_configs)
        NaN where not evaluated; rows standardised.
    rank : int
        Singular values kept; each is shrunk by the one after the last kept.
    n_rounds : int

    Returns
    -------
    ndarray, shape (n_tasks, n_configs)
        Known entries unchanged.

    References
    ----------
    .. [1] Mazumder, Hastie, Tibshirani. "Spectral Regularization Algorithms for
       Learning Large Incomplete Matrices." JMLR 11, 2010.

    Examples
    --------
    >>> rank_one = np.outer([1.0, 2.0, -1.0, 0.5], [1.0, -1.0, 2.0, 0.0, 3.0])
    >>> holes = rank_one.copy()
    >>> holes[0, 0] = np.nan
    >>> bool(abs(soft_impute(holes, rank=1, n_rounds=200)[0, 0] - 1.0) < 0.2)
    True
    """
    missing = ~np.isfinite(table)
    if not missing.any():
        return table.copy()
    observed = (~missing).sum(axis=0)
    # A column seen once or twice starts near the rows' own mean, zero.
    means = np.where(missing, 0.0, table).sum(axis=0) / (observed + 1.0)
    filled = np.where(missing, means, table)
    for _ in range(n_rounds):
        u, s, vt = np.linalg.svd(filled - means, full_matrices=False)
        kept = min(rank, len(s) - 1)
        shrunk = np.maximum(s[:kept] - s[kept], 0.0)
        low_rank = means + (u[:, :kept] * shrunk) @ vt[:kept]
        filled = np.where(missing, low_rank, table)
        means = filled.mean(axis=0)
    return filled
