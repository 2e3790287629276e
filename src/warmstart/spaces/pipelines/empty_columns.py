"""Columns that hold nothing in the rows a pipeline is fitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin

if TYPE_CHECKING:
    from typing_extensions import Self


class EmptyColumnsFilled(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Zeros in place of columns without a single number; other gaps stay.

    In a training fold a column may be all missing though the whole data knows it, and
    scikit-learn's histogram boosting cannot find bins for it.

    Attributes
    ----------
    empty_ : ndarray of bool, shape (n_features,)
        Columns that had nothing in `fit`; they are zero ever after, whatever comes.

    Examples
    --------
    >>> step = EmptyColumnsFilled().fit([[np.nan, 1.0], [np.nan, np.nan]])
    >>> step.transform([[5.0, np.nan]]).tolist()
    [[0.0, nan]]
    """

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Find the empty columns."""
        cells = np.asarray(X, dtype="float64")
        self.n_features_in_ = cells.shape[1]
        if hasattr(X, "columns"):
            self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.empty_ = np.isnan(cells).all(axis=0)
        return self

    def transform(self, X: Any) -> np.ndarray[Any, Any]:
        """Cells with the empty columns zero."""
        cells = np.asarray(X, dtype="float64")
        if self.empty_.any():
            cells = np.where(self.empty_, 0.0, cells)
        return cells
