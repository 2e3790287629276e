"""Acquisition functions on mixtures of Gaussians: which configuration to try next."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from warmstart.errors import ArgumentError

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_EXACT = 128
"""Configurations whose improvement is computed exactly where a bound rules out the rest."""

_FEW = 2048
"""Configurations up to which every improvement is computed exactly."""

_BLOCK = 2048
"""Configurations at a time, so that what is computed of them stays in the cache."""

_RULED_OUT = 1e-10
"""Share of the largest weight below which a component is bounded as a whole."""

_ROUNDING = 1.001
"""Makes good what a bound in single precision may have lost."""

_LEAST_BOUNDED = 1e-30
"""Improvements below which single precision keeps no order."""


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
        raise ArgumentError(f"means have shape {means.shape}, stds {stds.shape}")
    if (stds < 0).any():
        raise ArgumentError(f"stds must not be negative, smallest is {stds.min():.3g}")
    gain = incumbent - means
    # Beyond 38 standard deviations both tails are zero in double precision.
    z = np.clip(gain / np.maximum(stds, 1e-12), -38.0, 38.0)
    density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    per_component = np.maximum(gain * ndtr(z) + stds * density, 0.0)
    result: Array = weights @ per_component
    return result


def most_improving(
    means: Array, variances: Array, weights: Array, incumbent: float, open_: NDArray[np.bool_]
) -> int:
    r"""Where :func:`expected_improvement` is highest among the open, at a fraction of its cost.

    :math:`\max(\mu_-, 0) + \sigma\varphi(z)` with :math:`\mu_- = y^- - \mu` bounds the
    improvement from above without the normal distribution function, which takes longest.
    Exact values are needed for the most promising only, and for those of the rest whose
    bound is still above the best of them.

    Parameters
    ----------
    means, variances : ndarray, shape (n_components, n_configs)
    weights : ndarray, shape (n_components,)
    incumbent : float
        Lowest response seen.
    open_ : ndarray of bool, shape (n_configs,)
        What may be picked.

    Examples
    --------
    >>> means, variances = np.array([[0.3, 0.1, 0.1]]), np.array([[0.01, 0.0, 0.01]])
    >>> most_improving(means, variances, np.ones(1), 0.2, np.array([True, True, False]))
    1
    """

    def exact(columns: Any) -> Array:
        chosen = means[:, columns], np.sqrt(variances[:, columns])
        improvement = expected_improvement(*chosen, weights, incumbent)
        return np.where(open_[columns], improvement, -1.0)

    if means.shape[1] <= _FEW:
        return int(exact(slice(None)).argmax())
    bound = _above_improvement(means, variances, weights, incumbent)
    bound[~open_] = -1.0
    best, at = -1.0, -1
    some = np.sort(np.argpartition(-bound, _N_EXACT)[:_N_EXACT])
    # Then those whose bound still is above the best, if there are any.
    while len(some):
        improvement = exact(some)
        top = int(improvement.argmax())
        if improvement[top] > best:
            best, at = float(improvement[top]), int(some[top])
        bound[some] = -1.0
        some = np.flatnonzero(bound > best)
    # Where hardly anything can improve, the bound is lost to rounding.
    return at if best > _LEAST_BOUNDED else int(exact(slice(None)).argmax())


def _above_improvement(
    means: Array, variances: Array, weights: Array, incumbent: float
) -> NDArray[np.float32]:
    """Bound of the improvement from above, shape (n_configs,), in single precision.

    A component that results have all but ruled out adds the most it could anywhere.
    """
    believed = weights > _RULED_OUT * weights.max()
    kept, few = np.flatnonzero(believed), np.flatnonzero(~believed)
    reach = np.maximum(incumbent - means[few].min(axis=1), 0.0)
    reach += np.sqrt(variances[few].max(axis=1) / (2 * math.pi))
    of_the_unlikely = weights[few] @ reach
    shares = (_ROUNDING * weights[kept]).astype(np.float32)
    bound = np.empty(means.shape[1], dtype=np.float32)
    for first in range(0, len(bound), _BLOCK):
        block = slice(first, first + _BLOCK)
        gain = (incumbent - means[kept, block]).astype(np.float32)
        stds = variances[kept, block].astype(np.float32)
        np.sqrt(stds, out=stds)
        np.maximum(stds, np.float32(1e-12), out=stds)
        z = gain / stds
        np.square(z, out=z)
        z *= -0.5
        np.exp(z, out=z)
        z *= stds
        z *= 1 / math.sqrt(2 * math.pi)
        z += np.maximum(gain, 0.0, out=gain)
        bound[block] = shares @ z
    bound += of_the_unlikely
    return bound


def log_expected_improvement(
    means: Array, stds: Array, weights: Array, incumbent: float
) -> Array:
    r"""Logarithm of :func:`expected_improvement`, exact where that one underflows.

    Far above the incumbent all improvements round to zero and their order is lost; the
    logarithm keeps it. Arguments, shapes and errors as of :func:`expected_improvement`.

    References
    ----------
    .. [1] Ament et al. "Unexpected Improvements to Expected Improvement for Bayesian
       Optimization." NeurIPS 2023.

    Examples
    --------
    >>> means, stds = np.array([[60.0, 50.0]]), np.ones((1, 2))
    >>> log_expected_improvement(means, stds, np.ones(1), 0.0).round(0).tolist()
    [-1809.0, -1259.0]
    """
    if means.shape != stds.shape:
        raise ArgumentError(f"means have shape {means.shape}, stds {stds.shape}")
    stds = np.maximum(stds, 1e-12)
    z = (incumbent - means) / stds
    log_density = -0.5 * z**2 - 0.5 * math.log(2 * math.pi)
    with np.errstate(divide="ignore"):
        near = np.log(np.maximum(z * ndtr(z) + np.exp(log_density), 0.0))
    # For z << 0, z Phi(z) + phi(z) = phi(z) (1 + z Phi(z) / phi(z)) = phi(z) / z² (1 - 3 / z²
    # + ...); the Mills ratio gives the bracket without cancellation.
    far = (
        log_density
        - 2 * np.log(np.maximum(np.abs(z), 1.0))
        + np.log1p(-3.0 / np.maximum(z**2, 9.0))
    )
    # A component that results have ruled out has weight zero; it must not set the scale.
    kept = weights > 0
    per_component = np.log(stds) + np.where(z > -25.0, near, far)
    per_component = per_component[kept] + np.log(weights[kept])[:, None]
    largest = per_component.max(axis=0)
    result: Array = largest + np.log(np.exp(per_component - largest).sum(axis=0))
    return result


def probability_of_improvement(
    means: Array, stds: Array, weights: Array, incumbent: float
) -> Array:
    """Probability that a response is below the incumbent, shape (n_configs,).
    Arguments as of :func:`expected_improvement`.

    References
    ----------
    .. [1] Kushner. "A New Method of Locating the Maximum Point of an Arbitrary Multipeak
       Curve in the Presence of Noise." J. Basic Engineering 86, 1964.

    Examples
    --------
    >>> probability_of_improvement(np.zeros((1, 2)), np.ones((1, 2)), np.ones(1), 0.0).tolist()
    [0.5, 0.5]
    """
    result: Array = weights @ ndtr((incumbent - means) / np.maximum(stds, 1e-12))
    return result


def lower_confidence_bound(
    means: Array, stds: Array, weights: Array, kappa: float = 2.0
) -> Array:
    """Mixture mean minus `kappa` mixture standard deviations; the lowest is picked.

    Parameters
    ----------
    means, stds, weights : ndarray
        As of :func:`expected_improvement`, shapes too.
    kappa : float
        Standard deviations below the mean.

    References
    ----------
    .. [1] Cox, John. "SDO: A Statistical Method for Global Optimization." 1997.

    Examples
    --------
    >>> lower_confidence_bound(np.array([[0.0, 1.0]]), np.ones((1, 2)), np.ones(1)).tolist()
    [-2.0, -1.0]
    """
    mean = weights @ means
    variance = weights @ (stds**2 + means**2) - mean**2
    result: Array = mean - kappa * np.sqrt(np.maximum(variance, 0.0))
    return result
