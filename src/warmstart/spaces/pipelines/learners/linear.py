"""Linear models of classes and of numbers."""

from __future__ import annotations

from typing import Any

from warmstart.domain import Schema
from warmstart.spaces.pipelines.fitting import Values, class_weight
from warmstart.spaces.pipelines.learners import ranges
from warmstart.spaces.pipelines.learners.ranges import (
    linear,
    real,
)
from warmstart.spaces.pipelines.learners.record import Design, Learner


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


LOGISTIC_REGRESSION = Learner(
    name="logistic_regression",
    images=True,
    ranges=lambda classify: [real("C", 1e-4, 1e3, 1.0), *ranges.class_weight(classify)],
    classifier=logistic_regression,
    design=Design(turn=7, classification=26),
    scaled=True,
)
RIDGE = Learner(
    name="ridge",
    ranges=lambda _: [real("alpha", 1e-3, 1e4, 1.0)],
    regressor=ridge,
    design=Design(turn=7, regression=24),
    scaled=True,
)
ELASTIC_NET = Learner(
    name="elastic_net",
    ranges=lambda classify: [
        real("alpha", 1e-5, 1.0, 1e-4 if classify else 1.0),
        linear("l1_ratio", 0.05, 1.0, 0.15 if classify else 0.5),
        *ranges.class_weight(classify),
    ],
    classifier=elastic_net_classifier,
    regressor=elastic_net_regressor,
    design=Design(turn=8, classification=20, regression=22),
    scaled=True,
    scales_target=True,
)
LINEAR_SVM = Learner(
    name="linear_svm",
    ranges=lambda classify: [
        real("C", 1e-4, 1e2, 1.0),
        *ranges.epsilon(classify),
        *ranges.class_weight(classify),
    ],
    classifier=linear_svm_classifier,
    regressor=linear_svm_regressor,
    design=Design(turn=9, classification=16, regression=18),
    probabilities=False,
    scaled=True,
    scales_target=True,
)
