"""What a search of scikit-learn's interface is told, and which base and metric that means."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sklearn.base import BaseEstimator
from sklearn.model_selection._search import BaseSearchCV
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from warmstart.errors import HistoryError
from warmstart.metrics import find_metric
from warmstart.recommend.look.result import Look

if TYPE_CHECKING:
    from warmstart.recommend.recommender import Recommender


class SearchSettings(BaseSearchCV):  # type: ignore[misc]
    """The parameters of :class:`~warmstart.WarmStartSearchCV`."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseSearchCV._parameter_constraints,
        "estimator": [HasMethods(["fit"]), None],
        "param_distributions": [dict, list, None],
        "n_iter": [Interval(numbers.Integral, 1, None, closed="left")],
        "look": [Look, None],
        "rounds": ["array-like", StrOptions({"auto"}), None],
        "n_finalists": [Interval(numbers.Integral, 0, None, closed="left")],
        "early_stopping": ["boolean"],
        "n_candidates": [Interval(numbers.Integral, 1, None, closed="left")],
        "batch_size": [Interval(numbers.Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    best_estimator_: Any

    def __init__(
        self,
        estimator: Any = None,
        param_distributions: Any = None,
        *,
        n_iter: int = 10,
        knowledge: Any = None,
        space: Any = None,
        exclude: Any = (),
        acquisition: str = "ei",
        mapping: Mapping[str, Any] | None = None,
        n_candidates: int = 200,
        batch_size: int = 1,
        n_finalists: int = 3,
        early_stopping: bool = False,
        look: Look | None = None,
        rounds: Any = "auto",
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: int | str = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = math.nan,
        return_train_score: bool = False,
    ) -> None:
        super().__init__(
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_distributions = param_distributions
        self.n_iter = n_iter
        self.knowledge = knowledge
        self.space = space
        self.exclude = exclude
        self.acquisition = acquisition
        self.mapping = mapping
        self.n_candidates = n_candidates
        self.batch_size = batch_size
        self.n_finalists = n_finalists
        self.early_stopping = early_stopping
        self.look = look
        self.rounds = rounds
        self.random_state = random_state

    def _base(self) -> Recommender:
        from warmstart.knowledge.base import open_knowledge

        return open_knowledge(self.knowledge)

    def _metric(self, kind: str, recorded: Sequence[str | None]) -> str | None:
        """The base's metric that `scoring` names; None, its default, where it names none."""
        named = self.refit if isinstance(self.refit, str) else self.scoring
        if not isinstance(named, str):
            return None
        if named in recorded:
            return named
        try:
            found = find_metric(named, "binary" if kind == "classification" else kind).name
        except HistoryError:
            return None
        return found if found in recorded else None

    def __sklearn_tags__(self) -> Any:
        if self.estimator is not None:
            return super().__sklearn_tags__()
        tags = BaseEstimator.__sklearn_tags__(self)
        tags.target_tags.required = True
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.sparse = True
        tags.input_tags.categorical = True
        if hasattr(self, "best_estimator_"):
            tags.estimator_type = get_tags(self.best_estimator_).estimator_type
        return tags
