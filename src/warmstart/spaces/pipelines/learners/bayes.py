"""Classifiers that model each class by a Gaussian."""

from __future__ import annotations

from typing import Any

from warmstart.domain import Schema
from warmstart.spaces.pipelines.fitting import Values, weighted
from warmstart.spaces.pipelines.learners import ranges
from warmstart.spaces.pipelines.learners.ranges import (
    choice,
    linear,
    real,
)
from warmstart.spaces.pipelines.learners.record import Design, Learner


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


def _few_of_a_class(_: Values, schema: Schema, n_features: int) -> str | None:
    smallest_class = (schema.min_class_count or 0) * 2 // 3
    if smallest_class < max(2, n_features):
        return f"qda has fewer rows of the rarest class than features ({smallest_class})"
    return None


NAIVE_BAYES = Learner(
    name="naive_bayes",
    images=True,
    ranges=lambda classify: [
        real("var_smoothing", 1e-9, 1.0, 1e-9),
        *ranges.class_weight(classify),
    ],
    classifier=naive_bayes,
    design=Design(turn=14, classification=2),
    scaled=True,
)
LDA = Learner(
    name="lda",
    images=True,
    ranges=lambda _: [
        choice("shrinkage", "none", "auto", "manual"),
        linear("shrinkage_factor", 0.01, 1.0, 0.1, given=("shrinkage", "manual")),
    ],
    classifier=lda,
    design=Design(turn=11, classification=8),
    scaled=True,
)
QDA = Learner(
    name="qda",
    ranges=lambda _: [real("reg_param", 1e-3, 1.0, 1e-2)],
    classifier=qda,
    design=Design(turn=16, classification=2),
    scaled=True,
    why_illegal=_few_of_a_class,
)
