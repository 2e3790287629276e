"""Kernel ridge regression over tasks, as weights on the training tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def laplace_kernel(a: Array, b: Array, *, scale: float = 0.5) -> Array:
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
    if a.shape[1] == 0:
        return np.ones((len(a), len(b)))
    # One feature at a time: the (n, m, n_features) block would not fit a large base.
    distance = np.zeros((len(a), len(b)))
    for column_a, column_b in zip(a.T, b.T, strict=True):
        distance += np.abs(column_a[:, None] - column_b[None, :])
    similarity: Array = np.exp(-distance / (a.shape[1] * scale))
    return similarity


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
        return cls(points, np.linalg.inv(kernel + ridge * np.eye(len(points))))

    def weights(self, queries: Array) -> Array:
        """Weights on the (centred) targets of the training tasks, shape (n, n_tasks)."""
        result: Array = laplace_kernel(queries, self.points) @ self.inverse
        return result
