"""A model's belief about any point of the learners' spaces, whether the base has it or not.

A base knows a learner by some forty configurations, a coarse grid. What a task has to do
with them is carried to other points by kriging, and what kriging leaves open is a process
of the task's own: results tell of their surroundings wherever they are, as in any Bayesian
optimisation, with the base as its prior.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.linalg import cholesky

from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.recommend.belief.learner_kernel import learner_of, learner_space
from warmstart.recommend.belief.prior import IGNORANCE

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.history.identity import Point

Array = np.ndarray[Any, np.dtype[np.float64]]
Points = Sequence["Point"]

_JITTER = 1e-9


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the two kinds of belief make of some points: one row each."""

    means: Array
    """Shape (n_components, n_points)."""

    informed: Factor
    ignorant: Factor


@dataclass(frozen=True, slots=True)
class Spread:
    """Components of a belief, shape (n_components,) each."""

    weights: Array
    scales: Array
    level_stds: Array


class ContinuousPrior:
    r"""Prior belief about one task at any points, the base's or not.

    With :math:`w(x) = k(x, X)(K + \rho I)^{-1}` the response at x is :math:`w(x)` times
    those of the learner's known configurations X, of which the model believes what it does,
    plus a process of the task's own with what is left of the kernel. As in
    :func:`warmstart.recommend.belief.prior.believe` a share of the belief knows nothing of
    other tasks; to it the response is a process with that kernel and nothing else.

    Parameters
    ----------
    fitted : Fitted
        To tasks that share configurations.
    metafeatures : Series, optional
    learners : iterable of str
        Those whose points will be asked about, all of the base; see
        :func:`~warmstart.recommend.belief.learner_kernel.learner_of`.

    References
    ----------
    .. [1] Golovin et al. "Google Vizier: A Service for Black-Box Optimization." KDD 2017
       (a process on what earlier studies leave open).
    """

    def __init__(
        self, fitted: Fitted, metafeatures: pd.Series[Any] | None, learners: Iterable[str]
    ) -> None:
        self._fitted = fitted
        self.spaces = [learner_space(fitted, name) for name in sorted(set(learners))]
        self._start = fitted.pmf.start(metafeatures)
        columns = np.concatenate([space.columns for space in self.spaces])
        self.means = self._start.mixture.prior_means[:, columns]
        factor = self._start.mixture.factors[0]
        loadings = factor.loadings[columns].astype(np.float64)
        covariance = loadings @ loadings.T
        covariance[np.diag_indices_from(covariance)] += factor.noise[columns] + _JITTER
        self.variances = np.diag(covariance).copy()
        self.root = cholesky(covariance, lower=True)

    def believe(self, seen: Points, new: Points) -> tuple[PMFPosterior, MixturePosterior]:
        """Belief about what results may be told of, and about further points.

        The first, once told, is
        :meth:`~warmstart.models.gaussian.posterior.MixturePosterior.extended` by
        the second, of which nothing can be told.

        Parameters
        ----------
        seen : sequence of Point
            Of what results may be told.
        new : sequence of Point
            Further ones.
        """
        parts = self._rows([*seen, *new], len(seen))
        n = len(seen)
        return (
            PMFPosterior(
                self._mixture(parts, slice(0, n)), self._start.ideal, self._start.offset
            ),
            self._mixture(parts, slice(n, None)),
        )

    def _rows(self, points: Points, n_seen: int) -> _Rows:
        n = len(points)
        new = np.array([one.column < 0 for one in points], dtype=bool)
        of = np.array([learner_of(one.values) for one in points])
        weights = np.zeros((n, self.means.shape[1]))
        # What is of another learner is as average as can be.
        means = np.repeat(self.means.mean(axis=1)[:, None], n, axis=1)
        noise, informed_noise = np.ones(n), np.full(n, self.variances.mean())
        own, whole = [np.zeros((n, 0))], [np.zeros((n, 0))]
        first = 0
        for space in self.spaces:
            columns = slice(first, first := first + len(space.columns))
            rows = np.flatnonzero(of == space.learner)
            if not len(rows):
                continue
            at = space.encoder.transform([points[int(k)].values for k in rows])
            carried = space.carry(at, at[new[rows] & (rows < n_seen)])
            weights[rows, columns] = carried.weights
            centre = self.means[:, columns].mean(axis=1, keepdims=True)
            means[:, rows] = centre + (self.means[:, columns] - centre) @ carried.weights.T
            variance = float(self.variances[columns].mean())
            noise[rows] = carried.left + space.noise
            informed_noise[rows] = variance * noise[rows]
            for blocks, block in (
                (own, np.sqrt(variance) * carried.loadings[:, len(space.columns) :]),
                (whole, carried.loadings),
            ):
                blocks.append(np.zeros((n, block.shape[1])))
                blocks[-1][rows] = block
        return _Rows(
            means,
            Factor(np.hstack([weights @ self.root, *own]), informed_noise),
            Factor(np.hstack(whole), noise),
        )

    @property
    def level(self) -> float:
        """Mean response under ignorance of other tasks: the average over configurations."""
        return float(self._start.mixture.weights @ self.means.mean(axis=1))

    def spread(self) -> Spread:
        """Of the components: those that believe in the base, then those that do not."""
        known = self._start.mixture
        n, levels = len(known.scales), self.means.mean(axis=1)
        level_std = np.sqrt(known.weights @ (known.level_stds**2 + (levels - self.level) ** 2))
        return Spread(
            np.concatenate([(1 - IGNORANCE) * known.weights, np.full(n, IGNORANCE / n)]),
            np.concatenate([known.scales, known.scales]),
            np.concatenate([known.level_stds, np.full(n, level_std)]),
        )

    def _mixture(self, parts: _Rows, rows: slice) -> MixturePosterior:
        n = len(self._start.mixture.scales)
        informed, ignorant = (
            Factor(factor.loadings[rows], factor.noise[rows])
            for factor in (parts.informed, parts.ignorant)
        )
        means, spread = parts.means[:, rows], self.spread()
        return MixturePosterior(
            spread.weights,
            np.concatenate([means, np.full_like(means, self.level)]),
            spread.scales,
            spread.level_stds,
            [informed] * n + [ignorant] * n,
        )
