"""Acquisition functions on mixtures of Gaussians: which configuration to try next."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import ndtr

Array = np.ndarray[Any, np.dtype[np.float64]]


def expected_improvement(means: Array, stds: Array, weights: Array, incumbent: float) -> Array:
    r"""Expected fall below the incumbent loss under a mixture of Gaussians.

    .. math:: \mathrm{EI} = \sum_g w_g\,\sigma_g\,[z_g\,\Phi(z_g) + \varphi(z_g)],
              \quad z_g = (y^- - \mu_g) / \sigma_g

    Parameters
    ----------
    means, stds : ndarray, shape (n_components, n_configs)
        Predicted response; lower is better. A standard deviation may be zero.
    weights : ndarray, shape (n_components,)
    incumbent : float
        Lowest response seen, :math:`y^-`.

    Returns
    -------
    ndarray, shape (n_configs,)
        In units of the response; never negative.

    Raises
    ------
    ValueError
        If the shapes differ, or a standard deviation is negative.

    References
    ----------
    .. [1] Jones, Schonlau, Welch. "Efficient Global Optimization of Expensive
       Black-Box Functions." J. Global Optimization 13, 1998.

    Examples
    --------
    >>> means, stds = np.array([[0.3, 0.1, 0.1]]), np.array([[0.1, 0.0, 0.1]])
    >>> expected_improvement(means, stds, np.ones(1), 0.2).round(3).tolist()
    [0.008, 0.1, 0.108]
    """
    if means.shape != stds.shape:
        raise ValueError(f"means have shape {means.shape}, stds {stds.shape}")
    if (stds < 0).any():
        raise ValueError(f"stds must not be negative, smallest is {stds.min():.3g}")
    gain = incumbent - means
    # Beyond 38 standard deviations both tails are zero in double precision.
    z = np.clip(gain / np.maximum(stds, 1e-12), -38.0, 38.0)
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    per_component = np.maximum(gain * ndtr(z) + stds * density, 0.0)
    result: Array = weights @ per_component
    return result
