"""Datasets of different columns, compared by the distances inside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart._extras import require
from warmstart.errors import NotFittedError
from warmstart.similarity.otdd import labelled_cost
from warmstart.similarity.task_view import SampledRows, TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]

_LEVELS = np.linspace(0.025, 0.975, 20)


@dataclass(slots=True, kw_only=True)
class GWOTDD:
    """Gromov-Wasserstein distance of datasets under OTDD's metric, or a lower bound of it.

    The metric inside a dataset is that of :class:`~warmstart.similarity.otdd.OTDD` between
    its own rows, divided by its mean. The bound compares the distributions of distances
    within classes and between classes by their quantiles; it is a vector a task, costs
    nothing a pair, and is what a knowledge base keeps.

    Parameters
    ----------
    exact : bool
        Solve for the coupling (extra ``ot``), on at most `n_rows` rows.
    n_rows : int

    References
    ----------
    .. [1] Alvarez-Melis, Fusi. "Geometric Dataset Distances via Optimal Transport." NeurIPS
       2020.
    .. [2] Mémoli. "Gromov-Wasserstein Distances and the Metric Approach to Object Matching."
       Foundations of Computational Mathematics 11, 2011 (the second lower bound).
    """

    exact: bool = False
    n_rows: int = 100
    vectors_: Floats | None = field(default=None, repr=False, compare=False)
    known_: tuple[Floats, ...] | None = field(default=None, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Keep each known task's quantiles, or its matrix of distances.

        Raises
        ------
        SimilarityError
            If a task has no rows.
        """
        rows = [require_part(view, "rows", "gw_otdd") for view in views]
        if self.exact:
            self.known_ = tuple(self._inner(one) for one in rows)
        else:
            self.vectors_ = np.array([quantiles_of(one) for one in rows])
        return self

    def transform(self, view: TaskView) -> Floats:
        """Quantiles of distances within and between classes, shape (40,)."""
        return quantiles_of(require_part(view, "rows", "gw_otdd"))

    def distances(self, view: TaskView) -> Floats:
        """Distance to each known task, shape (n_tasks,), without unit."""
        rows = require_part(view, "rows", "gw_otdd")
        if self.exact:
            if self.known_ is None:
                raise NotFittedError("fit gw_otdd to known tasks first")
            own = self._inner(rows)
            return np.array([_gromov_wasserstein(own, other) for other in self.known_])
        if self.vectors_ is None:
            raise NotFittedError("fit gw_otdd to known tasks first")
        result: Floats = np.sqrt(((self.vectors_ - quantiles_of(rows)) ** 2).mean(axis=1))
        return result

    def arrays(self) -> dict[str, Floats]:
        """What a knowledge base keeps: quantiles, shape (n_tasks, 40)."""
        if self.vectors_ is None:
            raise NotFittedError("only the lower bound is kept; fit with exact=False")
        return {"vectors": self.vectors_}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Floats]) -> Self:
        """Take up what :meth:`arrays` gave."""
        made = cls()
        made.vectors_ = np.asarray(arrays["vectors"], dtype="float64")
        return made

    def _inner(self, rows: SampledRows) -> Floats:
        few = np.linspace(0, len(rows.X) - 1, min(len(rows.X), self.n_rows)).astype(int)
        part = SampledRows(
            X=rows.X[few], y=rows.y[few], is_classification=rows.is_classification
        )
        return inner_distances(part)


def inner_distances(rows: SampledRows) -> Floats:
    """OTDD's metric between the rows of one dataset over its mean, shape (n_rows, n_rows)."""
    distance = np.sqrt(labelled_cost(rows, rows))
    np.fill_diagonal(distance, 0.0)
    mean = distance.mean()
    result: Floats = distance / (mean if mean > 0 else 1.0)
    return result


def quantiles_of(rows: SampledRows) -> Floats:
    """Twenty quantiles of distances within classes, twenty of those between, shape (40,).

    For regression rows are of one class where their targets lie in the same third.
    """
    distance = inner_distances(rows)
    if rows.is_classification:
        group = np.unique(rows.y.astype(str), return_inverse=True)[1]
    else:
        values = rows.y.astype("float64")
        group = np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values)
    first, second = np.triu_indices(len(group), 1)
    same = group[first] == group[second]
    pairs = distance[first, second]
    parts = [pairs[same], pairs[~same]]
    found = [np.quantile(p, _LEVELS) if len(p) else np.zeros(len(_LEVELS)) for p in parts]
    return np.concatenate(found)


def _gromov_wasserstein(a: Floats, b: Floats) -> float:
    ot = require("ot", extra="ot")
    p, q = np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b))
    squared = ot.gromov.gromov_wasserstein2(a, b, p, q, "square_loss", symmetric=True)
    return float(np.sqrt(max(float(squared), 0.0)))
