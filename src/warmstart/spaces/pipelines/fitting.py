"""What estimators are told of the data they are fitted to: class weights, rows to hold out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmstart.domain import Schema

DATE_PARTS = 5
"""Columns that a date becomes."""

TEXT_FEATURES = 64
"""Columns that a column of free text becomes."""

MAX_ONE_HOT = 30
"""Most columns one categorical column may become; rarer levels share one."""

Values = Mapping[str, Any]
"""A configuration's values, without the learner's prefix."""


def class_weight(values: Values) -> str | None:
    """What scikit-learn calls the weights of a configuration's classes."""
    return "balanced" if values.get("class_weight") == "balanced" else None


def weighted(classifier: Any, values: Values) -> Any:
    """The classifier, its rows weighed where it takes no weights of classes."""
    if class_weight(values) is None:
        return classifier
    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier

    return LabelEncodedClassifier(classifier, class_weight="balanced")


def can_hold_out(schema: Schema) -> bool:
    """Whether scikit-learn can hold out a tenth of two thirds of the rows, by classes."""
    enough = schema.n_rows >= 60
    return enough and (schema.task_type == "regression" or (schema.min_class_count or 0) >= 4)
