"""The estimator that each learner's hyperparameters stand for.

One function for each kind of task, from values without the learner's prefix, the schema and
a seed to an unfitted estimator. Libraries are imported only when something is built with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmstart.domain import Schema

Values = Mapping[str, Any]


def class_weight(values: Values) -> str | None:
    """What scikit-learn calls the weights of a configuration's classes."""
    return "balanced" if values.get("class_weight") == "balanced" else None


def weighted(classifier: Any, values: Values) -> Any:
    """The classifier, its rows weighed where it takes no weights of classes."""
    if class_weight(values) is None:
        return classifier
    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

    return LabelEncodedClassifier(classifier, class_weight="balanced")


def _forest_values(values: Values, random_state: int) -> dict[str, Any]:
    return {
        "n_estimators": values["n_estimators"],
        # A share of the columns, or their number's square root.
        "max_features": "sqrt" if values.get("features") == "sqrt" else values["max_features"],
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
        class_weight=class_weight(values),
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
        class_weight=class_weight(values),
    )
    return _with_numbered_classes(forest) if forest.class_weight else forest


def extra_trees_regressor(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.ensemble import ExtraTreesRegressor

    return ExtraTreesRegressor(**_forest_values(values, random_state))


def _decision_tree_values(values: Values, random_state: int) -> dict[str, Any]:
    names = ("max_depth", "min_samples_leaf", "ccp_alpha")
    return {**{name: values[name] for name in names}, "random_state": random_state}


def decision_tree_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        **_decision_tree_values(values, random_state),
        criterion=values["criterion"],
        class_weight=class_weight(values),
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

    adaboost = AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=values["max_depth"]),
        **_adaboost_values(values, random_state),
    )
    return weighted(adaboost, values)


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
        C=values["C"],
        class_weight=class_weight(values),
        max_iter=300,
        random_state=random_state,
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
        class_weight=class_weight(values),
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
        C=values["C"], class_weight=class_weight(values), dual="auto", random_state=random_state
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


def _gamma(values: Values) -> float | str:
    # "scale" is one over the number of columns, for columns of unit variance.
    return "scale" if values.get("gamma_rule") == "scale" else float(values["gamma"])


def rbf_svm_classifier(values: Values, _: Schema, random_state: int) -> Any:
    from sklearn.svm import SVC

    return SVC(
        C=values["C"],
        gamma=_gamma(values),
        class_weight=class_weight(values),
        random_state=random_state,
    )


def rbf_svm_regressor(values: Values, _: Schema, __: int) -> Any:
    from sklearn.svm import SVR

    return SVR(C=values["C"], gamma=_gamma(values), epsilon=values["epsilon"])


def _neighbors_values(values: Values) -> dict[str, Any]:
    return {name: values[name] for name in ("n_neighbors", "weights", "p")}


def neighbors_classifier(values: Values, _: Schema, __: int) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(**_neighbors_values(values))


def neighbors_regressor(values: Values, _: Schema, __: int) -> Any:
    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(**_neighbors_values(values))


def _mlp_values(values: Values, schema: Schema, random_state: int) -> dict[str, Any]:
    return {
        "hidden_layer_sizes": (values["width"],) * values["n_layers"],
        "activation": values["activation"],
        "alpha": values["alpha"],
        "learning_rate_init": values["learning_rate_init"],
        "max_iter": values["max_iter"],
        "early_stopping": bool(values.get("early_stopping")) and can_hold_out(schema),
        "random_state": random_state,
    }


def can_hold_out(schema: Schema) -> bool:
    """Whether scikit-learn can hold out a tenth of two thirds of the rows, by classes."""
    enough = schema.n_rows >= 60
    return enough and (schema.task_type == "regression" or (schema.min_class_count or 0) >= 4)


def mlp_classifier(values: Values, schema: Schema, random_state: int) -> Any:
    from warmstart.spaces.pipelines.networks import NetworkClassifier

    return weighted(NetworkClassifier(**_mlp_values(values, schema, random_state)), values)


def mlp_regressor(values: Values, schema: Schema, random_state: int) -> Any:
    from warmstart.spaces.pipelines.networks import NetworkRegressor

    return NetworkRegressor(**_mlp_values(values, schema, random_state))


def naive_bayes(values: Values, _: Schema, __: int) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return weighted(GaussianNB(var_smoothing=values["var_smoothing"]), values)


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
