"""Candidates judged after each fold: the rest of the folds is left out where it cannot help."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.downstream.schedulers.end_prior import end_prior
from warmstart.errors import ArgumentError
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves
from warmstart.models.curves.records import Stop
from warmstart.models.curves.stopping import StoppingRule, usual_gain
from warmstart.spaces.pipelines.stages.content import content_name

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.search import Search

FEWEST = 3
"""Candidates that had all folds before any other is stopped."""


class FoldStopping:
    """Fits a candidate fold by fold, and says when to stop.

    The curve of a candidate is its mean over the first folds; how means go on from fold to
    fold is told by the candidates before it, which had the same folds, and where it will end
    also by what the base expects of it. What is fitted here is not fitted again when
    scikit-learn evaluates the candidate.

    Parameters
    ----------
    search : Search
        Told every score.
    estimator : estimator
        Whose parameters the candidates are.
    data : tuple
        X, y and what else ``fit`` takes.
    cv : splitter
    scoring : str or callable, optional

    Raises
    ------
    ArgumentError
        If there are several metrics, or a single fold.
    """

    def __init__(
        self, search: Search, estimator: Any, data: tuple[Any, Any], cv: Any, scoring: Any
    ) -> None:
        from sklearn.base import is_classifier
        from sklearn.metrics import check_scoring
        from sklearn.model_selection import check_cv

        if scoring is not None and not isinstance(scoring, str) and not callable(scoring):
            raise ArgumentError(
                "early_stopping judges by one metric; scoring names several, give one of them"
            )
        self._search = search
        self._X, self._y = data
        splitter = check_cv(cv, self._y, classifier=is_classifier(estimator))
        self._splits = list(splitter.split(self._X, self._y))
        if len(self._splits) < 2:
            raise ArgumentError("early_stopping judges after a fold, and there is a single one")
        self.estimator, self.memory = remembering(estimator)
        self._scorer = check_scoring(self.estimator, scoring)
        self._ended: list[list[float]] = []
        self.stops: list[Stop] = []
        self.fit_times: dict[int, float] = {}
        """Mean seconds of the fits of each candidate that had all folds, by its row."""

        self._times: list[float] = []

    def stopped(self, number: int, one: Suggestion, params: Mapping[str, Any]) -> Stop | None:
        """Fit a candidate to all folds but the last, or until it is stopped.

        Parameters
        ----------
        number : int
            Of the candidate, as it is recorded.
        one : Suggestion
        params : mapping
            Of the estimator.
        """
        self.memory.clear()
        self._times = []
        rule, prior = self._rule(), end_prior(self._search, one)
        best = max((float(np.mean(folds)) for folds in self._ended), default=-np.inf)
        scores: list[float] = []
        for train, test in self._splits[:-1] if rule is not None else ():
            score = self._fold(params, train, test)
            if score is None:
                return None  # scikit-learn tells the failure its own way
            scores.append(score)
            means = np.cumsum(scores) / np.arange(1, len(scores) + 1)
            budgets = [float(k) for k in range(1, len(scores) + 1)]
            assert rule is not None
            judged = rule.judge(budgets, means.tolist(), best, prior=prior)
            if judged.stop:
                self.memory.clear()
                stop = Stop(
                    trial=number,
                    budgets=tuple(budgets),
                    scores=tuple(means.tolist()),
                    judgement=judged,
                    prior=prior,
                )
                self.stops.append(stop)
                return stop
        return None

    def learn(self, results: Mapping[str, Any], metric: str, rows: Sequence[int]) -> None:
        """Take the folds of candidates that scikit-learn has evaluated."""
        n = len(self._splits)
        for row in rows:
            folds = [float(results[f"split{k}_test_{metric}"][row]) for k in range(n)]
            if np.isfinite(folds).all():
                self._ended.append(folds)
            if self._times:
                self.fit_times[row] = float(np.mean(self._times))
        self.memory.clear()

    def _rule(self) -> StoppingRule | None:
        if len(self._ended) < FEWEST:
            return None
        means = np.cumsum(self._ended, axis=1) / np.arange(1, len(self._splits) + 1)
        past = Curves(budgets=np.arange(1.0, len(self._splits) + 1), values=means)
        target = float(len(self._splits))
        return StoppingRule(
            model=PreviousCurves().fit(past),
            target=target,
            least_gain=usual_gain(past, target),
            n_least=1,
        )

    def _fold(self, params: Mapping[str, Any], train: Any, test: Any) -> float | None:
        from sklearn.base import clone
        from sklearn.utils import _safe_indexing

        model = clone(self.estimator).set_params(**clone(dict(params), safe=False))
        start = time.perf_counter()
        try:
            model.fit(_safe_indexing(self._X, train), _safe_indexing(self._y, train))
            self._times.append(time.perf_counter() - start)
            return float(
                self._scorer(
                    model, _safe_indexing(self._X, test), _safe_indexing(self._y, test)
                )
            )
        except Exception:  # noqa: BLE001 - an estimator may fail in any way
            return None


def remembering(estimator: Any) -> tuple[Any, dict[str, dict[str, Any]]]:
    """An estimator of the same kind that does not fit again what its twin has fitted.

    Returns
    -------
    estimator
        Its ``fit`` looks first whether the same rows were fitted since the memory was cleared,
        which whoever changes the parameters does.
    memory : dict
    """
    from sklearn.base import clone

    kind, memory = type(estimator), dict[str, dict[str, Any]]()

    def fit(self: Any, X: Any, y: Any = None, **params: Any) -> Any:
        key = f"{content_name(X)}|{content_name(y)}|{sorted(params)}"
        if key in memory:
            self.__dict__.update(memory[key])
        else:
            kind.fit(self, X, y, **params)
            memory[key] = dict(self.__dict__)
        return self

    body = {"fit": fit, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    twin = clone(estimator)
    twin.__class__ = type(kind.__name__, (kind,), body)
    return twin, memory


def plain(estimator: Any, kind: type) -> Any:
    """A fitted estimator as one of its own class again."""
    if type(estimator) is not kind and isinstance(estimator, kind):
        estimator.__class__ = kind
    return estimator
