"""Kernel ridge regression over tasks, as weights on the training tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[np.float64]]


KERNEL_SCALE = 0.5
"""Mean distance at which similarity falls to 1/e."""


def laplace_kernel(a: Array, b: Array, *, scale: float = KERNEL_SCALE) -> Array:
    r"""Similarity of tasks with quantile-normalised meta-features.

    .. math:: k(q, q') = \exp(-\operatorname{mean}_j |q_j - q'_j| / \text{scale})

    Parameters
    ----------
    a : ndarray, shape (n, n_features)
    b : ndarray, shape (m, n_features)
    scale : float
        Mean distance at which similarity falls to 1/e.

    Returns
    -------
    ndarray, shape (n, m)
        In (0, 1].

    Examples
    --------
    >>> laplace_kernel(np.zeros((1, 2)), np.array([[0.0, 0.0], [1.0, 0.0]])).round(3).tolist()
    [[1.0, 0.368]]
    """
    similarity: Array = np.exp(-mean_distance(a, b) / scale)
    return similarity


def mean_distance(a: Array, b: Array) -> Array:
    """Mean absolute difference over features, shape (n, m); zero where there are none.

    Parameters
    ----------
    a : ndarray, shape (n_a, n_features)
    b : ndarray, shape (n_b, n_features)
    """
    # One feature at a time: the (n, m, n_features) block would not fit a large base.
    distance = np.zeros((len(a), len(b)))
    for column_a, column_b in zip(a.T, b.T, strict=True):
        distance += np.abs(column_a[:, None] - column_b[None, :])
    result: Array = distance / max(a.shape[1], 1)
    return result


SCALES = (0.1, 0.2, 0.3, 0.5)
RIDGES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Tried by :class:`LaplaceRidge`: how far similarity reaches, and how noisy targets are."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigendecomposition of a Laplace kernel over the training tasks."""

    scale: float
    values: Array
    """Shape (n_tasks,)."""

    vectors: Array
    """One a column, shape (n_tasks, n_tasks)."""


def laplace_spectra(points: Array, scales: Sequence[float] = SCALES) -> list[Spectrum]:
    """Spectra of the kernels of all scales over the same points, shape (n_tasks, n_features).

    They serve every ridge and any number of targets.

    Parameters
    ----------
    points : ndarray, shape (n_tasks, n_features)
    scales : sequence of float
        Of the kernels.
    """
    distance = mean_distance(points, points)
    return [Spectrum(scale, *np.linalg.eigh(np.exp(-distance / scale))) for scale in scales]


@dataclass(frozen=True, slots=True)
class LaplaceRidge:
    """Ridge regression under the Laplace kernel: a prediction is weights @ training targets."""

    points: Array
    """Training tasks, shape (n_tasks, n_features), quantiles."""

    inverse: Array
    """A = (K + ridge I)⁻¹, shape (n_tasks, n_tasks)."""

    scale: float
    """Of the kernel."""

    @classmethod
    def fit(
        cls,
        points: Array,
        targets: Array,
        families: npt.NDArray[Any] | None = None,
        *,
        scales: Sequence[float] = SCALES,
        ridges: Sequence[float] = RIDGES,
        spectra: Sequence[Spectrum] | None = None,
    ) -> LaplaceRidge:
        """Choose the scale and the ridge that predict families left out best.

        Parameters
        ----------
        points : ndarray, shape (n_tasks, n_features)
        targets : ndarray, shape (n_tasks, n_targets)
            What to choose them by; centred. The weights serve any number of others.
        families : ndarray, shape (n_tasks,), optional
            By default each task is its own.
        scales, ridges : sequence of float
            The choice.
        spectra : sequence of Spectrum, optional
            Of the points, where they are known already; instead of `scales`.
        """
        own = np.arange(len(points)) if families is None else families
        least, best = np.inf, (SCALES[0], np.eye(len(points)), np.ones(len(points)))
        for one in laplace_spectra(points, scales) if spectra is None else spectra:
            along, squares = one.vectors.T @ targets, one.vectors**2
            for ridge in ridges:
                of_inverse = 1 / (one.values + ridge)
                error = _left_out_errors(
                    one.vectors @ (of_inverse[:, None] * along),
                    squares @ of_inverse,
                    partial(_block, one.vectors, of_inverse),
                    own,
                )
                if (loss := float((error**2).sum())) < least:
                    least, best = loss, (one.scale, one.vectors, of_inverse)
        scale, vectors, of_inverse = best
        return cls(points, (vectors * of_inverse) @ vectors.T, scale)

    def weights(self, queries: Array) -> Array:
        """Weights on the (centred) targets of the training tasks, shape (n, n_tasks)."""
        kernel = laplace_kernel(queries, self.points, scale=self.scale)
        result: Array = kernel @ self.inverse
        return result

    def left_out(self, targets: Array, families: npt.NDArray[Any]) -> Array:
        r"""Predictions of the training tasks, each by a fit to all other families.

        With :math:`A = (K + \rho I)^{-1}` they are :math:`y_F - A_{FF}^{-1} (A y)_F` for the
        tasks F of a family, without another fit.

        Parameters
        ----------
        targets : ndarray, shape (n_tasks, n_targets)
            Centred.
        families : ndarray, shape (n_tasks,)

        Returns
        -------
        ndarray, shape (n_tasks, n_targets)

        References
        ----------
        .. [1] Rasmussen, Williams. "Gaussian Processes for Machine Learning." 2006,
           section 5.4.2.
        """
        error = _left_out_errors(
            self.inverse @ targets,
            np.diag(self.inverse),
            lambda family: self.inverse[np.ix_(family, family)],
            families,
        )
        result: Array = targets - error
        return result


def _block(vectors: Array, values: Array, rows: npt.NDArray[np.intp]) -> Array:
    """Rows and columns of a matrix of which eigenvectors and eigenvalues are known."""
    result: Array = (vectors[rows] * values) @ vectors[rows].T
    return result


def _left_out_errors(
    product: Array,
    diagonal: Array,
    block: Callable[[npt.NDArray[np.intp]], Array],
    families: npt.NDArray[Any],
) -> Array:
    """Targets about their left-out predictions: A⁻¹ of each family's block on rows of A y.

    Parameters
    ----------
    product : ndarray, shape (n_tasks, n_targets)
        A y; changed.
    diagonal : ndarray, shape (n_tasks,)
        Of A.
    block : callable
        The rows and columns of A of some tasks.
    families : ndarray, shape (n_tasks,)
    """
    _, family, size = np.unique(families, return_inverse=True, return_counts=True)
    alone = size[family] == 1
    product[alone] /= diagonal[alone, None]
    for k in np.flatnonzero(size > 1):
        own = np.flatnonzero(family == k)
        product[own] = np.linalg.solve(block(own), product[own])
    return product
