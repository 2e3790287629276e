"""A covariance over configurations that is a function of their latent coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats
from warmstart.models.gaussian.factor import Factor

_JITTER = 1e-9
"""Of the variance: what keeps a Cholesky factor of near copies real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentKernel:
    r"""Squared exponential with one lengthscale a latent dimension, and white noise.

    .. math:: k(i, j) = v \exp\Big(-\tfrac12 \sum_q (x_{iq} - x_{jq})^2 / \ell_q^2\Big)
              + \sigma^2 [i = j]

    Examples
    --------
    >>> kernel = LatentKernel(
    ...     latents=np.array([[0.0], [1.0]]), lengthscales=np.ones(1), variance=2.0, noise=0.5)
    >>> kernel.matrix().round(3).tolist()
    [[2.5, 1.213], [1.213, 2.5]]
    """

    latents: Floats
    """x, shape (n_configs, n_latent)."""

    lengthscales: Floats
    """Shape (n_latent,)."""

    variance: float
    noise: float

    def __post_init__(self) -> None:
        if self.latents.ndim != 2 or self.lengthscales.shape != self.latents.shape[1:]:
            raise ArgumentError(
                f"latents have shape {self.latents.shape}, lengthscales "
                f"{self.lengthscales.shape}; one lengthscale a column is needed"
            )
        if not (np.isfinite(self.latents).all() and (self.lengthscales > 0).all()):
            raise ArgumentError(
                "latents must be finite and lengthscales positive; was the learning rate too "
                f"high? The smallest lengthscale is {self.lengthscales.min()}"
            )
        if not (self.variance > 0 and self.noise > 0):
            raise ArgumentError(
                f"variance and noise must be positive, got {self.variance} and {self.noise}"
            )

    def column(self, index: int) -> Floats:
        """Covariance of every configuration with one, without noise, shape (n_configs,)."""
        gaps = (self.latents - self.latents[index]) / self.lengthscales
        covariance: Floats = self.variance * np.exp(-0.5 * (gaps**2).sum(axis=1))
        return covariance

    def matrix(self) -> Floats:
        """All covariances, noise included, shape (n_configs, n_configs)."""
        scaled = self.latents / self.lengthscales
        squares = (scaled**2).sum(axis=1)
        apart = np.maximum(squares[:, None] + squares - 2 * scaled @ scaled.T, 0.0)
        np.fill_diagonal(apart, 0.0)
        covariance: Floats = self.variance * np.exp(-0.5 * apart)
        covariance[np.diag_indices_from(covariance)] += self.noise
        return covariance

    def factor(self, max_rank: int = 1000) -> Factor:
        r"""The covariance as :math:`\Lambda\Lambda^T + D`, all that a belief needs.

        Exact up to `max_rank` configurations. Beyond, the columns of :math:`\Lambda` come
        from as many pivots of an incomplete Cholesky factorisation; what they leave of each
        variance goes to D, so that the diagonal is always right.

        References
        ----------
        .. [1] Harbrecht, Peters, Schneider. "On the Low-Rank Approximation by the Pivoted
           Cholesky Decomposition." Applied Numerical Mathematics 62, 2012.
        """
        n_configs = len(self.latents)
        if n_configs <= max_rank:
            plain = self.matrix()
            plain[np.diag_indices_from(plain)] += _JITTER * self.variance - self.noise
            exact = np.asarray(np.linalg.cholesky(plain), np.float64)
            return Factor(exact, np.full(n_configs, self.noise))
        left = np.full(n_configs, self.variance)
        rows = np.zeros((max_rank, n_configs))
        for rank in range(max_rank):
            pivot = int(left.argmax())
            if left[pivot] < 1e-6 * self.variance:
                rows = rows[:rank]
                break
            explained = rows[:rank, pivot] @ rows[:rank]
            rows[rank] = (self.column(pivot) - explained) / np.sqrt(left[pivot])
            left = np.maximum(left - rows[rank] ** 2, 0.0)
        return Factor(np.ascontiguousarray(rows.T), self.noise + left)
