"""Learners that are trained step by step and may change hyperparameters in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from warmstart.errors import ArgumentError


class PartialFitLearner:
    """An estimator of scikit-learn with ``partial_fit``; a step is one pass over the rows.

    Parameters
    ----------
    estimator : estimator
        Such as ``MLPClassifier`` or ``SGDClassifier``, unfitted.
    X, y : array-like
    values : mapping
        Parameters of the estimator.
    names : mapping of str to str, optional
        From the values' names to the estimator's parameters; the same by default. Others
        are left out.
    batch_size : int
        Rows given at a time.
    random_state : int
        Of the order of rows.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.linear_model import SGDClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> learner = PartialFitLearner(SGDClassifier(random_state=0), X / X.max(axis=0), y,
    ...                             {"alpha": 1e-3})
    >>> for _ in range(20):
    ...     learner.advance()
    >>> learner.model.score(X / X.max(axis=0), y) > 0.9
    True
    """

    def __init__(
        self,
        estimator: Any,
        X: Any,
        y: Any,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        batch_size: int = 200,
        random_state: int = 0,
    ) -> None:
        from sklearn.base import clone, is_classifier

        if not hasattr(estimator, "partial_fit"):
            raise ArgumentError(f"{type(estimator).__name__} has no partial_fit")
        self._X, self._y, self._names = X, y, names
        self._batch_size, self._rng = batch_size, np.random.default_rng(random_state)
        self._classes = np.unique(y) if is_classifier(estimator) else None
        self.model = clone(estimator)
        self.set_values(values)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Go on with other hyperparameters."""
        self.model.set_params(**_named(self.model, values, self._names))
        optimizer = getattr(self.model, "_optimizer", None)
        # A network keeps its rate in the optimizer from the first batch on.
        if optimizer is not None and hasattr(self.model, "learning_rate_init"):
            optimizer.learning_rate_init = self.model.learning_rate_init
            optimizer.learning_rate = self.model.learning_rate_init

    def advance(self) -> None:
        """One pass over the rows, in a new order."""
        from sklearn.utils import _safe_indexing

        order = self._rng.permutation(len(self._y))
        for start in range(0, len(order), self._batch_size):
            rows = order[start : start + self._batch_size]
            more = {} if self._classes is None else {"classes": self._classes}
            self.model.partial_fit(
                _safe_indexing(self._X, rows), _safe_indexing(self._y, rows), **more
            )

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _copied(self, memo)


class BoostingLearner:
    """A booster that grows by some rounds a step: scikit-learn's, LightGBM's or XGBoost's.

    Parameters
    ----------
    estimator : estimator
        ``HistGradientBoosting…``, ``GradientBoosting…`` (by ``warm_start``), or a model of
        LightGBM or XGBoost (each goes on from what the last fit made).
    X, y : array-like
    values : mapping
        Parameters of the estimator, its number of rounds not among them.
    names : mapping of str to str, optional
        As of :class:`PartialFitLearner`.
    rounds : int
        A step.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.ensemble import HistGradientBoostingClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> learner = BoostingLearner(HistGradientBoostingClassifier(random_state=0), X, y,
    ...                           {"learning_rate": 0.3}, rounds=5)
    >>> learner.advance(); learner.set_values({"learning_rate": 0.1}); learner.advance()
    >>> learner.model.n_iter_
    10
    """

    def __init__(
        self,
        estimator: Any,
        X: Any,
        y: Any,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str] | None = None,
        rounds: int = 20,
    ) -> None:
        from sklearn.base import clone

        self._X, self._y, self._names, self._rounds = X, y, names, rounds
        self._library = type(estimator).__module__.partition(".")[0]
        self.model = clone(estimator)
        self._total = 0
        if self._library not in ("lightgbm", "xgboost"):
            params = self.model.get_params()
            if "warm_start" not in params or not {"max_iter", "n_estimators"} & set(params):
                raise ArgumentError(
                    f"{type(estimator).__name__} does not grow round by round: it has no "
                    "warm_start"
                )
            self.model.set_params(warm_start=True)
        self.set_values(values)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Go on with other hyperparameters."""
        self.model.set_params(**_named(self.model, values, self._names))

    def advance(self) -> None:
        """Some rounds more."""
        self._total += self._rounds
        if self._library in ("lightgbm", "xgboost"):
            before = "init_model" if self._library == "lightgbm" else "xgb_model"
            fitted = self._total > self._rounds
            known: Any = None
            if fitted:
                known = getattr(self.model, "booster_", None) or self.model.get_booster()
            self.model.set_params(n_estimators=self._rounds)
            self.model.fit(self._X, self._y, **{before: known})
            return
        name = "max_iter" if "max_iter" in self.model.get_params() else "n_estimators"
        self.model.set_params(**{name: self._total}).fit(self._X, self._y)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _copied(self, memo)


def _copied(learner: Any, memo: dict[int, Any]) -> Any:
    """A copy of all but the data, which nobody changes."""
    import copy

    twin = object.__new__(type(learner))
    memo[id(learner)] = twin
    for name, value in learner.__dict__.items():
        twin.__dict__[name] = value if name in ("_X", "_y") else copy.deepcopy(value, memo)
    return twin


def _named(
    model: Any, values: Mapping[str, Any], names: Mapping[str, str] | None
) -> dict[str, Any]:
    params = model.get_params()
    called = {name: name for name in values} if names is None else names
    return {called[k]: v for k, v in values.items() if called.get(k) in params}
