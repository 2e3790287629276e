"""Optimal transport between two labelled datasets in one feature space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from warmstart._extras import require
from warmstart.errors import NotFittedError, SimilarityError
from warmstart.similarity.task_view import SampledRows, TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]

_MAX_ROUNDS, _TOLERANCE = 5000, 1e-5
"""Of Sinkhorn's iteration: most rounds, and the error of the marginals it ends at."""


@dataclass(slots=True, kw_only=True)
class OTDD:
    r"""Optimal transport dataset distance; for tables of the same columns, or images.

    .. math:: d^2 = \min_{\pi} \sum_{ij} \pi_{ij}
              \bigl(\|x_i - x'_j\|^2 + W_2^2(\alpha_{y_i}, \alpha_{y'_j})\bigr)

    with each class seen as a Gaussian (:func:`gaussian_wasserstein`). Needs the extra ``ot``.

    Parameters
    ----------
    solver : {"exact", "sinkhorn"}
        "sinkhorn" is the debiased divergence with entropic regularisation.
    regularisation : float
        Of Sinkhorn's, as a share of the median cost.

    References
    ----------
    .. [1] Alvarez-Melis, Fusi. "Geometric Dataset Distances via Optimal Transport." NeurIPS
       2020.
    """

    solver: Literal["exact", "sinkhorn"] = "exact"
    regularisation: float = 0.1
    known_: tuple[SampledRows, ...] | None = field(default=None, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Remember the rows of the known tasks: for comparisons at hand, kept in no base.

        Raises
        ------
        SimilarityError
            If a task has no rows, or not the columns of the first.
        """
        known = tuple(require_part(view, "rows", "otdd") for view in views)
        for rows in known:
            _check_same_space(rows, known[0])
        self.known_ = known
        return self

    def distances(self, view: TaskView) -> Floats:
        """Distance to each known task, shape (n_tasks,), in units of the features."""
        if self.known_ is None:
            raise NotFittedError("fit otdd to known tasks first")
        rows = require_part(view, "rows", "otdd")
        return np.array([self.distance(rows, other) for other in self.known_])

    def distance(self, a: SampledRows, b: SampledRows) -> float:
        """Distance of two samples.

        Parameters
        ----------
        a : SampledRows
            Of one task.
        b : SampledRows
            Of the other.

        Raises
        ------
        SimilarityError
            If they have different columns.
        """
        _check_same_space(a, b)
        if self.solver == "exact":
            return float(np.sqrt(max(self._transport(a, b), 0.0)))
        both = self._transport(a, b)
        own = (self._transport(a, a) + self._transport(b, b)) / 2
        return float(np.sqrt(max(both - own, 0.0)))

    def _transport(self, a: SampledRows, b: SampledRows) -> float:
        ot = require("ot", extra="ot")
        cost = labelled_cost(a, b)
        p, q = np.full(len(a.X), 1 / len(a.X)), np.full(len(b.X), 1 / len(b.X))
        if self.solver == "exact":
            return float(ot.emd2(p, q, cost))
        strength = self.regularisation * float(np.median(cost))
        plan, log = ot.sinkhorn(
            p,
            q,
            cost,
            max(strength, 1e-12),
            method="sinkhorn_log",
            numItermax=_MAX_ROUNDS,
            stopThr=_TOLERANCE,
            warn=False,
            log=True,
        )
        if log["err"][-1] > _TOLERANCE:
            raise SimilarityError(
                f"Sinkhorn has not converged in {_MAX_ROUNDS} rounds (error "
                f"{log['err'][-1]:.2g}); raise regularisation={self.regularisation:g} or take "
                'solver="exact"'
            )
        return float((plan * cost).sum())


def labelled_cost(a: SampledRows, b: SampledRows) -> Floats:
    """Squared distance of features plus that of the classes' Gaussians, shape (n_a, n_b).

    For regression the target is one more feature and there are no classes.

    Parameters
    ----------
    a : SampledRows
        Of one task.
    b : SampledRows
        Of the other.
    """
    if a.is_classification != b.is_classification:
        raise SimilarityError("one task is classification, the other regression")
    x, z = a.X, b.X
    if not a.is_classification:
        x = np.column_stack([x, _standardised(a.y)])
        z = np.column_stack([z, _standardised(b.y)])
    squares = (x**2).sum(1)[:, None] + (z**2).sum(1)[None, :] - 2 * x @ z.T
    cost: Floats = np.maximum(squares, 0.0)
    if a.is_classification:
        own, own_of = np.unique(a.y.astype(str), return_inverse=True)
        other, other_of = np.unique(b.y.astype(str), return_inverse=True)
        first = [_moments(a.X[own_of == k]) for k in range(len(own))]
        second = [_moments(b.X[other_of == k]) for k in range(len(other))]
        between = np.array([[gaussian_wasserstein(*f, *s) for s in second] for f in first])
        cost = cost + between[np.ix_(own_of, other_of)]
    return cost


def gaussian_wasserstein(m: Floats, s: Floats, m2: Floats, s2: Floats) -> float:
    r"""Squared 2-Wasserstein distance of two Gaussians.

    .. math:: \|m - m'\|^2 + \operatorname{tr}\bigl(S + S' - 2 (S^{1/2} S' S^{1/2})^{1/2}\bigr)

    Parameters
    ----------
    m, m2 : ndarray, shape (n_columns,)
        Means.
    s, s2 : ndarray, shape (n_columns, n_columns)
        Covariances.

    Examples
    --------
    >>> one = np.eye(2)
    >>> gaussian_wasserstein(np.zeros(2), one, np.array([3.0, 4.0]), 4 * one)
    27.0
    """
    values, vectors = np.linalg.eigh(s)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ s2 @ root)
    trace = np.trace(s) + np.trace(s2) - 2 * np.sqrt(np.maximum(inner, 0)).sum()
    return float(((m - m2) ** 2).sum() + max(trace, 0.0))


def _moments(X: Floats) -> tuple[Floats, Floats]:
    centred = X - X.mean(axis=0)
    return X.mean(axis=0), centred.T @ centred / len(X)


def _standardised(y: np.ndarray[Any, Any]) -> Floats:
    values = y.astype("float64")
    spread = values.std()
    result: Floats = (values - values.mean()) / (spread if spread > 0 else 1.0)
    return result


def _check_same_space(a: SampledRows, b: SampledRows) -> None:
    if a.X.shape[1] != b.X.shape[1]:
        raise SimilarityError(
            f"otdd needs the same columns in both tasks, got {a.X.shape[1]} and "
            f"{b.X.shape[1]}; gw_otdd compares tables of different columns"
        )
