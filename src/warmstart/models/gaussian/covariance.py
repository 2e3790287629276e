"""How much of what tasks share to believe: the sample covariance shrunk to its diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[np.float64]]

OWN_SHARES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9)
"""Shares of the variance tried for what a configuration does on one task alone."""

_N_CONFIGS = 2000
"""Evenly spaced configurations judged by at most."""

_LEAST = 1e-9
"""Variance of a configuration that does the same on every task."""


def shared_share(
    residuals: Array,
    families: npt.NDArray[Any] | None = None,
    *,
    n_folds: int = 5,
    random_state: int = 0,
) -> float:
    r"""Share c of :math:`\Sigma = c\,R^TR/n + (1 - c)\operatorname{diag}(R^TR/n)`.

    That under which tasks left out of :math:`R` are likeliest. A hundred tasks say little
    of the covariances of two hundred configurations: taken at their word, a few results
    on a new task would seem to settle all others.

    Parameters
    ----------
    residuals : ndarray, shape (n_tasks, n_configs)
        Responses about their prior mean.
    families : ndarray, shape (n_tasks,), optional
        Tasks of one family are left out together.
    n_folds : int
    random_state : int
        Deals families into folds.

    Returns
    -------
    float
        One minus one of :data:`OWN_SHARES`.

    Notes
    -----
    With the columns divided by their deviation the diagonal is the identity, so one
    eigendecomposition of n_tasks x n_tasks a fold serves every share.

    References
    ----------
    .. [1] Schäfer, Strimmer. "A Shrinkage Approach to Large-Scale Covariance Matrix
       Estimation." Statistical Applications in Genetics and Molecular Biology 4, 2005
       (this target, their D).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> alone = rng.standard_normal((30, 40))
    >>> alike = rng.standard_normal((30, 1)) + 0.2 * alone
    >>> shared_share(alike) > shared_share(alone)
    True
    """
    n_tasks = len(residuals)
    residuals = residuals[:, :: -(-residuals.shape[1] // _N_CONFIGS)]
    groups = (
        np.arange(n_tasks) if families is None else np.unique(families, return_inverse=True)[1]
    )
    n_groups = int(groups.max()) + 1
    if n_groups < 2:
        return 1 - OWN_SHARES[-1]
    dealt = np.random.default_rng(random_state).permutation(n_groups) % min(n_folds, n_groups)
    fold = dealt[groups]
    evidence = np.zeros(len(OWN_SHARES))
    for k in np.unique(fold):
        evidence += log_likelihoods(residuals[fold != k], residuals[fold == k])
    return 1 - OWN_SHARES[int(evidence.argmax())]


def log_likelihoods(known: Array, new: Array) -> Array:
    """Log density of new rows under each share, up to a constant.

    A t-distribution with as many degrees of freedom as configurations: tasks differ in how
    well they are predicted, and one that is predicted badly should not decide alone.
    """
    n_configs = known.shape[1]
    deviation = np.sqrt(np.maximum((known**2).mean(axis=0), _LEAST))
    scaled = known / (deviation * np.sqrt(len(known), dtype=deviation.dtype))
    values, vectors = np.linalg.eigh(scaled @ scaled.T)
    least = 1e-10 if values.dtype == np.float64 else 1e-6
    kept = values > least * max(values[-1], _LEAST)
    values = values[kept].astype(np.float64)
    rows = new / deviation
    along = (rows @ scaled.T @ vectors[:, kept]).astype(np.float64) ** 2 / values
    power = np.einsum("ij,ij->i", rows, rows, dtype=np.float64)
    beside = np.maximum(power - along.sum(axis=1), 0.0)
    n_beside = n_configs - len(values)
    result = np.empty(len(OWN_SHARES))
    for place, own in enumerate(OWN_SHARES):
        variances = own + (1 - own) * values
        log_det = np.log(variances).sum() + n_beside * np.log(own)
        misfit = (along / variances).sum(axis=1) + beside / own
        result[place] = -0.5 * (2 * n_configs * np.log1p(misfit / n_configs) + log_det).sum()
    return result
