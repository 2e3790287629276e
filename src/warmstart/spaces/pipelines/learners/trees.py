"""Trees and what is made of many: forests, boosted stumps."""

from __future__ import annotations

from typing import Any

from warmstart.domain import Schema
from warmstart.spaces.pipelines.fitting import Values, class_weight, weighted
from warmstart.spaces.pipelines.learners import ranges
from warmstart.spaces.pipelines.learners.ranges import (
    Hyperparameter,
    choice,
    linear,
    real,
    whole,
)
from warmstart.spaces.pipelines.learners.record import Design, Learner


def _forest_values(values: Values, random_state: int) -> dict[str, Any]:
    return {
        "n_estimators": values["n_estimators"],
        # A share of the columns, or their number's square root.
        "max_features": "sqrt" if values.get("features") == "sqrt" else values["max_features"],
        "min_samples_leaf": values["min_samples_leaf"],
        "bootstrap": values["bootstrap"],
        # Of no range of ours: leaves say it. Surfaces and studies of others have it.
        "max_depth": values.get("max_depth"),
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


def _forest(classify: bool, *, bootstrap: bool) -> list[Hyperparameter]:
    return [
        whole("n_estimators", 30, 300, 100),
        choice("features", *(("sqrt", "share") if classify else ("share", "sqrt"))),
        linear("max_features", 0.05, 1.0, 1.0, given=("features", "share")),
        whole("min_samples_leaf", 1, 64, 1),
        choice("bootstrap", bootstrap, not bootstrap),
        *ranges.criterion(classify),
        *ranges.class_weight(classify),
    ]


RANDOM_FOREST = Learner(
    name="random_forest",
    images=True,
    ranges=lambda classify: _forest(classify, bootstrap=True),
    classifier=random_forest_classifier,
    regressor=random_forest_regressor,
    classes=("sklearn.ensemble", "RandomForest"),
    design=Design(turn=4, classification=16, regression=20),
    fixed_share=0.1,
    predict_growth=0.45,
)
EXTRA_TREES = Learner(
    name="extra_trees",
    images=True,
    ranges=lambda classify: _forest(classify, bootstrap=False),
    classifier=extra_trees_classifier,
    regressor=extra_trees_regressor,
    classes=("sklearn.ensemble", "ExtraTrees"),
    design=Design(turn=5, classification=20, regression=24),
    fixed_share=0.1,
    predict_growth=0.25,
)
DECISION_TREE = Learner(
    name="decision_tree",
    ranges=lambda classify: [
        whole("max_depth", 1, 30, 30),
        whole("min_samples_leaf", 1, 50, 1),
        real("ccp_alpha", 1e-6, 0.1, 1e-6),
        *ranges.criterion(classify),
        *ranges.class_weight(classify),
    ],
    classifier=decision_tree_classifier,
    regressor=decision_tree_regressor,
    classes=("sklearn.tree", "DecisionTree"),
    design=Design(turn=12, classification=6, regression=6),
    scales_target=True,
)
ADABOOST = Learner(
    name="adaboost",
    ranges=lambda classify: [
        whole("n_estimators", 20, 100, 50),
        real("learning_rate", 0.01, 2.0, 1.0),
        whole("max_depth", 1, 6, 1 if classify else 3, log=False),
        *ranges.class_weight(classify),
    ],
    classifier=adaboost_classifier,
    regressor=adaboost_regressor,
    classes=("sklearn.ensemble", "AdaBoost"),
    design=Design(turn=15, classification=2, regression=2),
    fixed_share=0.1,
)
