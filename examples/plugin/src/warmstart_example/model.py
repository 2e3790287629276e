"""A model: configurations in the order of their median rank over all known tasks."""

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError


class MedianRank:
    """The same order for every task, whatever is told."""

    order_ = None

    def fit(self, table, *, random_state=0):
        """Rank the scores of `table`, shape (n_tasks, n_configs), task by task."""
        ranks = pd.DataFrame(table.scores).rank(axis=1, ascending=False)
        self.order_ = np.argsort(ranks.median().fillna(np.inf).to_numpy(), kind="stable")
        return self

    def start(self, metafeatures=None):
        """Begin a new task."""
        if self.order_ is None:
            raise NotFittedError("fit MedianRank to a table first")
        return _Order([int(column) for column in self.order_])


class _Order:
    def __init__(self, left):
        self._left = left

    def next(self):
        if not self._left:
            raise IndexError("every configuration has been told")
        return self._left[0]

    def batch(self, n):
        return self._left[:n]

    def tell(self, index, score):
        self._left = [column for column in self._left if column != index]
