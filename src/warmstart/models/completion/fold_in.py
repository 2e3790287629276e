"""Configurations a model never saw, placed among those it did by their hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.spaces.encoding import ConfigurationEncoder

Array = np.ndarray[Any, np.dtype[np.float64]]

RIDGE = 0.03
"""Noise of a known configuration's loadings, in units of their variance."""

_SMOOTH_RIDGE = 0.003
"""The same where loadings come from processes over the same features."""


_BLOCK = 4096
"""Configurations placed at a time."""


@dataclass(frozen=True, slots=True)
class FoldIn:
    r"""Kriging weights of new configurations on known ones.

    A new configuration's mean and loadings are a Gaussian-process prediction from those of
    known configurations, :math:`w(x) = k(x)^T (K + \rho I)^{-1}` with an exponential kernel
    on encoded hyperparameters, lengthscale the median distance between known ones.

    References
    ----------
    .. [1] Rasmussen, Williams. "Gaussian Processes for Machine Learning." 2006, chapter 2.
    """

    encoder: ConfigurationEncoder
    points: Array
    lengthscale: float
    kernel: Array
    """Of the known configurations with each other, shape (n_known, n_known)."""

    inverse: Array

    shared: SharedKernel | None = None
    """Learnt kernel in place of the exponential one."""

    @classmethod
    def fit(cls, known: Sequence[Mapping[str, Any]]) -> FoldIn:
        """Learn the geometry of the known configurations."""
        encoder = ConfigurationEncoder.fit(known)
        points = encoder.transform(known)
        distance = _distance(points, points)
        apart = distance[distance > 0]
        lengthscale = float(np.median(apart)) if apart.size else 1.0
        kernel = np.exp(-distance / lengthscale)
        inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(points)))
        return cls(encoder, points, lengthscale, np.asarray(kernel), np.asarray(inverse))

    @classmethod
    def learnt(
        cls,
        known: Sequence[Mapping[str, Any]],
        encoder: ConfigurationEncoder,
        shared: SharedKernel,
    ) -> FoldIn:
        """Take encoding and kernel from the processes that completed the history.

        Parameters
        ----------
        known : sequence of mapping
            Configurations of the base.
        encoder : ConfigurationEncoder
        shared : SharedKernel
            Over hyperparameters.
        """
        points = encoder.transform(known)
        kernel = shared.between(points, points)
        inverse = np.linalg.inv(kernel + _SMOOTH_RIDGE * np.eye(len(points)))
        return cls(encoder, points, 1.0, kernel, np.asarray(inverse), shared)

    def weights(self, configurations: Sequence[Mapping[str, Any]]) -> tuple[Array, Array]:
        """Weights on the known configurations, and what they leave unsaid.

        Returns
        -------
        weights : ndarray, shape (n, n_known)
        unexplained : ndarray, shape (n,)
            Share of a configuration's own variance that its neighbours say nothing of.
        """
        if not self.encoder.width:  # nothing says what is like what
            n = len(configurations)
            return np.zeros((n, len(self.points))), np.ones(n)
        found, left = [], []
        for first in range(0, len(configurations), _BLOCK):
            some = configurations[first : first + _BLOCK]
            kernel = self.across(self.encoder.transform(some))
            weights = kernel @ self.inverse
            left.append(np.clip(1.0 - (weights * kernel).sum(axis=1), 0.0, 1.0))
            # Of many a digit less is kept, in half the memory.
            wide = len(configurations) > _BLOCK
            found.append(weights.astype(np.float32) if wide else weights)
        return np.concatenate(found), np.concatenate(left)

    def across(self, points: Array) -> Array:
        """Kernel of encoded configurations with the known ones, shape (n, n_known)."""
        if self.shared is not None:
            return self.shared.between(points, self.points)
        return np.asarray(np.exp(-_distance(points, self.points) / self.lengthscale))


def _distance(a: Array, b: Array) -> Array:
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :] - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
