"""Points of the learners' spaces as rows of two factors, further ones told among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from warmstart.recommend.belief.learner_kernel import learner_of

if TYPE_CHECKING:
    from warmstart.recommend.belief.continuous import ContinuousPrior
    from warmstart.recommend.belief.learner_kernel import LearnerSpace
    from warmstart.recommend.history.identity import Point

Array = np.ndarray[Any, np.dtype[np.float64]]

_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class FurtherRows:
    """Some points; of each pair the first is what the base lends, the second ignorance."""

    means: Array
    """Shape (n_components, n_points)."""

    loadings: tuple[Array, Array]
    """Shape (n_points, n_known + n_further), whatever n_further was then."""

    noise: tuple[Array, Array]
    """Shape (n_points,)."""


class _Learner:
    """A learner's known configurations and further points, whitened."""

    def __init__(self, space: LearnerSpace, columns: slice) -> None:
        self.space, self.columns = space, columns
        self.inducing = space.points
        inner = space.kernel.between(space.points, space.points)
        inner[np.diag_indices_from(inner)] += space.noise
        self.root: Array = cholesky(inner, lower=True)
        self.further: list[int] = []

    def whitened(self, points: Sequence[Point]) -> Array:
        """Loadings on the known ones and then the further, (n_inducing, n_points)."""
        at = self.space.encoder.transform([one.values for one in points])
        across = self.space.kernel.between(self.inducing, at)
        result: Array = solve_triangular(self.root, across, lower=True, check_finite=False)
        return result

    def add(self, point: Point, place: int) -> None:
        """One more point that others may be like."""
        row = self.whitened([point])[:, 0]
        n = len(row)
        root = np.zeros((n + 1, n + 1))
        root[:n, :n], root[n, :n] = self.root, row
        root[n, n] = np.sqrt(max(1.0 + _LEAST - float(row @ row), _LEAST))
        at = self.space.encoder.transform([point.values])
        self.root, self.inducing = root, np.vstack([self.inducing, at])
        self.further.append(place)


class Further:
    """Makes rows of points, and keeps the further ones that results were told of.

    A further point is a latent of its own to those that come after it; what came before
    keeps its row, as if the two were alike through the known configurations alone.
    """

    def __init__(self, prior: ContinuousPrior) -> None:
        self._prior = prior
        self._learners: list[_Learner] = []
        first = 0
        for space in prior.spaces:
            columns = slice(first, first := first + len(space.columns))
            self._learners.append(_Learner(space, columns))
        self._n_known, self._n_further = first, 0

    def add(self, point: Point) -> None:
        """Make a point a latent; one of a learner the base lacks is like no other."""
        for learner in self._learners:
            if learner.space.learner == learner_of(point.values):
                learner.add(point, self._n_known + self._n_further)
                self._n_further += 1

    def rows(self, points: Sequence[Point]) -> FurtherRows:
        """Of points in terms of what is known so far."""
        known, n = self._prior, len(points)
        width = self._n_known + self._n_further
        weights = np.zeros((n, self._n_known))
        # What is of another learner is as average as can be.
        means = np.repeat(known.means.mean(axis=1)[:, None], n, axis=1)
        own, ignorant = np.zeros((n, self._n_further)), np.zeros((n, width))
        noise, informed_noise = np.ones(n), np.full(n, known.variances.mean())
        of = np.array([learner_of(one.values) for one in points])
        for learner in self._learners:
            rows = np.flatnonzero(of == learner.space.learner)
            if not len(rows):
                continue
            loadings = learner.whitened([points[int(k)] for k in rows])
            n_known, columns = len(learner.space.columns), learner.columns
            carried = solve_triangular(
                learner.root[:n_known, :n_known], loadings[:n_known], lower=True, trans="T"
            )
            weights[rows, columns] = carried.T
            centre = known.means[:, columns].mean(axis=1, keepdims=True)
            means[:, rows] = centre + (known.means[:, columns] - centre) @ carried
            variance = float(known.variances[columns].mean())
            left = np.maximum(1.0 - (loadings**2).sum(axis=0), 0.0)
            noise[rows] = left + learner.space.noise
            informed_noise[rows] = variance * noise[rows]
            ignorant[rows, columns] = loadings[:n_known].T
            places = np.asarray(learner.further, dtype=np.intp)
            ignorant[rows[:, None], places] = loadings[n_known:].T
            own[rows[:, None], places - self._n_known] = (
                np.sqrt(variance) * loadings[n_known:].T
            )
        # Of a known configuration the base says all there is, but for a result's own error.
        informed = np.hstack([weights @ known.root, own])
        both = np.concatenate([means, np.repeat(self._level(known), n, axis=1)])
        return FurtherRows(both, (informed, ignorant), (informed_noise, noise))

    @staticmethod
    def _level(known: ContinuousPrior) -> Array:
        n = len(known.means)
        return np.full((n, 1), known.level)

    def stacked(self, rows: Sequence[FurtherRows]) -> FurtherRows:
        """Rows of different times as one."""
        width = self._n_known + self._n_further
        loadings, noise = [], []
        for kind in range(2):
            whole = np.zeros((len(rows), width))
            for place, one in enumerate(rows):
                row = one.loadings[kind]
                whole[place, : row.shape[1]] = row[0]
            loadings.append(whole)
            noise.append(np.array([one.noise[kind][0] for one in rows]))
        means = np.hstack([one.means for one in rows])
        return FurtherRows(means, (loadings[0], loadings[1]), (noise[0], noise[1]))

    @staticmethod
    def wide(loadings: Array, other: Array) -> Array:
        """Loadings cut or filled up to as many latents as others have.

        Parameters
        ----------
        loadings : ndarray, shape (n_points, n_latent)
        other : ndarray, shape (n_others, n_latent_of_others)
            Rows that are at least as wide.
        """
        n = other.shape[1]
        if loadings.shape[1] >= n:
            return loadings[:, :n]
        return np.pad(loadings, ((0, 0), (0, n - loadings.shape[1])))
