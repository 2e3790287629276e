"""CatBoost on a matrix of numbers some of whose columns are categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone

if TYPE_CHECKING:
    from typing_extensions import Self


class CategoryColumns(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Tell CatBoost which columns of a matrix are categories, so that it encodes them itself.

    Parameters
    ----------
    estimator : CatBoostClassifier or CatBoostRegressor
    first, count : int
        Where the columns of level numbers are: the pipeline puts them side by side.

    Attributes
    ----------
    estimator_ : the fitted estimator
    """

    def __init__(self, estimator: Any, first: int = 0, count: int = 0) -> None:
        self.estimator = estimator
        self.first = first
        self.count = count

    @property
    def _places(self) -> list[int]:
        return list(range(self.first, self.first + self.count))

    def as_frame(self, X: Any) -> pd.DataFrame:
        """The matrix as CatBoost is given it: whole numbers where the categories are."""
        frame = pd.DataFrame(np.asarray(X))
        return frame.astype(dict.fromkeys(self._places, "int64"))

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Fit on a frame whose category columns hold whole numbers."""
        if "eval_set" in fit_params:
            X_watched, y_watched = fit_params["eval_set"]
            fit_params["eval_set"] = self.as_frame(X_watched), y_watched
        self.estimator_ = clone(self.estimator).fit(
            self.as_frame(X), y, cat_features=self._places, **fit_params
        )
        self.n_features_in_ = np.shape(X)[1]
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import get_tags

        return get_tags(self.estimator)

    @property
    def classes_(self) -> Any:
        """Classes of the fitted estimator."""
        return self.estimator_.classes_

    def predict(self, X: Any, **options: Any) -> np.ndarray[Any, Any]:
        """Predict labels or values."""
        return np.asarray(self.estimator_.predict(self.as_frame(X), **options)).ravel()

    def predict_proba(self, X: Any, **options: Any) -> np.ndarray[Any, Any]:
        """Class probabilities, columns as in `classes_`."""
        return np.asarray(self.estimator_.predict_proba(self.as_frame(X), **options))
