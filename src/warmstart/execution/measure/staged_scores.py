"""Scores of an ensemble with fewer rounds, once it is fitted or while it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline

from warmstart.execution.measure.staged import Stage, stages
from warmstart.execution.measure.watched import FitStoppedError, watching


def watched_scores(
    model: Any,
    inside: tuple[Any, Any],
    outside: tuple[Any, Any],
    scorer: Any,
    rounds: Sequence[int],
    watch: Callable[[int, float], bool],
) -> tuple[list[float], bool]:
    """Fit a model, telling its scores on other rows after some rounds, until it is stopped.

    Parameters
    ----------
    model : estimator or Pipeline
        Unfitted; fitted to `inside`, but where it is stopped.
    inside, outside : tuple
        X and y to fit to, and to score on.
    scorer : callable
        As scikit-learn's.
    rounds : sequence of int
        Ascending, the last its own number of them.
    watch : callable
        Told rounds and score; answers whether to stop.

    Returns
    -------
    scores : list of float
        At as many of `rounds` as were made.
    stopped : bool
    """
    found, prepared = dict[int, float](), list[Any]()
    kind = _Classifier if is_classifier(model) else _Regressor
    classes = np.unique(np.asarray(inside[1])) if kind is _Classifier else np.zeros(0)

    def after(made: int, predict: Callable[[Any], Stage]) -> bool:
        if not prepared:
            if not isinstance(model, Pipeline) or len(model) == 1:
                prepared.append(outside[0])
            else:
                try:
                    prepared.append(model[:-1].transform(outside[0]))
                except NotFittedError:  # fitted elsewhere, as where stages are shared
                    return False
        stage = Stage(answers=predict(prepared[0]).answers, classes_=classes)
        found[made] = float(scorer(kind(stage), *outside))
        return watch(made, found[made])

    try:
        with watching(model, rounds, after):
            model.fit(*inside)
    except FitStoppedError:
        return list(found.values()), True
    left = [k for k in rounds if k not in found]
    scores = round_scores(model, *outside, scorer, left) if left else []
    told = dict(zip(left, scores, strict=True))
    # Who could not be watched is told of afterwards, and spares the other folds.
    for made in left:
        if watch(made, told[made]):
            shown = {**found, **told}
            return [shown[k] for k in rounds if k <= made], True
    shown = {**found, **told}
    return [shown[k] for k in rounds], False


def round_scores(
    fitted: Any, X: Any, y: Any, scorer: Any, rounds: Sequence[int], **params: Any
) -> list[float]:
    """Scores of a fitted ensemble with so many of its rounds each.

    Parameters
    ----------
    fitted : estimator or Pipeline
    X, y : array-like
        To score on.
    scorer : callable
        As scikit-learn's.
    rounds : sequence of int
        Ascending; more than it was fitted with change nothing.
    **params :
        For the scorer.
    """
    model, inputs = fitted, X
    if isinstance(fitted, Pipeline):
        model = fitted[-1]
        inputs = fitted[:-1].transform(X) if len(fitted) > 1 else X
    total, staged = stages(model, inputs, rounds)
    kind = _Classifier if is_classifier(model) else _Regressor
    found = {k: float(scorer(kind(stage), inputs, y, **params)) for k, stage in staged}
    # A booster that finds nothing more to split stops before; more rounds change nothing.
    whole = np.nan
    if max(rounds) >= total:
        whole = float(scorer(model, inputs, y, **params))
    return [found.get(k, whole) for k in rounds]


class _Staged(BaseEstimator):  # type: ignore[misc]
    """What an ensemble of the first rounds predicts, as scorers ask for it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __sklearn_is_fitted__(self) -> bool:
        return True


class _Classifier(ClassifierMixin, _Staged):  # type: ignore[misc]
    @property
    def classes_(self) -> Any:
        return self.stage.classes_

    def predict_proba(self, _: Any) -> Any:
        return self.stage.answers

    def predict(self, _: Any) -> Any:
        return self.classes_[self.stage.answers.argmax(axis=1)]


class _Regressor(RegressorMixin, _Staged):  # type: ignore[misc]
    def predict(self, _: Any) -> Any:
        return self.stage.answers
