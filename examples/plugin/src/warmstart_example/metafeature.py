"""A meta-feature: how many cells of numeric columns are zero."""

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION


class _ShareOfZeros:
    name = "ShareOfZeros"
    group = "example"
    task_types = CLASSIFICATION | REGRESSION

    def __call__(self, prepared):
        """In [0, 1]; 0 where there is no numeric column."""
        table = prepared.dataset
        names = [column.name for column in table.schema.columns if column.kind == "numeric"]
        if not names or not len(table.X):
            return 0.0
        return float(np.mean(table.X[names].to_numpy("float64") == 0))


share_of_zeros = _ShareOfZeros()
