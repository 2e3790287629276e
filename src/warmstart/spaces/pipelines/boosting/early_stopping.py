"""Boosting that stops when held-out training rows stop gaining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone, is_classifier

if TYPE_CHECKING:
    from typing_extensions import Self

_SHARE = 0.1
_FEWEST = 5
"""With fewer rows held out, where to stop would be chance; all rounds are made."""

Rows = npt.NDArray[np.intp]


def hold_out(
    y: npt.NDArray[Any], *, by_class: bool, share: float = _SHARE, random_state: int = 0
) -> tuple[Rows, Rows]:
    """Rows to fit and rows to watch; of every class the larger part is fitted.

    Parameters
    ----------
    y : array, shape (n_rows,)
    by_class : bool
        Whether `y` holds classes, each of which gives its share.

    Returns
    -------
    fitted, watched : array of int
        Both ascending; `watched` is empty where too few rows would be in it.

    Examples
    --------
    >>> fitted, watched = hold_out(np.repeat([0, 1], [150, 50]), by_class=True)
    >>> len(watched), (watched >= 150).sum().item()
    (20, 5)
    """
    rng = np.random.default_rng(random_state)
    n_rows = len(y)
    groups = [np.arange(n_rows)]
    if by_class:
        groups = [np.flatnonzero(y == label) for label in np.unique(y)]
    chosen = [rng.permutation(group)[: round(share * len(group))] for group in groups]
    watched = np.sort(np.concatenate(chosen))
    if len(watched) < _FEWEST:
        watched = watched[:0]
    return np.setdiff1d(np.arange(n_rows), watched), watched


class EarlyStopped(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """Fit a booster on nine tenths of the rows until the rest has not gained for a while.

    Parameters
    ----------
    estimator : booster of LightGBM, XGBoost or CatBoost
    patience : int
        Rounds without a gain after which it stops; the best round is what predicts.
    random_state : int
        Which rows are held out.

    Attributes
    ----------
    estimator_ : the fitted booster
    """

    def __init__(self, estimator: Any, patience: int = 50, random_state: int = 0) -> None:
        self.estimator = estimator
        self.patience = patience
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on a part of the rows and watch the others."""
        X, y = np.asarray(X), np.asarray(y)
        fitted, watched = hold_out(
            y, by_class=is_classifier(self.estimator), random_state=self.random_state
        )
        model = clone(self.estimator)
        weight = None if sample_weight is None else np.asarray(sample_weight)
        arguments: dict[str, Any] = {} if weight is None else {"sample_weight": weight[fitted]}
        if len(watched):
            arguments |= self._watching(model, X[watched], y[watched])
            if weight is not None:
                arguments |= self._watched_weights(model, weight[watched])
        self.estimator_ = model.fit(X[fitted], y[fitted], **arguments)
        self.n_features_in_ = X.shape[1]
        return self

    def _watching(self, model: Any, X: Any, y: Any) -> dict[str, Any]:
        """How each library is told to stop."""
        library = type(model).__module__.partition(".")[0]
        if library == "lightgbm":
            from lightgbm import early_stopping

            stop = early_stopping(self.patience, verbose=False)
            return {"eval_X": X, "eval_y": y, "callbacks": [stop]}
        if library == "xgboost":
            model.set_params(early_stopping_rounds=self.patience)
            return {"eval_set": [(X, y)], "verbose": False}
        return {"eval_set": (X, y), "early_stopping_rounds": self.patience}

    def _watched_weights(self, model: Any, weight: Any) -> dict[str, Any]:
        library = type(model).__module__.partition(".")[0]
        name = {"lightgbm": "eval_sample_weight", "xgboost": "sample_weight_eval_set"}
        # CatBoost takes no weights beside a pair of arrays; it watches unweighted.
        return {name[library]: [weight]} if library in name else {}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import get_tags

        return get_tags(self.estimator)

    @property
    def classes_(self) -> Any:
        """Classes of the fitted booster."""
        return self.estimator_.classes_

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Predict by the best round."""
        return np.asarray(self.estimator_.predict(X))

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Class probabilities of the best round."""
        return np.asarray(self.estimator_.predict_proba(X))
