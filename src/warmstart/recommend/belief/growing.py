"""A belief over a pool and any further points, told one result after the other.

What a result says is kept as one more row of a Cholesky factor for each component, so that a
question costs what is new since the last: a study asks after every trial.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import solve_triangular

from warmstart.recommend.belief.further import Further, FurtherRows

if TYPE_CHECKING:
    from warmstart.recommend.belief.continuous import ContinuousPrior
    from warmstart.recommend.history.identity import Point

Array = np.ndarray[Any, np.dtype[np.float64]]

_NEGLIGIBLE = math.log(1e-9)
"""Weight, next to the largest, below which a component is given up for good."""

_LEAST = 1e-12


class GrowingBelief:
    r"""Gaussians over responses, before any result :math:`N(\mu_g, s_g^2 C_g + \tau_g^2 11^T)`.

    Parameters
    ----------
    prior : ContinuousPrior
        What is believed of any points before a result.
    pool : sequence of Point
        What may be asked at any time; further points only with :meth:`marginals`.
    """

    def __init__(self, prior: ContinuousPrior, pool: Sequence[Point]) -> None:
        self._further = Further(prior)
        spread = prior.spread()
        self._log_weights = np.log(spread.weights)
        self._scales, self._levels = spread.scales, spread.level_stds
        n = len(spread.weights)
        # The first half of the components believes in the base, the others do not.
        self._kind = (np.arange(n) >= n // 2).astype(np.intp)
        self._component = np.arange(n)
        self._pool = self._further.rows(pool)
        self._means = self._pool.means.copy()
        self._variances = self._prior_variances(self._pool)
        self._observed: list[FurtherRows] = []
        self._values: list[float] = []
        self._root = np.zeros((n, 8, 8))
        self._residuals = np.zeros((n, 8))
        self._across = np.zeros((n, 8, len(pool)))

    @property
    def weights(self) -> Array:
        """Of the components that are left, shape (n_components,)."""
        shifted: Array = np.exp(self._log_weights - self._log_weights.max())
        result: Array = shifted / shifted.sum()
        return result

    def marginals(self, points: Sequence[Point]) -> tuple[Array, Array, Array]:
        """Means and standard deviations of the pool and of further points, and weights."""
        weights = self.weights
        if not points:
            return self._means, np.sqrt(self._variances), weights
        means, variances = self._predict(self._further.rows(points))
        both = np.hstack([self._variances, variances])
        return np.hstack([self._means, means]), np.sqrt(both), weights

    def expect(self, point: Point) -> tuple[float, float]:
        """Mean and standard deviation of one point's response."""
        means, variances = self._predict(self._further.rows([point]))
        w = self.weights
        mean = float(w @ means[:, 0])
        second = float(w @ (variances[:, 0] + means[:, 0] ** 2))
        return mean, math.sqrt(max(second - mean**2, 0.0))

    def worst(self) -> float:
        """The highest mean of the pool."""
        return float((self.weights @ self._means).max())

    def supposing(self, pending: Sequence[Point]) -> GrowingBelief:
        """A copy that was told that these turned out as expected."""
        supposed = copy.deepcopy(self)
        for point in pending:
            supposed.tell(point, supposed.expect(point)[0])
        return supposed

    def tell(
        self,
        point: Point,
        value: float,
        noise_variance: float = 0.0,
        *,
        reach: float = math.inf,
    ) -> None:
        """Condition on one response; one equal to another told reweighs nothing.

        See :meth:`warmstart.models.gaussian.posterior.MixturePosterior.tell`.

        Parameters
        ----------
        point : Point
            What it is of.
        value : float
            Its response.
        noise_variance : float
            Of the observation, in units of the response squared.
        reach : float
            Deviations that it may be from what is expected.
        """
        if point.column < 0:
            self._further.add(point)
        rows, n = self._further.rows([point]), len(self._observed)
        whitened = self._whitened(rows)[:, :, 0]
        mean = rows.means[self._component, 0] + (whitened * self._residuals[:, :n]).sum(axis=1)
        variance = self._prior_variances(rows)[:, 0] - (whitened**2).sum(axis=1)
        variance = np.maximum(variance, _LEAST) + noise_variance
        variance = np.maximum(variance, ((value - mean) / reach) ** 2)
        if value not in self._values:
            self._log_weights = self._log_weights - 0.5 * (
                (value - mean) ** 2 / variance + np.log(2 * math.pi * variance)
            )
        self._make_room(n)
        root = np.sqrt(variance)
        self._root[:, n, :n], self._root[:, n, n] = whitened, root
        self._residuals[:, n] = (value - mean) / root
        across = self._prior_covariance(self._pool, rows)[:, :, 0]
        across -= np.einsum("gk,gkp->gp", whitened, self._across[:, :n])
        across /= root[:, None]
        self._across[:, n] = across
        self._means += across * self._residuals[:, [n]]
        self._variances = np.maximum(self._variances - across**2, 0.0)
        self._observed.append(rows)
        self._values.append(value)
        self._give_up()

    def _predict(self, rows: FurtherRows) -> tuple[Array, Array]:
        n, whitened = len(self._observed), self._whitened(rows)
        means = rows.means[self._component] + np.einsum(
            "gk,gkp->gp", self._residuals[:, :n], whitened
        )
        variances = self._prior_variances(rows) - (whitened**2).sum(axis=1)
        return means, np.maximum(variances, 0.0)

    def _whitened(self, rows: FurtherRows) -> Array:
        """What each result says of points, shape (n_components, n_observed, n_points)."""
        n = len(self._observed)
        covariance = np.empty((len(self._kind), n, rows.means.shape[1]))
        if n:
            observed = self._further.stacked(self._observed)
            covariance[:] = self._prior_covariance(observed, rows)
        for g, root in enumerate(self._root[:, :n, :n]):
            if n:
                covariance[g] = solve_triangular(
                    root, covariance[g], lower=True, check_finite=False
                )
        return covariance

    def _prior_covariance(self, a: FurtherRows, b: FurtherRows) -> Array:
        """Between different points, shape (n_components, n_a, n_b)."""
        shared = np.stack(
            [
                one @ self._further.wide(other, one).T
                for one, other in zip(a.loadings, b.loadings, strict=True)
            ]
        )
        s, tau = self._scales[:, None, None], self._levels[:, None, None]
        result: Array = s**2 * shared[self._kind] + tau**2
        return result

    def _prior_variances(self, rows: FurtherRows) -> Array:
        own = np.stack(
            [
                (loadings**2).sum(axis=1) + noise
                for loadings, noise in zip(rows.loadings, rows.noise, strict=True)
            ]
        )
        result: Array = (
            self._scales[:, None] ** 2 * own[self._kind] + self._levels[:, None] ** 2
        )
        return result

    def _make_room(self, n: int) -> None:
        if n < self._root.shape[1]:
            return
        more = 2 * n
        g, p = len(self._kind), self._across.shape[2]
        root, residuals, across = (
            np.zeros((g, more, more)),
            np.zeros((g, more)),
            np.zeros((g, more, p)),
        )
        root[:, :n, :n], residuals[:, :n], across[:, :n] = (
            self._root,
            self._residuals,
            self._across,
        )
        self._root, self._residuals, self._across = root, residuals, across

    def _give_up(self) -> None:
        """Forget components that results have all but ruled out."""
        kept = self._log_weights - self._log_weights.max() > _NEGLIGIBLE
        if kept.all():
            return
        for name in ("log_weights", "scales", "levels", "kind", "component", "means"):
            setattr(self, f"_{name}", getattr(self, f"_{name}")[kept])
        for name in ("variances", "root", "residuals", "across"):
            setattr(self, f"_{name}", getattr(self, f"_{name}")[kept])
