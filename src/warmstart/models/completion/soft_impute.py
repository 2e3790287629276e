"""Completing a table by what its rows have in common: iterated soft-thresholded SVD."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from warmstart.models.completion.sharing import WIDE

Array = np.ndarray[Any, np.dtype[np.float64]]


_SPARE = 8
"""Singular vectors followed besides those that count: the more, the faster they settle."""

_N_START = 4000
"""Columns that the singular vectors of a wide table are first looked for in."""

_ROWS = 64
"""Rows written at a time."""


def soft_impute(
    table: Array, *, rank: int = 15, n_rounds: int = 15, overwrite: bool = False
) -> Array:
    """Complete a table by iterated soft-thresholded SVD.

    Parameters
    ----------
    table : ndarray, shape (n_tasks, n_configs)
        NaN where not evaluated; rows standardised.
    rank : int
        Singular values kept; each is shrunk by the one after the last kept.
    n_rounds : int
    overwrite : bool
        Whether a wide table in single precision may be filled where it stands.

    Returns
    -------
    ndarray, shape (n_tasks, n_configs)
        Known entries unchanged.

    Notes
    -----
    From :data:`WIDE` columns on the singular vectors of the round before are improved by
    one step of orthogonal iteration instead of looked for anew, see [2]_: what is filled
    in settles over the rounds anyway.

    References
    ----------
    .. [1] Mazumder, Hastie, Tibshirani. "Spectral Regularization Algorithms for
       Learning Large Incomplete Matrices." JMLR 11, 2010.
    .. [2] Hastie, Mazumder, Lee, Zadeh. "Matrix Completion and Low-Rank SVD via Fast
       Alternating Least Squares." JMLR 16, 2015.

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
        return table if overwrite else table.copy()
    kept = min(rank, min(table.shape) - 1)
    if table.shape[1] < WIDE:
        return _fill(table, missing, kept, n_rounds)
    if table.dtype == np.float32 and overwrite:
        return _fill_wide(table, missing, kept, n_rounds)
    filled = _fill_wide(table.astype(np.float32), missing, kept, n_rounds)
    result: Array = np.where(missing, filled, table)
    return result


def _fill(table: Array, missing: npt.NDArray[np.bool_], kept: int, n_rounds: int) -> Array:
    means = _start(table, missing)
    filled = np.where(missing, means, table)
    for _ in range(n_rounds):
        filled -= means
        u, s, vt = truncated_svd(filled, kept + 1)
        shrunk = np.maximum(s[:kept] - s[kept], 0.0)
        low_rank = (u[:, :kept] * shrunk) @ vt[:kept]
        low_rank += means
        filled = np.where(missing, low_rank, table)
        means = filled.mean(axis=0)
    return filled


def _start(table: Array, missing: npt.NDArray[np.bool_]) -> Array:
    """Means of the columns; one seen once or twice is near the rows' own mean, zero."""
    total = np.sum(table, axis=0, where=~missing, initial=0.0)
    result: Array = (total / ((~missing).sum(axis=0) + 1.0)).astype(table.dtype)
    return result


def _fill_wide(
    filled: Array, missing: npt.NDArray[np.bool_], kept: int, n_rounds: int
) -> Array:
    """Fill a table in place; its centred copy and its Gram matrix are never formed."""
    n_tasks, n_configs = filled.shape
    means = _start(filled, missing)
    np.copyto(filled, means, where=missing)
    some = slice(None, None, max(1, n_configs // _N_START))
    n_followed = min(kept + 1 + _SPARE, n_tasks, n_configs)
    u, _, _ = truncated_svd(filled[:, some] - means[some], n_followed)
    equally = np.full(n_tasks, 1 / n_tasks, dtype=filled.dtype)
    for _ in range(n_rounds):
        along = u.T @ filled - np.outer(u.sum(axis=0), means)
        near, _ = np.linalg.qr(filled @ along.T - along @ means)
        along = near.T @ filled - np.outer(near.sum(axis=0), means)
        squares, turn = np.linalg.eigh(along @ along.T)
        s, turn = np.sqrt(np.maximum(squares[::-1], 0.0)), turn[:, ::-1]
        u = near @ turn
        # Of s vᵀ the share left by the threshold, nothing where there is nothing.
        left = np.maximum(s[:kept] - s[kept], 0.0) / np.maximum(s[:kept], 1e-30)
        low_rank = (turn[:, :kept] * left).T @ along
        for start in range(0, n_tasks, _ROWS):
            rows = slice(start, start + _ROWS)
            np.copyto(filled[rows], u[rows, :kept] @ low_rank + means, where=missing[rows])
        means = equally @ filled
    return filled


def truncated_svd(table: Array, n_kept: int) -> tuple[Array, Array, Array]:
    """Leading singular vectors and values, by the eigenvectors of the smaller Gram matrix.

    A table is far wider than it is long, or the other way round, so this costs a tenth of
    a full decomposition. Values below about 1e-7 of the largest are lost in rounding.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        No cell is missing.
    n_kept : int
        Components at most.

    Returns
    -------
    u : ndarray, shape (n_rows, n_kept)
    s : ndarray, shape (n_kept,)
        Descending.
    vt : ndarray, shape (n_kept, n_columns)
        Rows of values lost in rounding are zero.

    Examples
    --------
    >>> u, s, vt = truncated_svd(np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]]), 1)
    >>> s.round(6).tolist(), abs(u @ vt).round(6).tolist()
    ([3.0], [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    """
    wide = table.shape[0] <= table.shape[1]
    gram = table @ table.T if wide else table.T @ table
    last = len(gram) - 1
    values, vectors = eigh(
        gram, subset_by_index=(last - n_kept + 1, last), overwrite_a=True, check_finite=False
    )
    s = np.sqrt(np.maximum(values[::-1], 0.0))
    near = vectors[:, ::-1]
    # Dividing by a value of pure rounding would make a vector of it.
    least = 8 * np.sqrt(np.finfo(s.dtype).eps) * s.max(initial=0.0)
    safe = np.where(s > least, s, np.inf).astype(s.dtype)
    if wide:
        return near, s, (near / safe).T @ table
    return table @ (near / safe), s, near.T
