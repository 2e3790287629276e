"""What other tables say of a learner's cube: what they agree on, and how each differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_solve, cholesky

from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.box import FLOOR, Box

Array = np.ndarray[Any, np.dtype[np.float64]]
Rows = np.ndarray[Any, np.dtype[np.intp]]

MOST_RESULTS = 128
"""Of one study that anything is learnt from: a process costs the cube of their number."""

_N_LEARNT_FROM, _N_POINTS_LEARNT_FROM = 24, 96
"""Tables, and points of each, that lengthscales are learnt from."""

_ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Scores of one table at points of the cube."""

    name: str
    points: Array
    """Shape (n_points, n_axes)."""

    scores: Array
    """Shape (n_points,), higher better."""

    family: str = ""

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.scores.shape != (len(self.points),):
            raise ArgumentError(
                f"{self.name}: points have shape {self.points.shape} and scores "
                f"{self.scores.shape}; one score a row is needed"
            )
        if not (np.isfinite(self.points).all() and np.isfinite(self.scores).all()):
            raise ArgumentError(f"{self.name}: points and scores must be finite")


def floored(scores: Array, floor: float = FLOOR) -> Array:
    """Scores of which none is below their quantile, the :attr:`Box.floor` of a learner.

    Examples
    --------
    >>> floored(np.array([-9.0, 0.5, 0.6, 0.7, 0.8])).round(2).tolist()
    [-5.2, 0.5, 0.6, 0.7, 0.8]
    """
    lowest: Array = np.maximum(scores, np.quantile(scores, floor))
    return lowest


def most_telling(scores: Array, known: Rows) -> Rows:
    """Of many rows the best, half of :data:`MOST_RESULTS`, and as many others, drawn.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Higher better.
    known : ndarray of int
        Rows that have one.

    Examples
    --------
    >>> rows = most_telling(np.arange(1000.0), np.arange(1000))
    >>> len(rows), bool((rows >= 936).sum() == 64)
    (128, True)
    """
    if len(known) <= MOST_RESULTS:
        return known
    order = known[np.argsort(-scores[known], kind="stable")]
    half = MOST_RESULTS // 2
    rest = np.random.default_rng(0).permutation(order[half:])[: MOST_RESULTS - half]
    return np.sort(np.r_[order[:half], rest])


@dataclass(frozen=True, kw_only=True)
class Sources:
    r"""Processes of other tables, each standardised by itself.

    Table j with scores y has :math:`w = \max(y, q(y))`, where q is the quantile at
    :attr:`floor`, :math:`z = (w - \bar w) / s_j`, and :math:`g_j` is the posterior mean of a
    process on z whose Matérn 5/2 kernel, one lengthscale an axis, all tables share. What they
    agree on is
    :math:`\mu = \frac1J \sum_j g_j`, how each differs
    :math:`\phi_j = (g_j - \mu) / \sqrt J`.
    """

    box: Box | None
    """Whose cube the points are of."""

    kernel: SharedKernel
    names: tuple[str, ...]
    spreads: Array
    """Standard deviation of each table's scores, shape (n_tasks,), in units of the score."""

    points: Array
    """Of all tables one after the other, shape (n_points, n_axes)."""

    weights: Array
    """Of the kernel at each point, shape (n_points,)."""

    starts: np.ndarray[Any, np.dtype[np.intp]]
    """Where each table's points begin."""

    levels: Array
    """What each process is far from every point, shape (n_tasks,)."""

    @classmethod
    def fit(
        cls,
        surfaces: Sequence[Surface],
        *,
        box: Box | None = None,
        kernel: SharedKernel | None = None,
    ) -> Sources:
        """Learn the kernel, unless it is given, and condition a process a table.

        Tables on which all points do the same say nothing and are left out.

        Parameters
        ----------
        surfaces : sequence of Surface
            One a task.
        box : Box, optional
            Ranges that the cube stands for.
        kernel : SharedKernel, optional
            Learnt before.

        Raises
        ------
        KnowledgeError
            If no table is left.
        """
        kept, responses, spreads = [], [], []
        floor = FLOOR if box is None else box.floor
        for one in surfaces:
            low = floored(one.scores, floor) if len(one.scores) else one.scores
            spread = float(np.std(low)) if len(low) > 1 else 0.0
            if spread > 1e-9 * max(1.0, float(np.abs(low).max(initial=0.0))):
                kept.append(one)
                spreads.append(spread)
                responses.append((low - low.mean()) / spread)
        if not kept:
            raise KnowledgeError(
                f"none of {len(surfaces)} tables has scores that differ; nothing leads a search"
            )
        if kernel is None:
            rng = np.random.default_rng(0)
            some = rng.permutation(len(kept))[:_N_LEARNT_FROM]
            samples = []
            for k in some.tolist():
                rows = rng.permutation(len(responses[k]))[:_N_POINTS_LEARNT_FROM]
                samples.append((kept[k].points[rows], responses[k][rows]))
            kernel = SharedKernel.fit(samples)
        weights, levels = [], []
        for one, z in zip(kept, responses, strict=True):
            covariance = kernel.between(one.points, one.points)
            covariance[np.diag_indices_from(covariance)] += kernel.noise
            root = cholesky(covariance, lower=True)
            ones = cho_solve((root, True), np.ones(len(z)))
            levels.append(float(ones @ z / ones.sum()))
            weights.append(cho_solve((root, True), z - levels[-1]))
        sizes = [len(one.scores) for one in kept]
        return cls(
            box=box,
            kernel=kernel,
            names=tuple(one.name for one in kept),
            spreads=np.array(spreads),
            points=np.concatenate([one.points for one in kept]),
            weights=np.concatenate(weights),
            starts=np.r_[0, np.cumsum(sizes)[:-1]].astype(np.intp),
            levels=np.array(levels),
        )

    @property
    def floor(self) -> float:
        """Share of the lowest scores of a table that count as equally bad."""
        return FLOOR if self.box is None else self.box.floor

    @property
    def n_tasks(self) -> int:
        """Tables that say something."""
        return len(self.names)

    def expect(self, points: Array) -> tuple[Array, Array]:
        """What tables agree on, and how each differs from it, at points of the cube.

        Parameters
        ----------
        points : ndarray, shape (n, n_axes)

        Returns
        -------
        mean : ndarray, shape (n,)
        loadings : ndarray, shape (n, n_tasks)
            Their product with itself transposed is the covariance of tables.
        """
        each = np.empty((len(points), self.n_tasks))
        for first in range(0, len(points), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            across = self.kernel.between(points[rows], self.points)
            across *= self.weights
            each[rows] = np.add.reduceat(across, self.starts, axis=1) + self.levels
        mean = each.mean(axis=1)
        return mean, (each - mean[:, None]) / np.sqrt(self.n_tasks)
