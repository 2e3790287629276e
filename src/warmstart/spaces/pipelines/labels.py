"""Any labels, and weights of classes, for a classifier that takes neither."""

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
    class_weight : {None, "balanced"}
        Whether rows are weighed by the inverse of their class's frequency.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    estimator_ : the fitted classifier
    """

    def __init__(self, estimator: Any, class_weight: str | None = None) -> None:
        self.estimator = estimator
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit on the numbered classes."""
        self.classes_, numbers = np.unique(np.asarray(y), return_inverse=True)
        if self.class_weight is not None:
            from sklearn.utils.class_weight import compute_sample_weight

            weights = compute_sample_weight(self.class_weight, numbers)
            given = fit_params.get("sample_weight")
            fit_params["sample_weight"] = weights if given is None else weights * given
        self.estimator_ = clone(self.estimator).fit(X, numbers, **fit_params)
        self.n_features_in_ = np.shape(X)[1]
        return self

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Predict the original labels."""
        # CatBoost answers with a column.
        numbers = np.asarray(self.estimator_.predict(X), dtype=int).ravel()
        return np.asarray(self.classes_[numbers])

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Class probabilities, columns as in `classes_`."""
        return np.asarray(self.estimator_.predict_proba(X))
