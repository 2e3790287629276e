"""Belief about a new task's scores anywhere in a cube, led by the surfaces of other tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.special import ndtri

from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.box import FLOOR
from warmstart.models.surfaces.sources import floored

Array = np.ndarray[Any, np.dtype[np.float64]]

NOISES = (0.03, 0.1, 0.3)
"""Variances of a told score's error, in units of the task's own variance."""

LEVEL_VARIANCE = 9.0
"""Of what is not known of a task's level, in the same units."""

_LEAST_SHARE = 0.01
"""Components with less of the weight of the likeliest are left out of predictions."""

_FLOORED_FROM = 10
"""Results from which on the lowest count as equally bad, as in other tasks."""


@dataclass(frozen=True, slots=True)
class Blend:
    """How much of a task is as in other tasks, and how much its own."""

    shared: float
    """Variance that other tasks' differences explain."""

    own: float
    """Variance of a process of the task's own."""

    led: float
    """1 where what other tasks agree on is expected, 0 where nothing is."""

    weight: float
    """Before any result."""


BLENDS = (
    Blend(0.9, 0.1, 1.0, 0.3),
    Blend(0.6, 0.4, 1.0, 0.3),
    Blend(0.3, 0.7, 1.0, 0.3),
    # Who expects nothing of other tasks is right where they mislead.
    Blend(0.0, 1.0, 0.0, 0.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Points of a cube with all a belief needs of them."""

    features: Array
    """Shape (n, n_features): what the task's own process sees, the axes of other tasks and
    any that these lack."""

    mean: Array
    """What other tasks agree on, shape (n,)."""

    loadings: Array
    """How each differs, shape (n, n_tasks)."""

    def __len__(self) -> int:
        return len(self.mean)

    def take(self, rows: Any) -> Places:
        """Some of them, in the order asked for."""
        return Places(
            features=self.features[rows], mean=self.mean[rows], loadings=self.loadings[rows]
        )

    def joined(self, other: Places) -> Places:
        """These, then those."""
        return Places(
            features=np.concatenate([self.features, other.features]),
            mean=np.concatenate([self.mean, other.mean]),
            loadings=np.concatenate([self.loadings, other.loadings]),
        )


class SurfaceBelief:
    r"""A mixture of processes about what other tasks agree on.

    .. math:: y = c + s\,(m \mu(x) + f(x)) + e, \quad
              \mathrm{cov} f = a\,\phi\phi^T + b\,k(x, x'), \quad
              \mathrm{var}\,e = s^2 n, \quad c \sim N(\bar y, 9 s^2)

    over blends (a, b, m), noises n and scales s, weighted by what each makes of the results.
    Inside, responses are scores with their sign changed: lower is better, as for every
    :class:`~warmstart.protocols.Belief`.

    Parameters
    ----------
    places : Places
        The configurations it speaks of.
    kernel : SharedKernel
        Of the task's own process, one lengthscale a feature.
    scales : array-like, shape (n_scales,)
        What s may be, in units of the score.
    blends : sequence of Blend
    floor : float
        Share of the lowest scores that count as equally bad.

    References
    ----------
    .. [1] Golovin et al. "Google Vizier: A Service for Black-Box Optimization." KDD 2017
       (a process on what earlier studies leave open).
    .. [2] Wang et al. "Pre-trained Gaussian Processes for Bayesian Optimization." JMLR 25,
       2024 (mean and covariance of a task from those of others).
    """

    n_initial = 1

    def __init__(
        self,
        places: Places,
        kernel: SharedKernel,
        scales: Sequence[float] | Array,
        blends: Sequence[Blend] = BLENDS,
        floor: float = FLOOR,
    ) -> None:
        self.places, self._kernel, self._floor = places, kernel, floor
        self._scales, self._blends = np.asarray(scales, dtype=float), tuple(blends)
        self.design: Sequence[int] = np.argsort(-places.mean, kind="stable").tolist()
        """Best first by what other tasks agree on."""

        self._scores: dict[int, list[float]] = {}
        self._marginals: tuple[Array, Array, Array] | None = None

    @property
    def observed(self) -> Sequence[int]:
        """Places whose scores it was told, in order; each once."""
        return list(self._scores)

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score; scores of the same place average."""
        self._scores.setdefault(int(index), []).append(float(score))
        self._marginals = None

    def marginals(self) -> tuple[Array, Array, Array]:
        """Means and standard deviations, (n_components, n_places), and weights."""
        if self._marginals is None:
            self._marginals = self._condition() if self._scores else self._before()
        return self._marginals

    def incumbent(self) -> float:
        """The lowest mean of a place that was told; infinite before."""
        if not self._scores:
            return np.inf
        means, _, weights = self.marginals()
        return float((weights @ means)[list(self._scores)].min())

    def mean(self) -> Array:
        """Expected scores, shape (n_places,); about zero before any is told."""
        means, _, weights = self.marginals()
        expected: Array = -(weights @ means)
        return expected

    def std(self) -> Array:
        """Of the mixture, shape (n_places,)."""
        means, stds, weights = self.marginals()
        centre = weights @ means
        spread: Array = np.sqrt(weights @ (stds**2 + (means - centre) ** 2))
        return spread

    def interval(self, level: float = 0.9) -> tuple[Array, Array]:
        """Ends of the central interval, as of a Gaussian with the mixture's moments."""
        reach = float(ndtri((1 + level) / 2)) * self.std()
        return self.mean() - reach, self.mean() + reach

    def draws(self, n: int, rng: np.random.Generator) -> Array:
        """A component a draw, places independent within it; shape (n, n_places)."""
        means, stds, weights = self.marginals()
        of = rng.choice(len(weights), size=n, p=weights)
        drawn: Array = -(means[of] + stds[of] * rng.standard_normal((n, len(self.places))))
        return drawn

    def _before(self) -> tuple[Array, Array, Array]:
        """Of the middle scale, about a level of zero."""
        s, places = float(np.median(self._scales)), self.places
        explained = (places.loadings**2).sum(axis=1)
        means = np.stack([-s * blend.led * places.mean for blend in self._blends])
        stds = np.stack([s * np.sqrt(b.shared * explained + b.own) for b in self._blends])
        return means, stds, np.array([blend.weight for blend in self._blends])

    def _responses(self) -> Array:
        scores = np.array([np.mean(values) for values in self._scores.values()])
        return floored(scores, self._floor) if len(scores) >= _FLOORED_FROM else scores

    def _condition(self) -> tuple[Array, Array, Array]:
        rows = list(self._scores)
        known, y = self.places.take(rows), self._responses()
        n, centre = len(y), float(y.mean())
        shared = known.loadings @ known.loadings.T
        own = self._kernel.between(known.features, known.features)
        # A scale a row: what is left of the scores by each.
        scaled = (y - centre) / self._scales[:, None]
        found = []
        for blend in self._blends:
            left = (scaled - blend.led * known.mean).T
            for noise in NOISES:
                covariance = blend.shared * shared + blend.own * own + LEVEL_VARIANCE
                covariance[np.diag_indices(n)] += noise
                root = cholesky(covariance, lower=True, check_finite=False)
                weights = cho_solve((root, True), left, check_finite=False)
                # The level was taken from the scores: one of them says nothing of the scale.
                evidence = (
                    np.log(blend.weight)
                    - 0.5 * (left * weights).sum(axis=0)
                    - np.log(np.diag(root)).sum()
                    - (n - 1) * np.log(self._scales)
                )
                found.append((blend, root, weights, evidence))
        evidences = np.stack([evidence for *_, evidence in found])
        shares = np.exp(evidences - evidences.max())
        shares[shares < _LEAST_SHARE] = 0.0
        return self._predict(rows, centre, [one[:3] for one in found], shares / shares.sum())

    def _predict(
        self, rows: list[int], centre: float, fitted: Sequence[tuple[Any, ...]], shares: Array
    ) -> tuple[Array, Array, Array]:
        places = self.places
        known = places.take(rows)
        shared = places.loadings @ known.loadings.T
        own = self._kernel.between(places.features, known.features)
        explained = (places.loadings**2).sum(axis=1)
        means, stds, weights = [], [], []
        for (blend, root, solved, *_), share in zip(fitted, shares, strict=True):
            of = np.flatnonzero(share)
            if not len(of):
                continue
            across = blend.shared * shared + blend.own * own + LEVEL_VARIANCE
            half = solve_triangular(root, across.T, lower=True, check_finite=False)
            before = blend.shared * explained + blend.own + LEVEL_VARIANCE
            std = np.sqrt(np.maximum(before - (half**2).sum(axis=0), 1e-12))
            for k in of.tolist():
                s = self._scales[k]
                means.append(-(centre + s * (blend.led * places.mean + across @ solved[:, k])))
                stds.append(s * std)
                weights.append(share[k])
        return np.stack(means), np.stack(stds), np.array(weights)
