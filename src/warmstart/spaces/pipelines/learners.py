"""The learners of the tabular space: what each needs, and what builds it.

Light on purpose: knows hyperparameter values, not their ranges (those are in
:mod:`warmstart.spaces.pipelines.tabular`), so that suggesting needs no ConfigSpace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from warmstart._extras import installed, require
from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines import estimators
from warmstart.spaces.pipelines.boosting import boosters
from warmstart.spaces.pipelines.estimators import Values

SPACE = "tabular"
"""Name of the configuration space whose learners these are."""

Builder = Callable[[Values, Schema, int], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """One family of models, for classification, regression or both."""

    name: str
    classifier: Builder | None = None
    regressor: Builder | None = None

    package: str = "sklearn"
    """Import name of the library that has it."""

    extra: str = ""
    """The extra of warmstart that installs `package`; empty when always there."""

    probabilities: bool = True
    """Whether its classifier predicts probabilities, which log loss needs."""

    scaled: bool = False
    """Whether its inputs must be scaled."""

    takes_missing: bool = False
    """Whether it learns from missing values itself."""

    refuses_empty: bool = False
    """Whether, though it takes missing values, it fails on a column of nothing else."""

    scales_target: bool = False
    """Whether its regressor wants a standardised target."""

    def supports(self, task_type: str) -> bool:
        """Whether it can learn a task of this type."""
        return (self.regressor if task_type == "regression" else self.classifier) is not None

    @property
    def installed(self) -> bool:
        """Whether its library is there."""
        return installed(self.package)

    def build(self, values: Values, schema: Schema, random_state: int) -> Any:
        """Make the unfitted estimator; `values` without the learner's prefix."""
        make = self.regressor if schema.task_type == "regression" else self.classifier
        if make is None:
            raise SpaceMismatchError(f"{self.name} does not learn {schema.task_type} tasks")
        if self.extra:
            require(self.package, extra=self.extra)
        return make(values, schema, random_state)


LEARNERS: dict[str, Learner] = {
    learner.name: learner
    for learner in (
        Learner(
            name="lightgbm",
            classifier=boosters.lightgbm_classifier,
            regressor=boosters.lightgbm_regressor,
            package="lightgbm",
            extra="lightgbm",
            takes_missing=True,
        ),
        Learner(
            name="xgboost",
            classifier=boosters.xgboost_classifier,
            regressor=boosters.xgboost_regressor,
            package="xgboost",
            extra="xgboost",
            takes_missing=True,
        ),
        Learner(
            name="catboost",
            classifier=boosters.catboost_classifier,
            regressor=boosters.catboost_regressor,
            package="catboost",
            extra="catboost",
            takes_missing=True,
        ),
        Learner(
            name="hist_gradient_boosting",
            classifier=boosters.hist_gradient_boosting_classifier,
            regressor=boosters.hist_gradient_boosting_regressor,
            takes_missing=True,
            refuses_empty=True,
        ),
        Learner(
            name="random_forest",
            classifier=estimators.random_forest_classifier,
            regressor=estimators.random_forest_regressor,
        ),
        Learner(
            name="extra_trees",
            classifier=estimators.extra_trees_classifier,
            regressor=estimators.extra_trees_regressor,
        ),
        Learner(
            name="decision_tree",
            classifier=estimators.decision_tree_classifier,
            regressor=estimators.decision_tree_regressor,
            scales_target=True,
        ),
        Learner(
            name="adaboost",
            classifier=estimators.adaboost_classifier,
            regressor=estimators.adaboost_regressor,
        ),
        Learner(
            name="logistic_regression", classifier=estimators.logistic_regression, scaled=True
        ),
        Learner(name="ridge", regressor=estimators.ridge, scaled=True),
        Learner(
            name="elastic_net",
            classifier=estimators.elastic_net_classifier,
            regressor=estimators.elastic_net_regressor,
            scaled=True,
            scales_target=True,
        ),
        Learner(
            name="linear_svm",
            classifier=estimators.linear_svm_classifier,
            regressor=estimators.linear_svm_regressor,
            probabilities=False,
            scaled=True,
            scales_target=True,
        ),
        Learner(
            name="rbf_svm",
            classifier=estimators.rbf_svm_classifier,
            regressor=estimators.rbf_svm_regressor,
            probabilities=False,
            scaled=True,
            scales_target=True,
        ),
        Learner(
            name="nearest_neighbors",
            classifier=estimators.neighbors_classifier,
            regressor=estimators.neighbors_regressor,
            scaled=True,
        ),
        Learner(
            name="mlp",
            classifier=estimators.mlp_classifier,
            regressor=estimators.mlp_regressor,
            scaled=True,
            scales_target=True,
        ),
        Learner(name="naive_bayes", classifier=estimators.naive_bayes, scaled=True),
        Learner(name="lda", classifier=estimators.lda, scaled=True),
        Learner(name="qda", classifier=estimators.qda, scaled=True),
    )
}
