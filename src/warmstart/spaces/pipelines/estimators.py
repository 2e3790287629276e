"""The estimator that each learner's hyperparameters stand for.

One function for each kind of task, from values without the learner's prefix, the schema and
a seed to an unfitted estimator. Libraries are imported only when something is built with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmstart.domain import Schema

Values = Mapping[str, Any]


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
    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

    # scikit-learn 1.9 forests cannot weigh classes called "0" and "1".
    return LabelEncodedClassifier(classifier)


def random_forest_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        **_forest_values(values, random_state),
        criterion=values["criterion"],
        class_weight=_weight(values),
    )
    return _with_numbered_classes(forest) if forest.class_weight else forest


def random_forest_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(**_forest_values(values, random_state))


def extra_trees_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(
        **_forest_values(values, random_state),
        criterion=values["criterion"],
        class_weight=_weight(values),
    )
    return _with_numbered_classes(forest) if forest.class_weight else forest


def extra_trees_regressor(values: Values, _: Schema, random_state: int) -> Any:
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


def hist_gradient_boosting_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        **_hist_gradient_boosting_values(values, random_state), class_weight=_weight(values)
    )


def hist_gradient_boosting_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(**_hist_gradient_boosting_values(values, random_state))


def _decision_tree_values(values: Values, random_state: int) -> dict[str, Any]:
    names = ("max_depth", "min_samples_leaf", "ccp_alpha")
    return {**{name: values[name] for name in names}, "random_state": random_state}


def decision_tree_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        **_decision_tree_values(values, random_state),
        criterion=values["criterion"],
        class_weight=_weight(values),
    )


def decision_tree_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.tree import DecisionTreeRegressor

    # Pruning strength is relative to the impurity, which for a regression
    # tree is in units of the target squared; the target is standardised.
    return DecisionTreeRegressor(**_decision_tree_values(values, random_state))


def _adaboost_values(values: Values, random_state: int) -> dict[str, Any]:
    names = ("n_estimators", "learning_rate")
    return {**{name: values[name] for name in names}, "random_state": random_state}


def adaboost_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import AdaBoostClassifier
    from sklearn.tree import DecisionTreeClassifier

    return AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=values["max_depth"]),
        **_adaboost_values(values, random_state),
    )


def adaboost_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import AdaBoostRegressor
    from sklearn.tree import DecisionTreeRegressor

    return AdaBoostRegressor(
        DecisionTreeRegressor(max_depth=values["max_depth"]),
        **_adaboost_values(values, random_state),
    )


def logistic_regression(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=values["C"], class_weight=_weight(values), max_iter=300, random_state=random_state
    )


def ridge(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import Ridge

    return Ridge(alpha=values["alpha"], random_state=random_state)


def elastic_net_classifier(values: Values, _: Schema, random_state: int) -> Any:
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


def elastic_net_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.linear_model import ElasticNet

    return ElasticNet(
        alpha=values["alpha"], l1_ratio=values["l1_ratio"], random_state=random_state
    )


def linear_svm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(
        C=values["C"], class_weight=_weight(values), dual="auto", random_state=random_state
    )


def linear_svm_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import LinearSVR

    return LinearSVR(
        C=values["C"],
        epsilon=values["epsilon"],
        loss="squared_epsilon_insensitive",
        dual="auto",
        random_state=random_state,
    )


def rbf_svm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import SVC

    return SVC(
        C=values["C"],
        gamma=values["gamma"],
        class_weight=_weight(values),
        random_state=random_state,
    )


def rbf_svm_regressor(values: Values, _: Schema, __: int) -> Any:
    from sklearn.svm import SVR

    return SVR(C=values["C"], gamma=values["gamma"], epsilon=values["epsilon"])


def _neighbors_values(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in ("n_neighbors", "weights", "p")}


def neighbors_classifier(values: Values, _: Schema, __: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(**_neighbors_values(values))


def neighbors_regressor(values: Values, _: Schema, __: int) -> Any:
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


def mlp_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from warmstart.spaces.pipelines.networks import NetworkClassifier

    return NetworkClassifier(**_mlp_values(values, random_state))


def mlp_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from warmstart.spaces.pipelines.networks import NetworkRegressor

    return NetworkRegressor(**_mlp_values(values, random_state))


def naive_bayes(values: Values, _: Schema, __: int) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB(var_smoothing=values["var_smoothing"])


def lda(values: Values, _: Schema, __: int) -> Any:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    if values["shrinkage"] == "none":
        return LinearDiscriminantAnalysis(solver="svd")
    manual = values["shrinkage"] == "manual"
    return LinearDiscriminantAnalysis(
        solver="lsqr", shrinkage=values["shrinkage_factor"] if manual else "auto"
    )


def qda(values: Values, _: Schema, __: int) -> Any:
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


def lightgbm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        **_lightgbm_values(values, random_state), class_weight=_weight(values)
    )


def lightgbm_regressor(values: Values, _: Schema, random_state: int) -> Any:
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


def xgboost_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from xgboost import XGBClassifier

    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

    return LabelEncodedClassifier(XGBClassifier(**_xgboost_values(values, random_state)))


def xgboost_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from xgboost import XGBRegressor

    return XGBRegressor(**_xgboost_values(values, random_state))
