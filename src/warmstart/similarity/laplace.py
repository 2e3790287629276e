"""Kernel ridge regression over tasks, as weights on the training tasks."""

from __future__ import annotations

from dataclasses import dataclass
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
    """Mean absolute difference over features, shape (n, m); zero where there are none."""
    # One feature at a time: the (n, m, n_features) block would not fit a large base.
    distance = np.zeros((len(a), len(b)))
    for column_a, column_b in zip(a.T, b.T, strict=True):
        distance += np.abs(column_a[:, None] - column_b[None, :])
    result: Array = distance / max(a.shape[1], 1)
    return result


@dataclass(frozen=True, slots=True)
class LaplaceRidge:
    """Ridge regression under the Laplace kernel: a prediction is weights @ training targets."""

    points: Array
    """Training tasks, shape (n_tasks, n_features), quantiles."""

    inverse: Array
    """(K + ridge I)⁻¹, shape (n_tasks, n_tasks)."""

    @classmethod
    def fit(cls, points: Array, *, ridge: float = 0.5) -> LaplaceRidge:
        """Factorise once; targets come later, so one fit serves any number of them."""
        kernel = laplace_kernel(points, points)
        inverse: Array = np.linalg.inv(kernel + ridge * np.eye(len(points))).astype("float64")
        return cls(points, inverse)

    def weights(self, queries: Array) -> Array:
        """Weights on the (centred) targets of the training tasks, shape (n, n_tasks)."""
        result: Array = laplace_kernel(queries, self.points) @ self.inverse
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
        error = self.inverse @ targets
        _, family, size = np.unique(families, return_inverse=True, return_counts=True)
        alone = size[family] == 1
        error[alone] /= np.diag(self.inverse)[alone, None]
        for k in np.flatnonzero(size > 1):
            own = np.flatnonzero(family == k)
            error[own] = np.linalg.solve(self.inverse[np.ix_(own, own)], error[own])
        result: Array = targets - error
        return result
