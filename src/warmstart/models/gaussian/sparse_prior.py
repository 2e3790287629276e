"""Sparse tables: a Gaussian over configurations whose prior is of their hyperparameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from warmstart.models.gaussian.feature_gp import median_distance

if TYPE_CHECKING:
    pass

Array = np.ndarray[Any, np.dtype[np.float64]]


_STRENGTH = 80.0
"""Tasks that the prior of the covariance is worth."""

_OWN, _LEVEL = 0.1, 0.1
"""Of the prior variance: what no other configuration says, and what all have in common."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What is expected of every task on every configuration."""

    means: Array
    """Shape (n_tasks, n_configs)."""

    left: Array
    """Mean covariance that the results of a task leave, shape (n_configs, n_configs)."""


def fill_sparse(responses: Array, features: Array, *, n_rounds: int = 60) -> Filled:
    r"""Complete a table of which little is known by expectation maximisation.

    Each task is a draw from :math:`N(m, \Sigma)` seen in a few places. The loadings of a
    factorisation :math:`\Sigma = \Lambda\Lambda^T` that are processes over configuration
    features have :math:`E[\Sigma] = \Psi` with :math:`\Psi` their kernel; here
    :math:`\Sigma` has the conjugate prior of that mean and m is a process with the same
    kernel, so that a configuration seen on few tasks borrows from those like it.

    Parameters
    ----------
    responses : ndarray, shape (n_tasks, n_configs)
        Each task standardised over what is known of it; NaN elsewhere.
    features : ndarray, shape (n_configs, n_features)
        See :func:`warmstart.models.gaussian.transfer_gp.encode`.
    n_rounds : int

    References
    ----------
    .. [1] Lawrence, Urtasun. "Non-linear Matrix Factorization with Gaussian Processes."
       ICML 2009.
    .. [2] Little, Rubin. "Statistical Analysis with Missing Data." 2002, chapter 11 (the
       algorithm for a Gaussian with missing entries).
    """
    n_tasks, n_configs = responses.shape
    kernel = _feature_kernel(features)
    prior = (1 - _OWN - _LEVEL) * kernel + _LEVEL + _OWN * np.eye(n_configs)
    known = [np.flatnonzero(np.isfinite(row)) for row in responses]
    covariance, mean = prior.copy(), np.zeros(n_configs)
    means, left = np.zeros((n_tasks, n_configs)), np.zeros_like(prior)
    for _ in range(n_rounds):
        left = n_tasks * covariance
        for task, seen in enumerate(known):
            columns = covariance[:, seen]
            block = columns[seen] + 1e-6 * np.eye(len(seen))
            gain = cho_solve(cho_factor(block, lower=True), columns.T)
            means[task] = mean + (responses[task, seen] - mean[seen]) @ gain
            left -= columns @ gain
        mean = _smoothed(means.mean(axis=0), covariance / n_tasks, prior)
        centred = means - mean
        scatter = centred.T @ centred + left
        covariance = (scatter + _STRENGTH * prior) / (n_tasks + _STRENGTH)
    return Filled(means, (left + left.T) / (2 * n_tasks))


def _feature_kernel(features: Array) -> Array:
    squares = (features**2).sum(axis=1)
    gaps = squares[:, None] + squares[None, :] - 2 * features @ features.T
    kernel: Array = np.exp(-np.sqrt(np.maximum(gaps, 0.0)) / median_distance(features))
    return kernel


def _smoothed(mean: Array, error: Array, prior: Array) -> Array:
    """Posterior mean of a process of covariance `prior` seen with `error`."""
    smoothed: Array = prior @ np.linalg.solve(prior + error, mean)
    return smoothed
