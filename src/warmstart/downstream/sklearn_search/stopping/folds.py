"""Candidates judged after each fold: the rest of the folds is left out where it cannot help."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.downstream.schedulers.end_prior import end_prior
from warmstart.downstream.sklearn_search.stopping.remembering import (
    plain,
    remember,
    remembering,
)
from warmstart.downstream.sklearn_search.stopping.rounds import RoundStopping
from warmstart.errors import ArgumentError
from warmstart.execution.measure.staged_scores import watched_scores
from warmstart.histories.runs.directions import usual_name
from warmstart.models.curves.curves import Curves
from warmstart.models.curves.previous_curves import PreviousCurves
from warmstart.models.curves.records import Stop
from warmstart.models.curves.stopping import StoppingRule, usual_gain

if TYPE_CHECKING:
    from warmstart.downstream.sklearn_search.rounds.read_off import ReadOff
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
    read : ReadOff, optional
        How rounds are read off each fit, where they are: then only the first fold is fitted
        here, and who is behind on it is judged by that.

    Raises
    ------
    ArgumentError
        If there are several metrics, or a single fold.
    """

    def __init__(
        self,
        search: Search,
        estimator: Any,
        data: tuple[Any, Any],
        cv: Any,
        scoring: Any,
        read: ReadOff | None = None,
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
        self._kind, self._read = type(estimator), read
        self.estimator, self.memory = remembering(estimator)
        metric = search.question.metric
        known = isinstance(scoring, str) and usual_name(scoring) == metric
        self._rounds = RoundStopping(
            search, metric if known else None, None if read is None else read.rounds
        )
        self._scorer = check_scoring(self.estimator, scoring)
        self._ended: list[list[float]] = []
        self.stops: list[Stop] = []
        self.fit_times: dict[int, float] = {}
        """Mean seconds of the fits of each candidate that had all folds, by its row."""

        self._times: list[float] = []

    def stopped(self, number: int, one: Suggestion, params: Mapping[str, Any]) -> Stop | None:
        """Fit a candidate to all folds but the last, or until it is stopped.

        Of boosters and forests the first fold is judged while it is fitted, after some of the
        rounds, all after each fold.

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
        if self._read is not None:
            params = {**params, self._read.name: self._read.rounds[-1]}
        scores: list[float] = []
        first, stop = self._first_fold(number, one, params)
        if stop is not None:
            return self._stopped(stop)
        if first is None or self._read is not None:
            return None  # scikit-learn tells a failure its own way
        scores.append(first)
        rule, prior = self._rule(), end_prior(self._search, one)
        best = max((float(np.mean(folds)) for folds in self._ended), default=-np.inf)
        for split in [*self._splits[1:-1], None] if rule is not None else ():
            means = np.cumsum(scores) / np.arange(1, len(scores) + 1)
            budgets = [float(k) for k in range(1, len(scores) + 1)]
            assert rule is not None
            judged = rule.judge(budgets, means.tolist(), best, prior=prior)
            if judged.stop:
                return self._stopped(
                    Stop(
                        trial=number,
                        budgets=tuple(budgets),
                        scores=tuple(means.tolist()),
                        judgement=judged,
                        prior=prior,
                    )
                )
            score = None if split is None else self._fold(params, *split)
            if score is None:
                return None
            scores.append(score)
        return None

    def _stopped(self, stop: Stop) -> Stop:
        self.memory.clear()
        self.stops.append(stop)
        return stop

    def _first_fold(
        self, number: int, one: Suggestion, params: Mapping[str, Any]
    ) -> tuple[float | None, Stop | None]:
        """Score of the first fold, or what stopped its fit; neither where it failed."""
        model = self._unfitted(params)
        target = model.unfitted() if hasattr(model, "unfitted") else plain(model, self._kind)
        watch = self._rounds.watch(number, target, one.configuration)
        train, test = self._splits[0]
        if watch is None:
            return self._fold(params, train, test), None
        inside, outside = self._rows(train), self._rows(test)
        start = time.perf_counter()
        try:
            scores, stopped = watched_scores(
                target, inside, outside, self._scorer, watch.rounds, watch
            )
            if stopped:
                return None, watch.stop
            if target is not model:
                model.pipeline_ = target
            remember(self.memory, model, *inside)
            # scikit-learn scores what it is worth with the rounds that are read off.
            read = self._read is not None
            score = scores[-1] if read else float(self._scorer(model, *outside))
        except Exception:  # noqa: BLE001 - an estimator may fail in any way
            return None, None
        self._times.append(time.perf_counter() - start)
        watch.ended()
        return score, None

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

    def _unfitted(self, params: Mapping[str, Any]) -> Any:
        from sklearn.base import clone

        return clone(self.estimator).set_params(**clone(dict(params), safe=False))

    def _rows(self, rows: Any) -> tuple[Any, Any]:
        from sklearn.utils import _safe_indexing

        return _safe_indexing(self._X, rows), _safe_indexing(self._y, rows)

    def _fold(self, params: Mapping[str, Any], train: Any, test: Any) -> float | None:
        model = self._unfitted(params)
        start = time.perf_counter()
        try:
            model.fit(*self._rows(train))
            self._times.append(time.perf_counter() - start)
            return float(self._scorer(model, *self._rows(test)))
        except Exception:  # noqa: BLE001 - an estimator may fail in any way
            return None
