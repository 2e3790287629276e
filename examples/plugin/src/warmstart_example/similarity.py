"""A measure of how far tasks are apart: by the logarithm of their number of rows alone."""

import numpy as np

from warmstart.errors import NotFittedError

NAME = "NumberOfInstances"


class BySize:
    """Tasks of a like number of rows are near; a plain measure to be better than."""

    sizes_ = None

    def fit(self, table):
        """Remember how many rows each task of `table` has; infinite where it is not known."""
        known = table.metafeatures
        sizes = np.full(table.n_tasks, np.nan)
        if known is not None and NAME in known:
            sizes = known[NAME].reindex(table.task_ids).to_numpy(float)
        self.sizes_ = np.log(np.maximum(sizes, 1.0))
        return self

    def distances(self, metafeatures=None, scores=None):
        """Distance to each known task, shape (n_tasks,)."""
        if self.sizes_ is None:
            raise NotFittedError("fit BySize to a table first")
        size = np.nan if metafeatures is None else float(metafeatures.get(NAME, np.nan))
        apart = np.abs(self.sizes_ - np.log(max(size, 1.0)))
        return np.where(np.isnan(apart), np.inf, apart)
