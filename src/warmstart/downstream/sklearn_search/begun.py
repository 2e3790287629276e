"""How a search of scikit-learn's interface begins: over the base's pipelines, or one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import is_regressor
from sklearn.metrics import check_scoring

from warmstart.downstream.optuna_sampler.proposers.continuous import with_rounds
from warmstart.downstream.sklearn_search.candidates import as_frame, own_pool
from warmstart.downstream.sklearn_search.estimators import (
    ConfiguredClassifier,
    ConfiguredRegressor,
)
from warmstart.downstream.sklearn_search.rounds.first_fold import Watched
from warmstart.downstream.sklearn_search.rounds.read_off import ReadOffScorer
from warmstart.downstream.sklearn_search.run import CandidateRun
from warmstart.downstream.sklearn_search.run_continuous import continuous_run
from warmstart.downstream.sklearn_search.stopping.folds import FoldStopping
from warmstart.downstream.sklearn_search.stopping.remembering import plain

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.recommend.recommender import Recommender
    from warmstart.recommend.search import Search

from warmstart.downstream.sklearn_search.settings import SearchSettings
from warmstart.errors import ArgumentError

_SCORER = {
    "log_loss": "neg_log_loss",
    "rmse": "neg_root_mean_squared_error",
    "mae": "neg_mean_absolute_error",
}
"""What scikit-learn calls a metric, where that is not our name for it."""


class BegunSearch(SearchSettings):
    """Begins the search that :class:`~warmstart.WarmStartSearchCV` follows."""

    _run: CandidateRun

    def _embedded(self, dataset: Dataset, seed: int) -> tuple[Search, Any, Any]:
        """Search over the base's pipelines, their stand-in, and what to score by."""
        metric = self._metric(dataset.task_type, self._base().md.metrics)
        search = self._base().search(
            dataset,
            space=self.space,
            exclude=self.exclude,
            metric=metric,
            acquisition=self.acquisition,
            n_initial=self.batch_size,
            look=self.look,
            random_state=seed,
        )
        regression = dataset.task_type == "regression"
        kind = ConfiguredRegressor if regression else ConfiguredClassifier
        stand_in = kind(schema=search.question.schema, random_state=seed)
        scoring = self.scoring
        if scoring is None and search.question.metric is not None:
            name = search.question.metric
            scoring = _SCORER.get(name, name)
            if name == "roc_auc" and dataset.task_type == "multiclass":
                scoring = "roc_auc_ovr"
        return search, stand_in, scoring

    def _own(self, X: Any, y: Any, seed: int) -> CandidateRun:
        """Search over settings of the user's estimator."""
        base = self._base()
        kind = "regression" if is_regressor(self.estimator) else "classification"
        if (led := self._own_led(base, X, y, kind, seed)) is not None:
            return led
        self._refuse_rounds()
        pool = own_pool(
            base,
            self.estimator,
            self.param_distributions,
            learners=self.space,
            mapping=self.mapping,
            n_draws=self.n_candidates,
            random_state=seed,
        )
        described = bool(len(base.md.metafeatures.columns))
        search = base.search(
            *((X, y) if described else ()),
            candidates=as_frame(pool),
            task_type=None if described or base.task_types() == (None,) else kind,
            exclude=self.exclude,
            metric=self._metric(kind, base.md.metrics),
            acquisition=self.acquisition,
            n_initial=self.batch_size,
            random_state=seed,
        )
        return CandidateRun(search, lambda asked: dict(pool[asked.configuration_id].params))

    def _led(
        self, search: Search, distributions: Mapping[str, Any] | None = None
    ) -> CandidateRun | None:
        """Anywhere, where surfaces lead; rounds are read off fits that have one score each."""
        rounds, several = self.rounds, not _is_one(self.scoring)
        if several and rounds == "auto":
            rounds = None
        elif several and rounds is not None:
            raise ArgumentError(
                f"rounds={rounds!r} needs one metric that scoring= names or makes"
            )
        run = continuous_run(
            search, distributions, self.mapping, rounds=rounds, estimator=self.estimator
        )
        if run is None:
            self._refuse_rounds()
        if run is not None and several and self.rounds == "auto":
            run.notes.append(
                "rounds are searched, not read off fits: scoring= is no single metric"
            )
        return run

    def _refuse_rounds(self) -> None:
        if self.rounds is not None and not isinstance(self.rounds, str):
            with_rounds(None, 1)  # says why not

    def _fit_candidates(self, X: Any, y: Any, params: Mapping[str, Any]) -> None:
        """What scikit-learn does, each fit scored at many rounds where they are read off."""
        read, own = self._run.read_off, self.estimator
        if self.early_stopping:
            told = FoldStopping(self._run.search, own, (X, y), self.cv, self.scoring, read)
            self._run.stopping, fitted = told, told.estimator
        else:
            told, fitted = None, own
        if read is None:
            with instead(self, estimator=fitted):
                super().fit(X, y, **params)
        else:
            scorer = ReadOffScorer(check_scoring(own, self.scoring), read.rounds)
            with instead(self, estimator=Watched(fitted, read.board), scoring=scorer):
                super().fit(X, y, **params)
            self.scorer_ = scorer.scorer
            if self.refit:
                self.best_estimator_ = self.best_estimator_.inner
        if told is not None:
            for row, seconds in told.fit_times.items():
                self.cv_results_["mean_fit_time"][row] = seconds
            if self.refit:
                self.best_estimator_ = plain(self.best_estimator_, type(own))

    def _format_results(
        self, candidate_params: Any, n_splits: int, out: Any, more_results: Any = None
    ) -> dict[str, Any]:
        """scikit-learn's, of the rounds that were chosen; folds not fitted have no score."""
        read = self._run.read_off
        left_out: list[tuple[int, int]] = []
        if read is not None:
            out, left_out = read.settle(candidate_params, n_splits, out)
        results: dict[str, Any] = super()._format_results(
            candidate_params, n_splits, out, more_results
        )
        for row, fold in left_out:
            results[f"split{fold}_test_score"][row] = results["std_test_score"][row] = np.nan
        return results

    def _own_led(
        self, base: Recommender, X: Any, y: Any, kind: str, seed: int
    ) -> CandidateRun | None:
        """Anywhere in the distributions, where surfaces lead there; None elsewhere."""
        if base.store.surfaces is None or not isinstance(self.space, str):
            return None
        if not isinstance(self.param_distributions, Mapping):
            return None
        search = base.search(
            X,
            y,
            space=self.space,
            exclude=self.exclude,
            metric=self._metric(kind, base.md.metrics),
            acquisition=self.acquisition,
            n_initial=self.batch_size,
            random_state=seed,
        )
        return self._led(search, self.param_distributions)


def _is_one(scoring: Any) -> bool:
    """Whether it is one metric that scores by predictions."""
    return scoring is None or isinstance(scoring, str) or hasattr(scoring, "_score_func")


@contextmanager
def instead(owner: Any, **attributes: Any) -> Iterator[None]:
    """Attributes of an object for a while; scikit-learn's `fit` reads them from it.

    Parameters
    ----------
    owner : object
    **attributes :
        What they are meanwhile.
    """
    before = {name: getattr(owner, name) for name in attributes}
    for name, value in attributes.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)
