"""The belief of a method that fixes an order of configurations when a task begins."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from warmstart.metadataset.core.score_table import Floats


class RankedState:
    """A task state that follows an order and ignores the scores told.

    Parameters
    ----------
    order : iterable of int
        Columns, best first, read only as far as needed.

    Examples
    --------
    >>> state = RankedState([2, 0, 1])
    >>> state.tell(2, 0.9)
    >>> state.next(), state.batch(5)
    (0, [0, 1])
    """

    def __init__(self, order: Iterable[int]) -> None:
        self._order = iter(order)
        self._read: list[int] = []
        self._observed: set[int] = set()

    def next(self) -> int:
        """First column in the order that was not told."""
        left = self.batch(1)
        if not left:
            raise IndexError("every configuration has been told")
        return left[0]

    def batch(self, n: int) -> list[int]:
        """First `n` columns in the order that were not told."""
        left = [index for index in self._read if index not in self._observed]
        while len(left) < n:
            index = next(self._order, None)
            if index is None:
                break
            self._read.append(int(index))
            if index not in self._observed:
                left.append(int(index))
        return left[:n]

    def tell(self, index: int, score: float) -> None:  # noqa: ARG002 - the order is fixed
        """Leave a column out from now on.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self._observed.add(int(index))


def shrunk_mean(values: Floats, weights: Floats | None = None) -> Floats:
    """Mean of each column over its known entries and one that is the mean of all.

    A configuration few tasks have tried is neither best nor worst on their word alone.
    Where nothing is missing the order is that of the plain means.

    Parameters
    ----------
    values : array, shape (n_tasks, n_configs)
        NaN where not known.
    weights : array, shape (n_tasks,), optional
        Weight of each task.

    Examples
    --------
    >>> shrunk_mean(np.array([[0.0, 1.0, np.nan], [0.0, 1.0, 0.5]]))
    array([0.16666667, 0.83333333, 0.5       ])
    """
    known = ~np.isnan(values)
    weight = (np.ones(len(values)) if weights is None else weights) @ known
    total = (np.ones(len(values)) if weights is None else weights) @ np.where(
        known, values, 0.0
    )
    overall = total.sum() / max(weight.sum(), np.finfo(float).tiny)
    shrunk: Floats = (total + overall) / (weight + 1.0)
    return shrunk
