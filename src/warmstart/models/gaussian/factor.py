"""A covariance over configurations as loadings and noise, never formed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[np.float64]]


DRAWS_AT_ONCE = 32
"""Draws written at a time."""


@dataclass(frozen=True, slots=True)
class Factor:
    r"""A covariance over configurations kept as :math:`\Lambda\Lambda^T + D`, never formed."""

    loadings: Array
    r""":math:`\Lambda`, shape (n_configs, n_latent); in single precision where many, and
    then so are the samples."""

    noise: Array
    r"""Diagonal of :math:`D`, shape (n_configs,): what one does on one task alone."""

    def restricted(self, columns: npt.NDArray[np.intp]) -> Factor:
        """The same covariance over some of the configurations, in that order."""
        return Factor(self.loadings[columns], self.noise[columns])

    def beside(self, other: Factor) -> Factor:
        """Over the configurations of both, whose latents mean the same."""
        return Factor(
            np.vstack([self.loadings, other.loadings]), np.r_[self.noise, other.noise]
        )

    def column(self, index: int) -> Array:
        """Covariance of every configuration with one, shape (n_configs,)."""
        column: Array = (self.loadings @ self.loadings[index]).astype(np.float64)
        column[index] += self.noise[index]
        return column

    def variances(self) -> Array:
        """Diagonal, shape (n_configs,)."""
        result: Array = np.einsum("ij,ij->i", self.loadings, self.loadings) + self.noise
        return result

    def sample(
        self,
        n_samples: int,
        rng: np.random.Generator,
        *,
        scale: float = 1.0,
        out: Array | None = None,
    ) -> Array:
        """Draws with mean zero, shape (n_samples, n_configs), times `scale`; into `out`.

        The second half mirrors the first: that costs half as much, and their mean is zero.

        Parameters
        ----------
        n_samples : int
            How many draws.
        rng : Generator
        scale : float
            What draws are multiplied by.
        out : ndarray, shape (n_samples, n_configs), optional
            Where to write them.
        """
        n_configs, n_latent = self.loadings.shape
        kind: Any = self.loadings.dtype
        draws: Array = np.empty((n_samples, n_configs), dtype=kind) if out is None else out
        n_own = -(-n_samples // 2)
        latent = scale * rng.standard_normal((n_own, n_latent), kind)
        stds = scale * np.sqrt(self.noise).astype(kind)
        # Few draws at a time stay in the cache while they are worked on.
        for start in range(0, n_own, DRAWS_AT_ONCE):
            rows = slice(start, min(start + DRAWS_AT_ONCE, n_own))
            some = draws[rows]
            rng.standard_normal(dtype=kind, out=some)
            some *= stds
            some += latent[rows] @ self.loadings.T
        np.negative(draws[: n_samples - n_own], out=draws[n_own:])
        return draws
