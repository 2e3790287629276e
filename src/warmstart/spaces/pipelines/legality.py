"""Whether a configuration of the tabular space can be fitted on given data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.fitting import DATE_PARTS, MAX_ONE_HOT, TEXT_FEATURES
from warmstart.spaces.pipelines.learners import LEARNERS, Learner


def learner_of(values: Mapping[str, Any]) -> Learner:
    """The learner a configuration names.

    Raises
    ------
    SpaceMismatchError
        If it names none, or one the tabular space does not have.
    """
    name = values.get("learner")
    if name not in LEARNERS:
        raise SpaceMismatchError(
            f"learner must be one of {sorted(LEARNERS)}, got {name!r} in {dict(values)}"
        )
    return LEARNERS[str(name)]


def why_illegal(values: Mapping[str, Any], schema: Schema) -> str | None:
    """Why a configuration cannot be fitted on such data, or None when it can.

    Two thirds of the rows must do, so that a three-fold cross-validation works too.
    """
    learner = learner_of(values)
    if not learner.supports(schema.task_type):
        return f"{learner.name} does not learn {schema.task_type} tasks"
    if not learner.installed:
        return f"{learner.name} is not installed"
    prefix = f"{learner.name}:"
    own = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
    return learner.why_illegal(own, schema, _most_features(values, schema))


def _most_features(values: Mapping[str, Any], schema: Schema) -> int:
    """Features the model may see at most, after encoding."""
    of_categorical = 1
    if values.get("encoding") == "one_hot":
        of_categorical = min(MAX_ONE_HOT, schema.max_categories + 1)  # missing is a level
    elif values.get("encoding") == "target" and schema.task_type == "multiclass":
        # One mean a class; none has fewer rows than the rarest.
        of_categorical = schema.n_rows // max(schema.min_class_count or 1, 1)
    return (
        len(schema.names("numeric", "boolean"))
        + DATE_PARTS * len(schema.names("date"))
        + TEXT_FEATURES * len(schema.names("text"))
        + of_categorical * len(schema.names("categorical"))
    )
