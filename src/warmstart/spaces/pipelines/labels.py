"""Any labels for a classifier that takes only 0 … k - 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone

if TYPE_CHECKING:
    from typing_extensions import Self


class LabelEncodedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Number the classes present in y before fitting, name them again when predicting.

    Parameters
    ----------
    estimator : classifier
        Takes the labels 0 … n_classes - 1 only, as XGBoost does.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    estimator_ : the fitted classifier
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit on the numbered classes."""
        self.classes_, numbers = np.unique(np.asarray(y), return_inverse=True)
        self.estimator_ = clone(self.estimator).fit(X, numbers, **fit_params)
        self.n_features_in_ = np.shape(X)[1]
        return self

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Predict the original labels."""
        return np.asarray(self.classes_[np.asarray(self.estimator_.predict(X), dtype=int)])

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Class probabilities, columns as in `classes_`."""
        return np.asarray(self.estimator_.predict_proba(X))
