"""A mixture of Gaussians over all configurations of one task, conditioned exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from warmstart.errors import ArgumentError
from warmstart.models.gaussian.factor import DRAWS_AT_ONCE, Factor

Array = np.ndarray[Any, np.dtype[np.float64]]

_LEAST = 1e-12
"""Variance that rounding may have taken away."""


class MixturePosterior:
    r"""Belief about a task's responses: a mixture of factor Gaussians, sharpened by results.

    Component g before any result is :math:`N(\mu_g, s_g^2 C_g + \tau_g^2 11^T)`. Only
    columns of a covariance are ever formed, and results sharpen the latents they have in
    common, so a step costs O(n_configs n_latent) whatever was told before.

    Parameters
    ----------
    weights : ndarray, shape (n_components,)
    means : ndarray, shape (n_components, n_configs)
    scales : ndarray, shape (n_components,)
        :math:`s_g`.
    level_stds : ndarray, shape (n_components,)
        :math:`\tau_g`, uncertainty of the level all configurations share.
    factors : sequence of Factor, length n_components
        :math:`C_g`; components may share one.
    """

    def __init__(
        self,
        weights: Array,
        means: Array,
        scales: Array,
        level_stds: Array,
        factors: Sequence[Factor],
    ) -> None:
        self._log_weights = np.log(weights)
        self.prior_means = means
        self.scales, self.level_stds, self.factors = scales, level_stds, tuple(factors)
        self.means: Array = means.copy()
        # Components by the factor they share, which is then worked with once.
        by_factor: dict[int, list[int]] = {}
        for g, factor in enumerate(self.factors):
            by_factor.setdefault(id(factor), []).append(g)
        self._groups = [(self.factors[of[0]], np.array(of)) for of in by_factor.values()]
        # What was told of the latents: of each group (n_in_group, room, n_latent + 1), filled
        # up to the number of results.
        self._learnt: list[Array] = [
            np.empty((len(members), 0, factor.loadings.shape[1] + 1))
            for factor, members in self._groups
        ]
        self._exact = True
        own = self._by_factor(lambda factor: factor.variances())
        self.variances: Array = scales[:, None] ** 2 * own + level_stds[:, None] ** 2
        # Rows of L⁻¹ C[told, :], the Cholesky factor of the told block applied to C.
        self._whitened: list[Array] = []
        self.told: list[int] = []
        self._values: list[float] = []
        self._noise_variances: list[float] = []
        # Of each result, per component: root of its variance when it was told, and how far
        # off it was in units of that.
        self._roots: list[Array] = []
        self._gaps: list[Array] = []

    def _by_factor(self, compute: Callable[[Factor], Array]) -> Array:
        """One row a component; a factor that components share is computed once."""
        rows = np.empty((len(self.factors), self.n_configs))
        for factor, members in self._groups:
            rows[members] = compute(factor)
        return rows

    @property
    def values(self) -> Sequence[float]:
        """Responses told, in order."""
        return self._values

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

    def extended(self, more: MixturePosterior) -> MixturePosterior:
        """This belief over its own configurations and those of `more`, as if told of both.

        Parameters
        ----------
        more : MixturePosterior
            Prior belief of the same components about further configurations, in whose
            factors latents mean the same.

        Returns
        -------
        MixturePosterior
            Own configurations first. Costs O(n_told (n_told + n_latent)) for each of `more`.
        """
        pairs = {
            (id(one), id(other)): Factor(
                np.vstack([one.loadings, other.loadings]), np.r_[one.noise, other.noise]
            )
            for one, other in zip(self.factors, more.factors, strict=True)
        }
        joint = MixturePosterior(
            np.ones_like(self.scales),
            np.hstack([self.prior_means, more.prior_means]),
            self.scales,
            self.level_stds,
            [pairs[id(a), id(b)] for a, b in zip(self.factors, more.factors, strict=True)],
        )
        n = self.n_configs
        joint.means[:, :n], joint.variances[:, :n] = self.means, self.variances
        joint._log_weights, joint._exact = self._log_weights.copy(), self._exact
        joint._learnt = [learnt.copy() for learnt in self._learnt]
        for k, (row, gap) in enumerate(zip(self._whitened, self._gaps, strict=True)):
            new = (
                more._of_latents(joint._learnt, k)
                if self._exact
                else joint._new_row(k, n, self)
            )
            joint.means[:, n:] += new * gap[:, None]
            joint.variances[:, n:] -= new**2
            joint._whitened.append(np.hstack([row, new]))
        np.maximum(joint.variances, 0.0, out=joint.variances)
        joint.told, joint._values = list(self.told), list(self._values)
        joint._noise_variances = list(self._noise_variances)
        joint._roots, joint._gaps = list(self._roots), list(self._gaps)
        return joint

    def _of_latents(self, learnt: list[Array], k: int) -> Array:
        """What result k said of the latents, read at these configurations."""
        result = np.empty_like(self.means)
        for (factor, members), told in zip(self._groups, learnt, strict=True):
            scales, levels = self.scales[members], self.level_stds[members]
            weights = (scales[:, None] * told[:, k, :-1]).astype(factor.loadings.dtype)
            result[members] = weights @ factor.loadings.T + (levels * told[:, k, -1])[:, None]
        return result

    def _new_row(self, k: int, n: int, before: MixturePosterior) -> Array:
        """Row of result k over the configurations from `n` on, from the rows before it."""
        index = before.told[k]
        shared = self._by_factor(lambda factor: factor.loadings @ factor.loadings[index])
        row = self.scales[:, None] ** 2 * shared[:, n:] + self.level_stds[:, None] ** 2
        for earlier in self._whitened:
            row -= earlier[:, [index]] * earlier[:, n:]
        result: Array = row / before._roots[k][:, None]
        return result

    def shared_only(self) -> MixturePosterior:
        """The same prior without what each configuration does on its own."""
        parts = {id(f): Factor(f.loadings, np.zeros_like(f.noise)) for f in self.factors}
        factors = [parts[id(factor)] for factor in self.factors]
        return MixturePosterior(
            self.weights, self.prior_means, self.scales, self.level_stds, factors
        )

    def restricted(self, columns: npt.NDArray[np.intp]) -> MixturePosterior:
        """The same prior over some of the configurations, in that order; not once told."""
        if self.told:
            raise ValueError(f"{len(self.told)} results were told already")
        parts = {id(f): Factor(f.loadings[columns], f.noise[columns]) for f in self.factors}
        return MixturePosterior(
            self.weights,
            self.prior_means[:, columns],
            self.scales,
            self.level_stds,
            [parts[id(factor)] for factor in self.factors],
        )

    def untold(self) -> MixturePosterior:
        """A copy that was told nothing; of a belief that was not."""
        if self.told:
            raise ArgumentError(f"{len(self.told)} results were told already")
        return MixturePosterior(
            self.weights, self.prior_means, self.scales, self.level_stds, self.factors
        )

    def covariance_column(self, index: int) -> Array:
        """Prior covariance of every configuration with one, shape (n_components, n_configs)."""
        shared = self._by_factor(lambda factor: factor.column(index))
        result: Array = self.scales[:, None] ** 2 * shared + self.level_stds[:, None] ** 2
        return result

    def foretell(self, average: Array, mean: float, variance: float) -> None:
        r"""Let an average of the responses have a distribution known from elsewhere.

        Of every component all that the average does not decide stays as it is:

        .. math:: \mu' = \mu + \tfrac{k}{v}(m - a^T \mu), \quad
                  K' = K - \tfrac{k k^T}{v} \left(1 - \tfrac{\sigma^2}{v}\right), \quad
                  k = K a, \; v = a^T k

        Only :attr:`means` and :attr:`variances` follow, so nothing can be told afterwards.

        Parameters
        ----------
        average : ndarray, shape (n_configs,)
            Weights :math:`a`, summing to one.
        mean, variance : float
            Of the average: :math:`m` and :math:`\sigma^2`.

        References
        ----------
        .. [1] Jeffrey. "The Logic of Decision." 1965 (evidence that leaves the average
           uncertain, and all else given it as it was).
        """
        if self.told:
            raise ValueError(f"{len(self.told)} results were told already")
        shared = self._by_factor(
            lambda f: f.loadings @ (f.loadings.T @ average) + f.noise * average
        )
        with_average = self.scales[:, None] ** 2 * shared
        with_average += self.level_stds[:, None] ** 2 * average.sum()
        own = np.maximum(with_average @ average, _LEAST)
        gain = with_average / own[:, None]
        self.means += gain * (mean - self.means @ average)[:, None]
        self.variances += gain**2 * (variance - own)[:, None]
        np.maximum(self.variances, _LEAST, out=self.variances)

    def tell(self, index: int, value: float, noise_variance: float = 0.0) -> None:
        """Condition every component on one response and reweigh them by how likely it was.

        A response equal to one told before does not reweigh them: where outcomes tie, as
        those of small data do, each tie would count as evidence for the smallest scale.

        Parameters
        ----------
        index : int
            Configuration.
        value : float
            Its response.
        noise_variance : float
            Variance of the observation's own error, in units of the response squared.
        """
        self._exact = self._exact and noise_variance == 0.0 and index not in self.told
        if self._exact:
            column = self._column_given_told(index)
        else:
            column = self.covariance_column(index)
            for row in self._whitened:
                column -= row[:, [index]] * row
        variance = np.maximum(column[:, index], _LEAST) + noise_variance
        residual = value - self.means[:, index]
        if value not in self._values:
            self._log_weights = self._log_weights - 0.5 * (
                residual**2 / variance + np.log(2 * math.pi * variance)
            )
        root = np.sqrt(variance)
        kind = column.dtype
        row = np.divide(column, root.astype(kind)[:, None], out=column)
        self.means += row * (residual / root).astype(kind)[:, None]
        self.variances -= row**2
        np.maximum(self.variances, 0.0, out=self.variances)
        self._whitened.append(row)
        self.told.append(index)
        self._values.append(value)
        self._noise_variances.append(noise_variance)
        self._roots.append(root)
        self._gaps.append(residual / root)

    def _column_given_told(self, index: int) -> Array:
        r"""Covariance with one given exact results on others, shape (n_components, n_configs).

        A configuration and another are alike only through their latents, with the level as
        one more: :math:`\operatorname{cov}(i, j) = h_i^T M h_j` with
        :math:`h_i = (s_g \lambda_i, \tau_g)` and M what is left of the latents' covariance,
        :math:`I - \sum u u^T` over one u for each result. What was told is known for good.
        """
        kind = np.result_type(*(factor.loadings for factor, _ in self._groups))
        result: Array = np.empty(self.means.shape, dtype=kind)
        n_told = len(self.told)
        for place, (factor, members) in enumerate(self._groups):
            scales, levels = self.scales[members], self.level_stds[members]
            h = np.column_stack([np.outer(scales, factor.loadings[index]), levels])
            u = self._learnt[place][:, :n_told]
            v = h - ((u @ h[:, :, None]).transpose(0, 2, 1) @ u)[:, 0]
            # One product for all components of the group: it reads the loadings once.
            weights = (scales[:, None] * v[:, :-1]).astype(factor.loadings.dtype)
            column = weights @ factor.loadings.T
            column += (levels * v[:, -1]).astype(column.dtype)[:, None]
            column[:, index] += scales**2 * factor.noise[index]
            variance = np.maximum(column[:, index], _LEAST)
            if n_told == self._learnt[place].shape[1]:
                room = np.empty((len(members), max(n_told, 8), v.shape[1]))
                self._learnt[place] = np.concatenate([self._learnt[place], room], axis=1)
            self._learnt[place][:, n_told] = v / np.sqrt(variance)[:, None]
            if len(self._groups) == 1:
                result = column
            else:
                result[members] = column
        result[:, self.told] = 0.0
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

    def sample(
        self,
        n_samples: int,
        rng: np.random.Generator,
        columns: npt.NDArray[np.intp] | None = None,
    ) -> Array:
        """Joint draws of responses, shape (n_samples, n_configs).

        Prior draws corrected by the told results (Matheron's rule), so no covariance of
        all configurations is ever factorised.

        Parameters
        ----------
        n_samples : int
        rng : Generator
        columns : ndarray of int, optional
            Of these configurations only, in that order: costs as if there were no others.

        References
        ----------
        .. [1] Wilson et al. "Efficiently Sampling Functions from Gaussian Process
           Posteriors." ICML 2020.
        """
        drawn_at = np.arange(self.n_configs)
        if columns is not None:
            drawn_at = np.unique(np.r_[columns, np.array(self.told, dtype=np.intp)])
        counts = rng.multinomial(n_samples, self.weights)
        kind = np.result_type(*(factor.loadings for factor, _ in self._groups))
        draws: Array = np.empty((n_samples, len(drawn_at)), dtype=kind)
        start = 0
        for g, count in enumerate(counts):
            if count:
                rows = slice(start, start + count)
                self._sample_component(
                    g, rng, draws[rows], None if columns is None else drawn_at
                )
            start += int(count)
        if columns is None:
            return draws
        result: Array = draws[:, np.searchsorted(drawn_at, columns)]
        return result

    def _sample_component(
        self,
        g: int,
        rng: np.random.Generator,
        draws: Array,
        columns: npt.NDArray[np.intp] | None,
    ) -> None:
        count, factor = len(draws), self.factors[g]
        chosen: Any = slice(None)
        if columns is not None:
            factor, chosen = Factor(factor.loadings[columns], factor.noise[columns]), columns
        factor.sample(count, rng, scale=float(self.scales[g]), out=draws)
        level = rng.standard_normal((count, 1)) * self.level_stds[g]
        mean = self.prior_means[g, chosen].astype(draws.dtype)
        for start in range(0, count, DRAWS_AT_ONCE):
            rows = slice(start, start + DRAWS_AT_ONCE)
            draws[rows] += mean
            draws[rows] += level[rows].astype(draws.dtype)
        if self.told:
            self._condition(g, rng, draws, columns)

    def _condition(
        self,
        g: int,
        rng: np.random.Generator,
        draws: Array,
        columns: npt.NDArray[np.intp] | None,
    ) -> None:
        """Draws of the prior made draws of the posterior, in place."""
        told = np.array(self.told, dtype=np.intp)
        chosen: Any = slice(None) if columns is None else columns
        rows = np.stack([row[g, chosen] for row in self._whitened])
        at_told = np.stack([row[g, told] for row in self._whitened])
        places = told if columns is None else np.searchsorted(columns, told)
        # The same rank-one steps as tell(), with the draw's own values as the prior mean;
        # first where results were told, then everywhere at once.
        drawn = draws[:, places].astype(np.float64)
        gaps = np.zeros((len(draws), len(told)))
        for k, (value, noise) in enumerate(
            zip(self._values, self._noise_variances, strict=True)
        ):
            # row[index] is c / root with root² = c + noise.
            seen = at_told[k, k]
            root = (seen + math.sqrt(seen**2 + 4 * noise)) / 2
            if root <= 0:
                continue
            error = math.sqrt(noise) * rng.standard_normal(len(draws)) if noise else 0.0
            gaps[:, k] = (value + error - drawn[:, k]) / root
            drawn += np.outer(gaps[:, k], at_told[k])
        draws += gaps.astype(draws.dtype) @ rows.astype(draws.dtype)
