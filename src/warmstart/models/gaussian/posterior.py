"""A mixture of Gaussians over all configurations of one task, conditioned exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError
from warmstart.models.gaussian.factor import DRAWS_AT_ONCE, Factor
from warmstart.models.gaussian.latents import LEAST, SharedLatents
from warmstart.models.gaussian.mixture import Mixture
from warmstart.models.gaussian.results import Results

Array = np.ndarray[Any, np.dtype[np.float64]]


class MixturePosterior(Mixture):
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
        self.latents = SharedLatents(self.factors, scales, level_stds)
        self._exact = True
        own = self.latents.by_factor(lambda factor: factor.variances())
        self.variances: Array = scales[:, None] ** 2 * own + level_stds[:, None] ** 2
        self._results = Results()

    @property
    def values(self) -> Sequence[float]:
        """Responses told."""
        return self._results.values

    @property
    def observed(self) -> Sequence[int]:
        """Configurations told, in order."""
        return self._results.observed

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
            Own configurations first. Costs O(n_observed (n_observed + n_latent)) for each of
            `more`.
        """
        both = list(zip(self.factors, more.factors, strict=True))
        pairs = {(id(one), id(other)): one.beside(other) for one, other in both}
        joint = MixturePosterior(
            np.ones_like(self.scales),
            np.hstack([self.prior_means, more.prior_means]),
            self.scales,
            self.level_stds,
            [pairs[id(one), id(other)] for one, other in both],
        )
        n = self.n_configs
        joint.means[:, :n], joint.variances[:, :n] = self.means, self.variances
        joint._log_weights, joint._exact = self._log_weights.copy(), self._exact
        joint.latents.learnt = [learnt.copy() for learnt in self.latents.learnt]
        known, joint._results = self._results, self._results.copy()
        for k, (row, residual) in enumerate(zip(known.whitened, known.residuals, strict=True)):
            learnt = joint.latents.learnt
            new = more.latents.read(learnt, k) if self._exact else joint._new_row(k, n)
            joint.means[:, n:] += new * residual[:, None]
            joint.variances[:, n:] -= new**2
            joint._results.whitened.append(np.hstack([row, new]))
        np.maximum(joint.variances, 0.0, out=joint.variances)
        return joint

    def _new_row(self, k: int, n: int) -> Array:
        """Row of result k over configurations from `n` on, from the rows before it."""
        index = self.observed[k]
        like = self.latents.by_factor(lambda one: one.loadings @ one.loadings[index])
        row = self.scales[:, None] ** 2 * like[:, n:] + self.level_stds[:, None] ** 2
        for earlier in self._results.whitened:
            row -= earlier[:, [index]] * earlier[:, n:]
        result: Array = row / self._results.roots[k][:, None]
        return result

    def shared_only(self) -> MixturePosterior:
        """The same prior without what each configuration does on its own."""
        return self._prior(lambda f: Factor(f.loadings, np.zeros_like(f.noise)))

    def restricted(self, columns: npt.NDArray[np.intp]) -> MixturePosterior:
        """The same prior over some of the configurations, in that order; not once told."""
        self._refuse_results()
        return self._prior(lambda factor: factor.restricted(columns), columns)

    def untold(self) -> MixturePosterior:
        """A copy that was told nothing; of a belief that was not."""
        self._refuse_results()
        return self._prior(lambda factor: factor)

    def _prior(
        self, change: Callable[[Factor], Factor], columns: Any = slice(None)
    ) -> MixturePosterior:
        parts = {id(factor): change(factor) for factor in self.factors}
        means, factors = self.prior_means[:, columns], [parts[id(f)] for f in self.factors]
        return MixturePosterior(self.weights, means, self.scales, self.level_stds, factors)

    def _refuse_results(self) -> None:
        if self.observed:
            raise ArgumentError(f"{len(self.observed)} results were told already")

    def covariance_column(self, index: int) -> Array:
        """Prior covariance of every configuration with one, shape (n_components, n_configs)."""
        shared = self.latents.by_factor(lambda factor: factor.column(index))
        result: Array = self.scales[:, None] ** 2 * shared + self.level_stds[:, None] ** 2
        return result

    def tell(
        self, index: int, value: float, noise_variance: float = 0.0, *, reach: float = math.inf
    ) -> None:
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
            Of the observation's own error, in units of the response squared.
        reach : float
            Deviations that it may be from what a component expects: what is beyond is taken
            as the configuration's own, so that one wild result overthrows nothing.
        """
        self._exact = self._exact and noise_variance == 0.0 and index not in self.observed
        if self._exact:
            column = self.latents.column_after(self.observed, index)
        else:
            column = self.covariance_column(index)
            for row in self._results.whitened:
                column -= row[:, [index]] * row
        expected = np.maximum(column[:, index], LEAST) + noise_variance
        residual = value - self.means[:, index]
        own = np.maximum((residual / reach) ** 2 - expected, 0.0)
        variance = expected + own
        if own.any():
            column[:, index] += own
            self.variances[:, index] += own
            if self._exact:
                self.latents.discount(len(self.observed), np.sqrt(expected / variance))
        if value not in self._results.values:
            self._log_weights = self._log_weights - 0.5 * (
                residual**2 / variance + np.log(2 * math.pi * variance)
            )
        root, kind = np.sqrt(variance), column.dtype
        row = np.divide(column, root.astype(kind)[:, None], out=column)
        self.means += row * (residual / root).astype(kind)[:, None]
        self.variances -= row**2
        np.maximum(self.variances, 0.0, out=self.variances)
        self._results.add(index, value, noise_variance, own, row, root, residual / root)

    def sample(
        self,
        n_samples: int,
        rng: np.random.Generator,
        columns: npt.NDArray[np.intp] | None = None,
        weights: Array | None = None,
    ) -> Array:
        """Joint draws of responses, shape (n_samples, n_configs).

        Prior draws corrected by results (Matheron's rule): no covariance is factorised.

        Parameters
        ----------
        n_samples : int
        rng : Generator
        columns : ndarray of int, optional
            Of these only, in that order: costs as if there were no others.
        weights : ndarray, shape (n_components,), optional
            Instead of the posterior ones.

        References
        ----------
        .. [1] Wilson et al. "Efficiently Sampling Functions from Gaussian Process
           Posteriors." ICML 2020.
        """
        weights, places = self.weights if weights is None else weights, None
        if columns is not None:
            places = np.unique(np.r_[columns, np.array(self.observed, dtype=np.intp)])
        n_columns = self.n_configs if places is None else len(places)
        draws: Array = np.empty((n_samples, n_columns), dtype=self.latents.kind)
        ends = np.cumsum(counts := rng.multinomial(n_samples, weights))
        for g in np.flatnonzero(counts).tolist():
            self._sample_component(g, rng, draws[ends[g] - counts[g] : ends[g]], places)
        if places is None or columns is None:
            return draws
        return np.asarray(draws[:, np.searchsorted(places, columns)])

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
            factor, chosen = factor.restricted(columns), columns
        factor.sample(count, rng, scale=float(self.scales[g]), out=draws)
        level = rng.standard_normal((count, 1)) * self.level_stds[g]
        mean = self.prior_means[g, chosen].astype(draws.dtype)
        for start in range(0, count, DRAWS_AT_ONCE):
            rows = slice(start, start + DRAWS_AT_ONCE)
            draws[rows] += mean
            draws[rows] += level[rows].astype(draws.dtype)
        if self.observed:
            self._results.condition(draws, g, rng, columns)
