"""A mixture of Gaussians of whose average response something is known from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.models.gaussian.latents import LEAST

if TYPE_CHECKING:
    from warmstart.models.gaussian.posterior import MixturePosterior

Array = np.ndarray[Any, np.dtype[np.float64]]


def condition_on_average(
    mixture: MixturePosterior, average: Array, mean: float, variance: float
) -> None:
    r"""Let an average of the responses have a distribution known from elsewhere.

    Of every component all that the average does not decide stays as it is:

    .. math:: \mu' = \mu + \tfrac{k}{v}(m - a^T \mu), \quad
              K' = K - \tfrac{k k^T}{v} \left(1 - \tfrac{\sigma^2}{v}\right), \quad
              k = K a, \; v = a^T k

    Only means and variances follow, so nothing can be told afterwards.

    Parameters
    ----------
    mixture : MixturePosterior
        Told nothing; changed.
    average : ndarray, shape (n_configs,)
        Weights :math:`a`, summing to one.
    mean, variance : float
        Of the average: :math:`m` and :math:`\sigma^2`.

    References
    ----------
    .. [1] Jeffrey. "The Logic of Decision." 1965 (evidence that leaves the average
       uncertain, and all else given it as it was).
    """
    if mixture.observed:
        raise ArgumentError(f"{len(mixture.observed)} results were told already")
    shared = mixture.latents.by_factor(
        lambda f: f.loadings @ (f.loadings.T @ average) + f.noise * average
    )
    with_average = mixture.scales[:, None] ** 2 * shared
    with_average += mixture.level_stds[:, None] ** 2 * average.sum()
    own = np.maximum(with_average @ average, LEAST)
    gain = with_average / own[:, None]
    mixture.means += gain * (mean - mixture.means @ average)[:, None]
    mixture.variances += gain**2 * (variance - own)[:, None]
    np.maximum(mixture.variances, LEAST, out=mixture.variances)
