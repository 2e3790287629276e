"""Learners that go by distances: support vectors and nearest neighbours."""

from __future__ import annotations

from typing import Any

from warmstart.domain import Schema
from warmstart.spaces.pipelines.fitting import Values, class_weight
from warmstart.spaces.pipelines.learners import ranges
from warmstart.spaces.pipelines.learners.ranges import (
    choice,
    real,
    whole,
)
from warmstart.spaces.pipelines.learners.record import Design, Learner


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


def _too_many_neighbours(values: Values, schema: Schema, _: int) -> str | None:
    smallest_fold = schema.n_rows * 2 // 3
    if values.get("n_neighbors", 0) > smallest_fold:
        return f"more neighbours than training rows ({smallest_fold})"
    return None


RBF_SVM = Learner(
    name="rbf_svm",
    images=True,
    ranges=lambda classify: [
        # Beyond 100 the regression takes minutes where it gains nothing.
        real("C", 1e-2, 1e3 if classify else 1e2, 1.0),
        choice("gamma_rule", "scale", "value"),
        real("gamma", 1e-4, 2.0, 0.05, given=("gamma_rule", "value")),
        *ranges.epsilon(classify),
        *ranges.class_weight(classify),
    ],
    classifier=rbf_svm_classifier,
    regressor=rbf_svm_regressor,
    design=Design(turn=10, classification=32, regression=36),
    probabilities=False,
    scaled=True,
    scales_target=True,
    growth=2.0,
    fixed_share=0.0,
    predict_growth=1.0,
)
NEAREST_NEIGHBORS = Learner(
    name="nearest_neighbors",
    images=True,
    ranges=lambda _: [
        whole("n_neighbors", 1, 50, 5),
        choice("weights", "uniform", "distance"),
        choice("p", 2, 1),
    ],
    classifier=neighbors_classifier,
    regressor=neighbors_regressor,
    classes=("sklearn.neighbors", "KNeighbors"),
    design=Design(turn=13, classification=6, regression=8),
    scaled=True,
    why_illegal=_too_many_neighbours,
    growth=1.2,
    predict_growth=0.5,
)
