"""A mixture of Gaussians: what is believed of each response by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Array = np.ndarray[Any, np.dtype[np.float64]]


class Mixture:
    """Means and variances of the components; subclasses say how they come about."""

    means: Array
    variances: Array
    """Shape (n_components, n_configs) each."""

    _log_weights: Array
    """Shape (n_components,), up to a constant."""

    @property
    def n_configs(self) -> int:
        """Number of configurations."""
        return int(self.means.shape[1])

    @property
    def weights(self) -> Array:
        """Posterior weights of the components, shape (n_components,)."""
        shifted: Array = np.exp(self._log_weights - self._log_weights.max())
        result: Array = shifted / shifted.sum()
        return result

    def mean(self) -> Array:
        """Mixture mean, shape (n_configs,)."""
        result: Array = self.weights @ self.means
        return result

    def std(self) -> Array:
        """Mixture standard deviation, shape (n_configs,)."""
        w = self.weights
        second = w @ (self.variances + self.means**2)
        result: Array = np.sqrt(np.maximum(second - (w @ self.means) ** 2, 0.0))
        return result

    def quantiles(
        self, levels: Sequence[float], columns: npt.NDArray[np.intp] | None = None
    ) -> Array:
        """Quantiles of each response, shape (n_levels, n_configs), by bisection.

        Of the given `columns` only, in that order, where they are named.

        Parameters
        ----------
        levels : sequence of float
            In (0, 1).
        columns : ndarray of int, optional
            Of these only, in that order.
        """
        chosen = slice(None) if columns is None else columns
        means, stds = self.means[:, chosen], np.sqrt(self.variances[:, chosen])
        weights = self.weights
        wanted = np.asarray(levels)[:, None]
        # The mixture's quantile lies between those of its components.
        at = means + ndtri(wanted)[:, :, None] * stds
        low, high = at.min(axis=1), at.max(axis=1)
        stds = np.maximum(stds, 1e-12)
        for _ in range(40):
            middle = (low + high) / 2
            below = weights @ ndtr((middle[:, None, :] - means) / stds)
            low = np.where(below < wanted, middle, low)
            high = np.where(below < wanted, high, middle)
        found: Array = (low + high) / 2
        return found
