"""Filling the holes of a tasks × configurations table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from warmstart.errors import MetaDatasetError
from warmstart.models.posterior import Factor
from warmstart.models.shared_gp import LowRank
from warmstart.models.transfer_gp import encode, is_unaligned, transfer

if TYPE_CHECKING:
    from warmstart.metadataset.table import ScoreTable
    from warmstart.models.shared_gp import SharedKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

_WIDE = 2000
"""Columns from which on holes are filled in single precision: half the time and memory."""

Completion = Literal["auto", "svd", "gp"]
_N_INDUCING = 100

COMPLETIONS: tuple[str, ...] = ("auto", "svd", "gp")
"""By what the configurations not tried are filled in; see :func:`complete`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """Standardised responses of all tasks on all candidates."""

    responses: Array
    """Shape (n_tasks, n_candidates); each task about its level, in units of its scale."""

    levels: Array
    scales: Array
    """Mean and standard deviation of each task's response, shape (n_tasks,)."""

    unknown: Array
    """Variance that filling in leaves, mean over the tasks, shape (n_candidates,)."""

    kernel: SharedKernel | None = None
    """Of the processes that filled in, where they did."""

    correlation: Factor | None = None
    """How far candidates are alike in what is unknown; not at all without."""

    def unknown_factor(self) -> Factor:
        """Covariance of what filling in leaves."""
        if self.correlation is None:
            return Factor(np.zeros((len(self.unknown), 0)), self.unknown)
        loadings = np.sqrt(self.unknown)[:, None] * self.correlation.loadings
        return Factor(loadings, self.unknown * self.correlation.noise)


def choose_completion(table: ScoreTable) -> Completion:
    """How the default model completes `table`: "svd", or "gp" where nothing is shared."""
    if is_unaligned(table.scores) and encode(table) is not None:
        return "gp"
    return "svd"


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
    how : {"auto", "svd", "gp"}
        "svd" by what tasks share, see :func:`soft_impute`; "gp" by a process a task over
        what configurations are made of, see :func:`warmstart.models.transfer_gp.transfer`;
        "auto" see :func:`choose_completion`.
    kernel : SharedKernel, optional
        Learnt before, for "gp".

    Raises
    ------
    MetaDatasetError
        If `how` is "gp" and no hyperparameters are known.
    """
    if how == "auto":
        how = choose_completion(table)
    encoded = encode(table) if how == "gp" else None
    if how == "gp" and encoded is None:
        raise MetaDatasetError(
            "a Gaussian process a task compares configurations by their hyperparameters; "
            f"none are known of the {table.n_configs} configurations here"
        )
    if encoded is None:
        kept = response if columns is None else response[:, columns]
        z, levels, scales = _standardised(kept)
        unknown = np.zeros(kept.shape[1])
        return Completed(
            responses=soft_impute(z), levels=levels, scales=scales, unknown=unknown
        )
    z, levels, scales = _standardised(response)
    found = transfer(z, encoded[1], columns, kernel=kernel, random_state=random_state)
    # Tasks tried different configurations; on common ones they have other levels and
    # scales. What a process does not know is part of the spread.
    means = found.means.mean(axis=1)
    stds = np.sqrt(found.means.var(axis=1) + found.variances.mean(axis=1))
    stds = np.maximum(stds, 0.1)
    at = encoded[1] if columns is None else encoded[1][columns]
    alike = LowRank.fit(found.kernel, at, _N_INDUCING)
    return Completed(
        responses=(found.means - means[:, None]) / stds[:, None],
        levels=levels + scales * means,
        scales=scales * stds,
        unknown=(found.variances / stds[:, None] ** 2).mean(axis=0),
        kernel=found.kernel,
        correlation=alike.factor(at),
    )


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
