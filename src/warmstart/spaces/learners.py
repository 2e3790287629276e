"""The learners of the tabular space: what each needs, and how it is built.

Light on purpose: knows hyperparameter values, not their ranges (those are in
:mod:`warmstart.spaces.tabular`), so that suggesting needs no ConfigSpace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warmstart._extras import installed, require
from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError

SPACE = "tabular"
"""Name of the configuration space whose learners these are."""

Values = Mapping[str, Any]
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


def _weight(values: Values) -> str | None:
    return "balanced" if values.get("class_weight") == "balanced" else None


def _forest_values(values: Values, random_state: int) -> dict[str, Any]:
    return {
        "n_estimators": values["n_estimators"],
        "max_features": values["max_features"],
        "min_samples_leaf": values["min_samples_leaf"],
        "bootstrap": values["bootstrap"],
        "random_state": random_state,
    }


def _with_numbered_classes(classifier: Any) -> Any:
    from warmstart.spaces.labels import LabelEncodedClassifier

    # scikit-learn 1.9 forests cannot weigh classes called "0" and "1".
    return LabelEncodedClassifier(classifier)


def _random_forest_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        **_forest_values(values, random_state),
        criterion=values["criterion"],
        class_weight=_weight(values),
    )
    return _with_numbered_classes(forest) if forest.class_weight else forest


def _random_forest_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(**_forest_values(values, random_state))


def _extra_trees_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(
        **_forest_values(values, random_state),
        criterion=values["criterion"],
        class_weight=_weight(values),
    )
    return _with_numbered_classes(forest) if forest.class_weight else forest


def _extra_trees_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(**_forest_values(values, random_state))


def _hist_gradient_boosting_values(values: Values, random_state: int) -> dict[str, Any]:
    names = ("learning_rate", "max_iter", "max_leaf_nodes", "min_samples_leaf")
    return {
        **{name: values[name] for name in names},
        "l2_regularization": values["l2_regularization"],
        "max_features": values["max_features"],
        "early_stopping": False,
        "random_state": random_state,
    }


def _hist_gradient_boosting_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        **_hist_gradient_boosting_values(values, random_state), class_weight=_weight(values)
    )


def _hist_gradient_boosting_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(**_hist_gradient_boosting_values(values, random_state))


def _decision_tree_values(values: Values, random_state: int) -> dict[str, Any]:
    names = ("max_depth", "min_samples_leaf", "ccp_alpha")
    return {**{name: values[name] for name in names}, "random_state": random_state}


def _decision_tree_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        **_decision_tree_values(values, random_state),
        criterion=values["criterion"],
        class_weight=_weight(values),
    )


def _decision_tree_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    # Pruning strength is relative to the impurity, which for a regression
    # tree is in units of the target squared; the target is standardised.
    return DecisionTreeRegressor(**_decision_tree_values(values, random_state))


def _adaboost_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    return AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=values["max_depth"]),
        n_estimators=values["n_estimators"],
        learning_rate=values["learning_rate"],
        random_state=random_state,
    )


def _adaboost_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import AdaBoostRegressor
    from sklearn.tree import DecisionTreeRegressor

    return AdaBoostRegressor(
        DecisionTreeRegressor(max_depth=values["max_depth"]),
        n_estimators=values["n_estimators"],
        learning_rate=values["learning_rate"],
        random_state=random_state,
    )


def _logistic_regression(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=values["C"], class_weight=_weight(values), max_iter=300, random_state=random_state
    )


def _ridge(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=values["alpha"], random_state=random_state)


def _elastic_net_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import SGDClassifier

    return SGDClassifier(
        loss="log_loss",
        penalty="elasticnet",
        alpha=values["alpha"],
        l1_ratio=values["l1_ratio"],
        class_weight=_weight(values),
        # Not averaged: with an L1 penalty scikit-learn 1.9 then predicts the wrong class.
        random_state=random_state,
    )


def _elastic_net_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import ElasticNet

    return ElasticNet(
        alpha=values["alpha"], l1_ratio=values["l1_ratio"], random_state=random_state
    )


def _linear_svm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(
        C=values["C"], class_weight=_weight(values), dual="auto", random_state=random_state
    )


def _linear_svm_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import LinearSVR

    return LinearSVR(
        C=values["C"],
        epsilon=values["epsilon"],
        loss="squared_epsilon_insensitive",
        dual="auto",
        random_state=random_state,
    )


def _rbf_svm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import SVC

    return SVC(
        C=values["C"],
        gamma=values["gamma"],
        class_weight=_weight(values),
        random_state=random_state,
    )


def _rbf_svm_regressor(values: Values, _: Schema, __: int) -> Any:
    from sklearn.svm import SVR

    return SVR(C=values["C"], gamma=values["gamma"], epsilon=values["epsilon"])


def _neighbors_values(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in ("n_neighbors", "weights", "p")}


def _neighbors_classifier(values: Values, _: Schema, __: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(**_neighbors_values(values))


def _neighbors_regressor(values: Values, _: Schema, __: int) -> Any:
    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(**_neighbors_values(values))


def _mlp_values(values: Values, random_state: int) -> dict[str, Any]:
    return {
        "hidden_layer_sizes": (values["width"],) * values["n_layers"],
        "activation": values["activation"],
        "alpha": values["alpha"],
        "learning_rate_init": values["learning_rate_init"],
        "max_iter": values["max_iter"],
        "random_state": random_state,
    }


def _mlp_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(**_mlp_values(values, random_state))


def _mlp_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.neural_network import MLPRegressor

    return MLPRegressor(**_mlp_values(values, random_state))


def _naive_bayes(values: Values, _: Schema, __: int) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(var_smoothing=values["var_smoothing"])


def _lda(values: Values, _: Schema, __: int) -> Any:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    if values["shrinkage"] == "none":
        return LinearDiscriminantAnalysis(solver="svd")
    manual = values["shrinkage"] == "manual"
    return LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage=values["shrinkage_factor"] if manual else "auto"
    )


def _qda(values: Values, _: Schema, __: int) -> Any:
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

    return QuadraticDiscriminantAnalysis(reg_param=values["reg_param"])


_LIGHTGBM = (
    "n_estimators",
    "learning_rate",
    "num_leaves",
    "min_child_samples",
    "reg_alpha",
    "reg_lambda",
    "colsample_bytree",
    "subsample",
)


def _lightgbm_values(values: Values, random_state: int) -> dict[str, Any]:
    return {
        **{name: values[name] for name in _LIGHTGBM},
        # Without a frequency LightGBM ignores subsample and says nothing.
        "subsample_freq": 1,
        "random_state": random_state,
        "n_jobs": 1,
        "verbosity": -1,
    }


def _lightgbm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        **_lightgbm_values(values, random_state), class_weight=_weight(values)
    )


def _lightgbm_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from lightgbm import LGBMRegressor

    return LGBMRegressor(**_lightgbm_values(values, random_state))


_XGBOOST = (
    "n_estimators",
    "learning_rate",
    "max_depth",
    "min_child_weight",
    "gamma",
    "reg_alpha",
    "reg_lambda",
    "colsample_bytree",
    "subsample",
)


def _xgboost_values(values: Values, random_state: int) -> dict[str, Any]:
    return {
        **{name: values[name] for name in _XGBOOST},
        "tree_method": "hist",
        "random_state": random_state,
        "n_jobs": 1,
        "verbosity": 0,
    }


def _xgboost_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from xgboost import XGBClassifier

    from warmstart.spaces.labels import LabelEncodedClassifier

    return LabelEncodedClassifier(XGBClassifier(**_xgboost_values(values, random_state)))


def _xgboost_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from xgboost import XGBRegressor

    return XGBRegressor(**_xgboost_values(values, random_state))


LEARNERS: dict[str, Learner] = {
    learner.name: learner
    for learner in (
        Learner(
            name="lightgbm",
            classifier=_lightgbm_classifier,
            regressor=_lightgbm_regressor,
            package="lightgbm",
            extra="lightgbm",
            takes_missing=True,
        ),
        Learner(
            name="xgboost",
            classifier=_xgboost_classifier,
            regressor=_xgboost_regressor,
            package="xgboost",
            extra="xgboost",
            takes_missing=True,
        ),
        Learner(
            name="hist_gradient_boosting",
            classifier=_hist_gradient_boosting_classifier,
            regressor=_hist_gradient_boosting_regressor,
            takes_missing=True,
        ),
        Learner(
            name="random_forest",
            classifier=_random_forest_classifier,
            regressor=_random_forest_regressor,
        ),
        Learner(
            name="extra_trees",
            classifier=_extra_trees_classifier,
            regressor=_extra_trees_regressor,
        ),
        Learner(
            name="decision_tree",
            classifier=_decision_tree_classifier,
            regressor=_decision_tree_regressor,
            scales_target=True,
        ),
        Learner(
            name="adaboost", classifier=_adaboost_classifier, regressor=_adaboost_regressor
        ),
        Learner(name="logistic_regression", classifier=_logistic_regression, scaled=True),
        Learner(name="ridge", regressor=_ridge, scaled=True),
        Learner(
            name="elastic_net",
            classifier=_elastic_net_classifier,
            regressor=_elastic_net_regressor,
            scaled=True,
            scales_target=True,
        ),
        Learner(
            name="linear_svm",
            classifier=_linear_svm_classifier,
            regressor=_linear_svm_regressor,
            probabilities=False,
            scaled=True,
            scales_target=True,
        ),
        Learner(
            name="rbf_svm",
            classifier=_rbf_svm_classifier,
            regressor=_rbf_svm_regressor,
            probabilities=False,
            scaled=True,
            scales_target=True,
        ),
        Learner(
            name="nearest_neighbors",
            classifier=_neighbors_classifier,
            regressor=_neighbors_regressor,
            scaled=True,
        ),
        Learner(
            name="mlp",
            classifier=_mlp_classifier,
            regressor=_mlp_regressor,
            scaled=True,
            scales_target=True,
        ),
        Learner(name="naive_bayes", classifier=_naive_bayes, scaled=True),
        Learner(name="lda", classifier=_lda, scaled=True),
        Learner(name="qda", classifier=_qda, scaled=True),
    )
}
