"""Filling the holes of a tasks × configurations table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import MetaDatasetError
from warmstart.models.completion.sharing import (
    Completion,
    choose_completion,
)
from warmstart.models.completion.soft_impute import soft_impute
from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.shared_gp import LowRank
from warmstart.models.gaussian.sparse_prior import fill_sparse
from warmstart.models.gaussian.transfer_gp import encode, transfer

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.gaussian.shared_gp import SharedKernel

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_INDUCING = 100

_ROWS = 64
"""Tasks standardised at a time: what is written down of all takes longer than it is to do."""


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


def complete(
    response: Array,
    table: ScoreTable,
    columns: npt.NDArray[np.intp] | None = None,
    *,
    how: Completion = "auto",
    kernel: SharedKernel | None = None,
    overwrite: bool = False,
    agree: bool = False,
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
        configurations are made of, see
        :func:`warmstart.models.gaussian.sparse_prior.fill_sparse`;
        "gp" by a process a task over the latter, see
        :func:`warmstart.models.gaussian.transfer_gp.transfer`; "auto" see
        :func:`choose_completion`.
    kernel : SharedKernel, optional
        Learnt before, for "gp".
    overwrite : bool
        Whether `response` may be completed where it stands, to save room.
    agree : bool
        Whether what tasks agree on comes first, for "gp".

    Raises
    ------
    MetaDatasetError
        If `how` is "prior" or "gp" and no hyperparameters are known.
    """
    if how == "auto":
        how = choose_completion(table)
    if how == "svd":
        kept = response if columns is None else response[:, columns]
        z, levels, scales = _standardised(kept, overwrite=overwrite)
        nothing = Factor(np.zeros((kept.shape[1], 0)), np.zeros(kept.shape[1]))
        z = soft_impute(z, overwrite=True)
        return Completed(responses=z, levels=levels, scales=scales, left=nothing)
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
    found = transfer(
        z, encoded[1], columns, kernel=kernel, agree=agree, random_state=random_state
    )
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


def _standardised(response: Array, *, overwrite: bool = False) -> tuple[Array, Array, Array]:
    z = response if overwrite else np.empty_like(response)
    levels, scales = np.empty(len(z)), np.empty(len(z))
    for start in range(0, len(z), _ROWS):
        rows = slice(start, start + _ROWS)
        some = response[rows].astype(np.float64)
        levels[rows] = np.nanmean(some, axis=1)
        scales[rows] = np.maximum(np.nanstd(some, axis=1), 1e-3)
        z[rows] = (some - levels[rows, None]) / scales[rows, None]
    return z, levels, scales


def standardise(response: Array) -> tuple[Array, Array, Array]:
    """Standardise each task over its known configurations and fill what is missing.

    Returns
    -------
    completed : ndarray, shape (n_tasks, n_configs)
    levels, scales : ndarray, shape (n_tasks,)
        Mean and standard deviation of each task's response.
    """
    z, levels, scales = _standardised(response)
    return soft_impute(z, overwrite=True), levels, scales
