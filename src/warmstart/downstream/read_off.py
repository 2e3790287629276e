"""Scores at many numbers of rounds from one fit of a booster or forest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing

from warmstart.downstream.optuna_sampler.proposers.proposer import ROUNDS
from warmstart.errors import ArgumentError
from warmstart.execution.measure.staged import Stage, stages

if TYPE_CHECKING:
    from optuna.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundScores:
    """Scores of one setting by its number of rounds."""

    rounds: tuple[int, ...]
    folds: np.ndarray[Any, np.dtype[np.float64]]
    """Shape (n_folds, n_rounds); one fold where it was stopped."""

    stopped: bool = False
    """Whether the first fold was so far behind that no other was fitted."""

    @property
    def scores(self) -> dict[int, float]:
        """Mean over folds by rounds."""
        return dict(zip(self.rounds, self.folds.mean(axis=0).tolist(), strict=True))

    @property
    def best_rounds(self) -> int:
        """Those of the highest mean; the fewest where several are equal."""
        return self.rounds[int(self.folds.mean(axis=0).argmax())]

    @property
    def best_score(self) -> float:
        """The highest mean."""
        return float(self.folds.mean(axis=0).max())

    @property
    def std(self) -> float:
        """Of the folds, at the best rounds."""
        return float(self.folds[:, self.rounds.index(self.best_rounds)].std())


def cross_validate_rounds(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    rounds: Sequence[int],
    cv: Any = None,
    scoring: Any = None,
    incumbent: RoundScores | None = None,
) -> RoundScores:
    """Cross-validate an ensemble at several numbers of rounds, with one fit a fold.

    A learning rate is searched in vain where each trial also draws how many rounds it is
    given; here each is judged by its best number of them.

    Parameters
    ----------
    estimator : estimator or Pipeline
        A booster of LightGBM, XGBoost, CatBoost or scikit-learn, or a forest; with the
        largest number of `rounds` set.
    X, y : array-like, shape (n_rows, n_features) and (n_rows,)
    rounds : sequence of int
    cv, scoring
        As in ``cross_val_score``.
    incumbent : RoundScores, optional
        The best so far. Where the first fold is more than the standard deviation of its
        folds behind its first fold, the others are not fitted.

    Raises
    ------
    ArgumentError
        If `rounds` holds no positive whole numbers, or the estimator has no rounds.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> X, y = load_wine(return_X_y=True)
    >>> forest = RandomForestClassifier(20, random_state=0)
    >>> found = cross_validate_rounds(forest, X, y, rounds=(1, 5, 20), cv=3)
    >>> found.best_rounds > 1, found.scores[20] > 0.9
    (True, True)
    """
    asked = sorted(set(rounds))
    if not asked or any(isinstance(k, bool) or not isinstance(k, int) or k < 1 for k in asked):
        raise ArgumentError(f"rounds must be positive whole numbers, got {list(rounds)!r}")
    scorer = check_scoring(estimator, scoring)
    splitter = check_cv(cv, y, classifier=is_classifier(estimator))
    folds: list[list[float]] = []
    for train, test in splitter.split(X, y):
        folds.append(_one_fold(clone(estimator), X, y, train, test, scorer, asked))
        if len(folds) == 1 and incumbent is not None and _is_behind(folds[0], incumbent):
            return RoundScores(rounds=tuple(asked), folds=np.array(folds), stopped=True)
    return RoundScores(rounds=tuple(asked), folds=np.array(folds))


def report_rounds(trial: Trial, found: RoundScores | Mapping[int, float]) -> float:
    """The value of an Optuna trial, its best over rounds, and a note of how many those are.

    For :class:`~warmstart.downstream.WarmStartSampler` with ``rounds=``.

    Parameters
    ----------
    trial : optuna.Trial
        To be told; the number of rounds is its user attribute.
    found : RoundScores or mapping of int to float
        What :func:`cross_validate_rounds` gave, or rounds to score.

    Returns
    -------
    float
        The highest score.

    Examples
    --------
    >>> import optuna
    >>> trial = optuna.trial.create_trial(value=0.0)
    >>> trial = optuna.create_study().ask()
    >>> report_rounds(trial, {50: 0.71, 100: 0.74, 200: 0.73})
    0.74
    """
    scores = found.scores if isinstance(found, RoundScores) else dict(found)
    best = max(scores, key=lambda k: (scores[k], -k))
    trial.set_user_attr(ROUNDS, int(best))
    return float(scores[best])


def _is_behind(first: Sequence[float], incumbent: RoundScores) -> bool:
    return max(first) < float(incumbent.folds[0].max()) - incumbent.std


def _one_fold(
    estimator: Any, X: Any, y: Any, train: Any, test: Any, scorer: Any, rounds: Sequence[int]
) -> list[float]:
    X_train, y_train = _safe_indexing(X, train), _safe_indexing(y, train)
    X_test, y_test = _safe_indexing(X, test), _safe_indexing(y, test)
    estimator.fit(X_train, y_train)
    model = estimator
    if isinstance(estimator, Pipeline):
        if len(estimator) > 1:
            X_test = estimator[:-1].transform(X_test)
        model = estimator[-1]
    total, staged = stages(model, X_test, rounds)
    if not total:
        raise ArgumentError(f"{type(model).__name__} has no rounds that can be left out")
    kind = _Classifier if is_classifier(model) else _Regressor
    found = {k: float(scorer(kind(stage), X_test, y_test)) for k, stage in staged}
    whole = float(scorer(model, X_test, y_test)) if max(rounds) >= total else np.nan
    # A booster that finds nothing more to split stops before; more rounds change nothing.
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
