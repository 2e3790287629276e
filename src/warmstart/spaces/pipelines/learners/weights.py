"""Weights of classes, for classifiers that take them and for those that take none."""

from __future__ import annotations

from typing import Any

from warmstart.spaces.pipelines.learners.record import Values


def class_weight(values: Values) -> str | None:
    """What scikit-learn calls the weights of a configuration's classes."""
    return "balanced" if values.get("class_weight") == "balanced" else None


def weighted(classifier: Any, values: Values) -> Any:
    """The classifier, its rows weighed where it takes no weights of classes."""
    if class_weight(values) is None:
        return classifier
    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

    return LabelEncodedClassifier(classifier, class_weight="balanced")
