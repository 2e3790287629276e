"""A task held in memory, ready to be cross-validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.domain import Schema
from warmstart.execution.prepared_folds import Fold, PreparedFolds
from warmstart.execution.resampling import (
    Resampling,
    cap_rows,
    folds,
    forward_folds,
    group_folds,
)
from warmstart.metrics.formulas import Array


@dataclass(frozen=True, kw_only=True)
class LoadedTask:
    """A task in memory, ready to be fitted."""

    schema: Schema
    """Of the rows used, which are not all of a large task's."""

    n_classes: int
    folds: list[Fold]
    prepared: PreparedFolds = field(default_factory=PreparedFolds)
    """Kept matrices of configurations evaluated before."""


@lru_cache(maxsize=8)
def resolve(name: str) -> Callable[..., Any]:
    """The function called ``"module:function"``."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def load_task(
    path: str,
    *,
    target: str,
    task_type: str,
    max_rows: int,
    loader: str,
    groups: str = "",
    time: str = "",
    resampling: Resampling = "random",
) -> LoadedTask:
    """Read a dataset, cap its rows, number its classes and cut out its folds."""
    named = {name: column for name, column in (("groups", groups), ("time", time)) if column}
    dataset = resolve(loader)(Path(path), target=target, task_type=task_type, **named)
    X, y = dataset.X, dataset.y
    classes: Array | None = None
    values: Array
    n_classes = 0
    if task_type == "regression":
        values = np.asarray(y, dtype=float)
    else:
        labels, classes = np.unique(np.asarray(y), return_inverse=True)
        values, n_classes = classes, len(labels)
    kept = cap_rows(classes, len(values), max_rows=max_rows)
    if len(kept) < len(values):
        X, values = X.iloc[kept], values[kept]
    X = X.reset_index(drop=True)
    schema = dataclasses.replace(dataset.schema, n_rows=len(values))
    if n_classes:
        # A class may lose its last member to the cap; its number would leave a gap.
        _, values, counts = np.unique(values, return_inverse=True, return_counts=True)
        n_classes = len(counts)
        schema = dataclasses.replace(schema, min_class_count=int(counts.min()))
    if resampling == "groups":
        parts = group_folds(dataset.groups[kept])
    elif resampling == "forward":
        parts = forward_folds(dataset.times[kept])
    else:
        parts = folds(values if n_classes else None, len(values))
    splits = [
        Fold(
            X_train=X.iloc[train].reset_index(drop=True),
            y_train=values[train],
            X_test=X.iloc[test].reset_index(drop=True),
            y_test=values[test],
        )
        for train, test in parts
    ]
    return LoadedTask(schema=schema, n_classes=n_classes, folds=splits)
