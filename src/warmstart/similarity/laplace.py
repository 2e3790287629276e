"""Kernel ridge regression over tasks, as weights on the training tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[np.float64]]
Groups = np.ndarray[Any, np.dtype[np.intp]]

KERNEL_SCALE = 0.5
"""Mean distance at which similarity falls to 1/e."""


def laplace_kernel(
    a: Array,
    b: Array,
    *,
    scale: float = KERNEL_SCALE,
    groups: Groups | None = None,
    shares: Sequence[float] = (1.0,),
) -> Array:
    r"""Similarity of tasks with quantile-normalised meta-features.

    .. math:: k(q, q') = \exp(-\operatorname{mean}_j |q_j - q'_j| / \text{scale})

    With groups of features it is the sum of such a kernel of each group, times its share.

    Parameters
    ----------
    a : ndarray, shape (n, n_features)
    b : ndarray, shape (m, n_features)
    scale : float
        Mean distance at which similarity falls to 1/e.
    groups : ndarray of int, shape (n_features,), optional
        Which group a feature is of; by default all are of one.
    shares : sequence of float, shape (n_groups,)
        Of each group's kernel; they sum to 1.

    Returns
    -------
    ndarray, shape (n, m)
        In (0, 1].

    Examples
    --------
    >>> laplace_kernel(np.zeros((1, 2)), np.array([[0.0, 0.0], [1.0, 0.0]])).round(3).tolist()
    [[1.0, 0.368]]
    """
    if groups is None or len(shares) == 1:
        similarity: Array = np.exp(-mean_distance(a, b) / scale)
        return similarity
    total = np.zeros((len(a), len(b)))
    for k, share in enumerate(shares):
        if share > 0:
            of_group = groups == k
            total += share * np.exp(-mean_distance(a[:, of_group], b[:, of_group]) / scale)
    return total


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


@dataclass(frozen=True, slots=True)
class LaplaceRidge:
    """Ridge regression under the Laplace kernel: a prediction is weights @ training targets."""

    points: Array
    """Training tasks, shape (n_tasks, n_features), quantiles."""

    inverse: Array
    """A = (K + ridge I)⁻¹, shape (n_tasks, n_tasks)."""

    scale: float
    """Of the kernel."""

    groups: Groups | None = None
    shares: tuple[float, ...] = (1.0,)
    """As in :func:`laplace_kernel`."""

    def weights(self, queries: Array) -> Array:
        """Weights on the (centred) targets of the training tasks, shape (n, n_tasks)."""
        kernel = laplace_kernel(
            queries, self.points, scale=self.scale, groups=self.groups, shares=self.shares
        )
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
        error = left_out_errors(
            self.inverse @ targets,
            np.diag(self.inverse),
            lambda family: self.inverse[np.ix_(family, family)],
            families,
        )
        result: Array = targets - error
        return result


def left_out_errors(
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
