"""The words of the field as frozen values: tasks, columns, configurations, evaluations."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from warmstart.errors import ArgumentError

TaskType = Literal["binary", "multiclass", "regression", "image"]  # images have classes too

ColumnKind = Literal[
    "numeric", "categorical", "boolean", "date", "text", "constant", "identifier"
]
TargetForm = Literal["plain", "text", "decimal_comma"]
"""How the cells of a target are read: as they are; labels of mixed types or fractions as
strings; numbers stored as words with decimal commas."""

MetricName = Literal[
    "balanced_accuracy", "accuracy", "roc_auc", "log_loss", "f1_macro", "r2", "rmse", "mae"
]
"""Metrics that the package knows; a history of one's own may have others."""

LearnerName = Literal[
    "lightgbm", "xgboost", "catboost", "hist_gradient_boosting", "random_forest", "extra_trees",
    "decision_tree", "adaboost", "logistic_regression", "ridge", "elastic_net", "linear_svm",
    "rbf_svm", "nearest_neighbors", "mlp", "conv_net", "naive_bayes", "lda", "qda",
]  # fmt: skip
"""Learners that pipelines are built of; a history of one's own may have others."""

Status = Literal["ok", "failed", "timeout", "memout", "pruned", "running"]

USED_KINDS = frozenset[ColumnKind](("numeric", "categorical", "boolean", "date", "text"))
"""Kinds a pipeline learns from; constants and identifiers are left out and reported."""


def check_task_type(task_type: str) -> TaskType:
    """Return `task_type` if it is one, else raise ``ValueError`` naming those there are."""
    if task_type not in get_args(TaskType):
        raise ArgumentError(f"task_type must be one of {get_args(TaskType)}, got {task_type!r}")
    return task_type  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset and what it holds."""

    name: str | int
    kind: ColumnKind

    def __post_init__(self) -> None:
        if self.kind not in get_args(ColumnKind):
            raise ArgumentError(
                f"kind of column {self.name!r} must be one of {get_args(ColumnKind)}, "
                f"got {self.kind!r}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a pipeline must know of a dataset to be legal for it; no data."""

    columns: tuple[Column, ...]
    """Feature columns, in the order of the data."""

    task_type: TaskType

    n_rows: int
    """Rows with a known target."""

    min_class_count: int | None = None
    """Members of the rarest class; None for regression."""

    max_categories: int = 0
    """Levels of the largest categorical column."""

    target_form: TargetForm = "plain"

    def __post_init__(self) -> None:
        check_task_type(self.task_type)
        if self.target_form not in get_args(TargetForm):
            raise ArgumentError(
                f"target_form must be one of {get_args(TargetForm)}, got {self.target_form!r}"
            )
        if self.n_rows < 1:
            raise ArgumentError(f"n_rows must be at least 1, got {self.n_rows}")

    def names(self, *kinds: ColumnKind) -> list[str | int]:
        """Names of the columns of the given kinds, in order."""
        return [column.name for column in self.columns if column.kind in kinds]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; :meth:`from_dict` reads them back."""
        return {
            "columns": [[column.name, column.kind] for column in self.columns],
            "task_type": self.task_type,
            "n_rows": self.n_rows,
            "min_class_count": self.min_class_count,
            "max_categories": self.max_categories,
            "target_form": self.target_form,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Schema:
        """Read what :meth:`to_dict` wrote."""
        columns = tuple(Column(name, kind) for name, kind in values["columns"])
        return cls(**{**values, "columns": columns})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A dataset with a target: one row of a meta-dataset."""

    task_id: str
    name: str
    family: str
    """Datasets derived from the same original share it; never split across train and test."""

    task_type: TaskType
    metric_default: str
    n_rows: int
    n_columns: int
    n_classes: int | None = None
    source: str = ""
    source_id: str = ""
    fingerprint: str = ""
    """Content sketch, see :mod:`warmstart.datasets.fingerprints.fingerprint`."""

    description: str = ""

    def __post_init__(self) -> None:
        check_task_type(self.task_type)
        if not self.task_id:
            raise ArgumentError("task_id must not be empty")


def plain_value(value: Any) -> Any:
    """A JSON value equal to `value`: numpy scalars become Python's, 3.0 stays a float.

    Anything else, and a number that is not finite, is an ``ArgumentError``.
    """
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ArgumentError(f"a configuration value must be finite, got {value}")
        return value
    raise ArgumentError(
        f"a configuration holds plain values, got {type(value).__name__}: {value!r}"
    )


def configuration_id(space: str, values: Mapping[str, Any]) -> str:
    """Short hash of a space and canonical values; the same point always has the same id.

    Parameters
    ----------
    space : str
        Name of the space.
    values : mapping
        Hyperparameters to plain values.

    Raises
    ------
    ArgumentError
        If a value is not plain.

    Examples
    --------
    >>> configuration_id("tabular", {"b": 1, "a": "x"}) == configuration_id(
    ...     "tabular", {"a": "x", "b": 1})
    True
    """
    canonical = {key: plain_value(values[key]) for key in sorted(values)}
    text = json.dumps([space, canonical], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One point of a configuration space: only its active hyperparameters, plain values."""

    space: str
    learner: str
    values: Mapping[str, Any]
    configuration_id: str = field(default="")

    def __post_init__(self) -> None:
        values = {key: plain_value(value) for key, value in self.values.items()}
        object.__setattr__(self, "values", MappingProxyType(values))
        if not self.configuration_id:
            name = configuration_id(self.space, values)
            object.__setattr__(self, "configuration_id", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One configuration evaluated once on one task, in one metric."""

    task_id: str
    configuration_id: str
    metric: str

    score: float
    """Held-out score, higher is better (losses change sign); NaN unless status is "ok"."""

    score_std: float = math.nan
    """Standard deviation of the score over folds."""

    n_folds: int = 1

    cost_s: float = math.nan
    """Seconds of one fit, the mean over folds."""

    predict_cost_s: float = math.nan
    """Seconds of one prediction of the held-out rows, the mean over folds."""

    status: Status = "ok"
    budget: float | None = None
    seed: int | None = None
    sampler: str = ""
    """How the configuration was chosen; adaptive samplers bias a history."""

    timestamp: str = ""
    """UTC, ISO 8601."""

    source_run_id: str = ""

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ArgumentError(
                f"status must be one of {get_args(Status)}, got {self.status!r}"
            )
        if self.status == "ok" and not math.isfinite(self.score):
            raise ArgumentError(
                f"score of {self.configuration_id} on {self.task_id} must be finite, "
                f"got {self.score}; tell a failure by its status"
            )
        for name in ("cost_s", "predict_cost_s"):
            if getattr(self, name) < 0:
                raise ArgumentError(
                    f"{name} is a duration in seconds, got {getattr(self, name)}"
                )
