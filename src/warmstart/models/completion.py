"""Filling the holes of a tasks × configurations table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from warmstart.errors import MetaDatasetError
from warmstart.models.posterior import Factor
from warmstart.models.shared_gp import LowRank
from warmstart.models.sparse_prior import fill_sparse, is_sparse
from warmstart.models.transfer_gp import encode, is_unaligned, transfer

if TYPE_CHECKING:
    from warmstart.metadataset.table import ScoreTable
    from warmstart.models.shared_gp import SharedKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

_WIDE = 2000
"""Columns from which on holes are filled in single precision: half the time and memory."""

Completion = Literal["auto", "svd", "prior", "gp"]
_N_INDUCING = 100

COMPLETIONS: tuple[str, ...] = ("auto", "svd", "prior", "gp")
"""By what the configurations not tried are filled in; see :func:`complete`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Standardised responses of all tasks on all candidates."""

    responses: Array
    """Shape (n_tasks, n_candidates); each task about its level, in units of its scale."""

    levels: Array
    scales: Array
    """Mean and standard deviation of each task's response, shape (n_tasks,)."""

    left: Factor
    """Covariance that filling in leaves, mean over the tasks."""

    kernel: SharedKernel | None = None
    """Of the processes that filled in, where there is one a task."""


def choose_completion(table: ScoreTable) -> Completion:
    """How the default model completes `table`.

    "gp" where tasks share few configurations, "prior" where less than a quarter is known;
    both need configurations that say what they are made of. Otherwise "svd".
    """
    unaligned = is_unaligned(table.scores)
    if not (unaligned or is_sparse(table)) or encode(table) is None:
        return "svd"
    return "gp" if unaligned else "prior"


def complete(
    response: Array,
    table: ScoreTable,
    columns: npt.NDArray[np.intp] | None = None,
    *,
    how: Completion = "auto",
    kernel: SharedKernel | None = None,
    random_state: int = 0,
) -> Completed:
    """Standardise each task and fill in what it did not try.

    Parameters
    ----------
    response : ndarray, shape (n_tasks, n_configs)
        NaN where not evaluated.
    table : ScoreTable
        Where the responses come from.
    columns : ndarray of int, optional
        Candidates to complete; what was learnt of other configurations still counts
        where `how` is "gp".
    how : {"auto", "svd", "prior", "gp"}
        "svd" by what tasks share, see :func:`soft_impute`; "prior" by that and what
        configurations are made of, see :func:`warmstart.models.sparse_prior.fill_sparse`;
        "gp" by a process a task over the latter, see
        :func:`warmstart.models.transfer_gp.transfer`; "auto" see
        :func:`choose_completion`.
    kernel : SharedKernel, optional
        Learnt before, for "gp".

    Raises
    ------
    MetaDatasetError
        If `how` is "prior" or "gp" and no hyperparameters are known.
    """
    if how == "auto":
        how = choose_completion(table)
    if how == "svd":
        kept = response if columns is None else response[:, columns]
        z, levels, scales = _standardised(kept)
        nothing = Factor(np.zeros((kept.shape[1], 0)), np.zeros(kept.shape[1]))
        return Completed(responses=soft_impute(z), levels=levels, scales=scales, left=nothing)
    encoded = encode(table)
    if encoded is None:
        raise MetaDatasetError(
            "sparse tables and tasks that share nothing are completed by hyperparameters; "
            f"none are known of the {table.n_configs} configurations here"
        )
    z, levels, scales = _standardised(response)
    if how == "prior":
        filled = fill_sparse(z, encoded[1])
        chosen = slice(None) if columns is None else columns
        left = filled.left[chosen][:, chosen]
        unknown = np.broadcast_to(np.diag(left), (len(z), len(left)))
        return _restandardised(
            filled.means[:, chosen], unknown, _as_factor(left), levels, scales
        )
    found = transfer(z, encoded[1], columns, kernel=kernel, random_state=random_state)
    at = encoded[1] if columns is None else encoded[1][columns]
    alike = LowRank.fit(found.kernel, at, _N_INDUCING).factor(at)
    unknown = found.variances.mean(axis=0)
    # Averages of what processes do not know are nearly theirs: the kernel, where little is.
    smooth = Factor(np.sqrt(unknown)[:, None] * alike.loadings, unknown * alike.noise)
    completed = _restandardised(found.means, found.variances, smooth, levels, scales)
    return replace(completed, kernel=found.kernel)


def _restandardised(
    means: Array, unknown: Array, left: Factor, levels: Array, scales: Array
) -> Completed:
    """On the same configurations tasks have other levels and scales than on their own.

    What filling in does not know, of variance `unknown`, is part of a task's spread.
    """
    centres = means.mean(axis=1)
    stds = np.maximum(np.sqrt(means.var(axis=1) + unknown.mean(axis=1)), 0.1)
    shrink = float((1 / stds**2).mean())
    return Completed(
        responses=(means - centres[:, None]) / stds[:, None],
        levels=levels + scales * centres,
        scales=scales * stds,
        left=Factor(np.sqrt(shrink) * left.loadings, shrink * left.noise),
    )


def _as_factor(covariance: Array) -> Factor:
    """Leading eigenvectors as loadings; what they leave of the diagonal is noise."""
    values, vectors = np.linalg.eigh(covariance)
    kept = np.argsort(values)[::-1][:_N_INDUCING]
    loadings = vectors[:, kept] * np.sqrt(np.maximum(values[kept], 0.0))
    rest = np.diag(covariance) - (loadings**2).sum(axis=1)
    return Factor(loadings, np.maximum(rest, 0.0))


def _standardised(response: Array) -> tuple[Array, Array, Array]:
    levels = np.nanmean(response, axis=1)
    scales = np.maximum(np.nanstd(response, axis=1), 1e-3)
    return (response - levels[:, None]) / scales[:, None], levels, scales


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
    kind: Any = np.float32 if table.shape[1] >= _WIDE else np.float64
    known, table = table, table.astype(kind)
    observed = (~missing).sum(axis=0)
    # A column seen once or twice starts near the rows' own mean, zero.
    means = (np.where(missing, 0.0, table).sum(axis=0) / (observed + 1.0)).astype(kind)
    filled = np.where(missing, means, table)
    kept = min(rank, min(table.shape) - 1)
    for _ in range(n_rounds):
        filled -= means
        u, s, vt = truncated_svd(filled, kept + 1)
        shrunk = np.maximum(s[:kept] - s[kept], 0.0)
        low_rank = (u[:, :kept] * shrunk) @ vt[:kept]
        low_rank += means
        filled = np.where(missing, low_rank, table)
        means = filled.mean(axis=0)
    return np.where(missing, filled, known)


def truncated_svd(table: Array, n_kept: int) -> tuple[Array, Array, Array]:
    """Leading singular vectors and values, by the eigenvectors of the smaller Gram matrix.

    A table is far wider than it is long, or the other way round, so this costs a tenth of
    a full decomposition. Values below about 1e-7 of the largest are lost in rounding.

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


def standardise(response: Array) -> tuple[Array, Array, Array]:
    """Standardise each task over its known configurations and fill what is missing.

    Returns
    -------
    completed : ndarray, shape (n_tasks, n_configs)
    levels, scales : ndarray, shape (n_tasks,)
        Mean and standard deviation of each task's response.
    """
    levels = np.nanmean(response, axis=1)
    scales = np.maximum(np.nanstd(response, axis=1), 1e-3)
    completed = soft_impute((response - levels[:, None]) / scales[:, None])
    return completed, levels, scales
