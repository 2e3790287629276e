"""How a search of scikit-learn's interface begins: over the base's pipelines, or one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sklearn.base import is_regressor

from warmstart.downstream.sklearn_search.candidates import as_frame, own_pool
from warmstart.downstream.sklearn_search.estimators import (
    ConfiguredClassifier,
    ConfiguredRegressor,
)
from warmstart.downstream.sklearn_search.run import SearchRun
from warmstart.downstream.sklearn_search.run_continuous import continuous_run

if TYPE_CHECKING:
    from warmstart.datasets.dataset import Dataset
    from warmstart.recommend.recommender import Recommender
    from warmstart.recommend.search import Search

from warmstart.downstream.sklearn_search.settings import SearchSettings

_SCORER = {
    "log_loss": "neg_log_loss",
    "rmse": "neg_root_mean_squared_error",
    "mae": "neg_mean_absolute_error",
}
"""What scikit-learn calls a metric, where that is not our name for it."""


class BegunSearch(SearchSettings):
    """Begins the search that :class:`~warmstart.WarmStartSearchCV` follows."""

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

    def _own(self, X: Any, y: Any, seed: int) -> SearchRun:
        """Search over settings of the user's estimator."""
        base = self._base()
        kind = "regression" if is_regressor(self.estimator) else "classification"
        if (led := self._own_led(base, X, y, kind, seed)) is not None:
            return led
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
        return SearchRun(search, lambda asked: dict(pool[asked.configuration_id].params))

    def _own_led(
        self, base: Recommender, X: Any, y: Any, kind: str, seed: int
    ) -> SearchRun | None:
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
        return continuous_run(search, self.param_distributions, self.mapping)
