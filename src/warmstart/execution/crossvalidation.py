"""Cross-validate one configuration on a task held in memory.

Costs are CPU seconds of one thread, not wall time: on a busy machine the wall clock also
measures its other work, and a history is read long after that machine was busy.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from warmstart.domain import Schema
from warmstart.errors import HistoryError
from warmstart.execution.resampling import cap_rows, folds
from warmstart.metrics import Array, Prediction, metrics_for, score_prediction

_HOPELESS = 1.5
"""An evaluation is given up after its first fold when all would take this many limits."""


@dataclass(frozen=True, kw_only=True)
class Fold:
    """One split of a task, cut out once for all configurations."""

    X_train: pd.DataFrame
    y_train: Array
    X_test: pd.DataFrame
    y_test: Array


@dataclass(frozen=True, kw_only=True)
class LoadedTask:
    """A task in memory, ready to be fitted."""

    schema: Schema
    """Of the rows used, which are not all of a large task's."""

    n_classes: int
    folds: list[Fold]
    prepared: PreparedFolds = field(default_factory=lambda: PreparedFolds())
    """Kept matrices of configurations evaluated before."""


class PreparedFolds:
    """Transformed folds of the loaded task, shared by configurations that prepare alike.

    On small data the preparation costs more than the fit. Its seconds are kept with the
    result and count for every configuration that uses it.
    """

    max_bytes = 256 * 2**20

    def __init__(self) -> None:
        self._folds: dict[tuple[str, int], tuple[Array, Array, float, float]] = {}
        self._bytes = 0

    def get(
        self, steps: Any, recipe: str, fold: Fold, number: int
    ) -> tuple[Array, Array, float, float]:
        """Training and held-out matrix of one fold, and the seconds each took.

        `recipe` names the steps as they are before fitting.
        """
        key = recipe, number
        if key in self._folds:
            return self._folds[key]
        # An estimator that works in place must not spoil the data of the next one.
        X_train, X_test = fold.X_train.copy(), fold.X_test.copy()
        start = time.process_time()
        train = steps.fit_transform(X_train, fold.y_train)
        fitted = time.process_time()
        test = steps.transform(X_test)
        prepared = train, test, fitted - start, time.process_time() - fitted
        size = getattr(train, "nbytes", 0) + getattr(test, "nbytes", 0)
        if self._bytes + size <= self.max_bytes:
            self._folds[key] = prepared
            self._bytes += size
        return prepared


class GiveUpError(Exception):
    """The evaluation would take far longer than its limit."""


@lru_cache(maxsize=8)
def resolve(name: str) -> Callable[..., Any]:
    """The function called ``"module:function"``."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def load_task(
    path: str, *, target: str, task_type: str, max_rows: int, loader: str
) -> LoadedTask:
    """Read a dataset, cap its rows, number its classes and cut out its folds."""
    dataset = resolve(loader)(Path(path), target=target, task_type=task_type)
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
    splits = [
        Fold(
            X_train=X.iloc[train].reset_index(drop=True),
            y_train=values[train],
            X_test=X.iloc[test].reset_index(drop=True),
            y_test=values[test],
        )
        for train, test in folds(values if n_classes else None, len(values))
    ]
    return LoadedTask(schema=schema, n_classes=n_classes, folds=splits)


def _spread(columns: Array, classes: Array, n_classes: int, *, absent: float) -> Array:
    """Columns of the classes seen in training, at their place among all classes."""
    if len(classes) == n_classes:
        return columns
    spread = np.full((len(columns), n_classes), absent, dtype=columns.dtype)
    spread[:, classes] = columns
    return spread


def predict(model: Any, X: Any, n_classes: int) -> Prediction:
    """What a fitted estimator says of `X`, from one pass over it.

    Labels are those of the largest probability where there are any, which is what
    scikit-learn's classifiers predict and spares a second pass.
    """
    if n_classes == 0:
        return Prediction(values=_finite(np.asarray(model.predict(X), dtype=float).ravel()))
    classes = np.asarray(model.classes_, dtype=np.intp)
    if hasattr(model, "predict_proba"):
        shares = _finite(np.asarray(model.predict_proba(X)))
        labels = classes[shares.argmax(axis=1)]
        shares = _spread(shares, classes, n_classes, absent=0.0)
        return Prediction(labels=labels, ranking=shares, probabilities=shares)
    if not hasattr(model, "decision_function"):
        return Prediction(labels=np.asarray(model.predict(X), dtype=np.intp))
    margins = _finite(np.asarray(model.decision_function(X), dtype=float))
    if margins.ndim == 1:
        margins = np.column_stack([-margins, margins])
    if margins.shape[1] != len(classes):  # one column a pair of classes
        return Prediction(labels=np.asarray(model.predict(X), dtype=np.intp))
    if len(classes) > 2 and hasattr(model, "decision_function_shape"):
        # Kernel machines let pairs of classes vote, and break ties by the classes' order.
        labels = np.asarray(model.predict(X), dtype=np.intp)
    else:
        labels = classes[margins.argmax(axis=1)]
    return Prediction(
        labels=labels, ranking=_spread(margins, classes, n_classes, absent=-np.inf)
    )


def _finite(predictions: Array) -> Array:
    if not np.isfinite(predictions).all():
        raise HistoryError("predictions are not finite")
    return predictions


def cross_validate(
    task: LoadedTask, make: Callable[[], Any], *, time_limit_s: float
) -> dict[str, Any]:
    """Fit and score one configuration on every fold.

    Returns
    -------
    dict
        ``scores`` (metric to score of each fold), ``cost_s`` and ``predict_cost_s``
        (CPU seconds of one fold, the mean), ``n_folds``.

    Raises
    ------
    GiveUpError
        If the first fold shows that the limit will not do.
    HistoryError
        If a prediction is not finite.
    """
    scores: dict[str, list[float]] = {}
    fit_s, predict_s, model = 0.0, 0.0, make()
    steps, estimator = None, model
    if isinstance(model, Pipeline) and len(model) > 1:
        steps, estimator = model[:-1], model[-1]
    recipe = joblib.hash(steps)  # before fitting changes them
    for number, fold in enumerate(task.folds):
        X_train: Any = fold.X_train
        X_test: Any = fold.X_test
        prepare_s = transform_s = 0.0
        if steps is not None:
            X_train, X_test, prepare_s, transform_s = task.prepared.get(
                steps, recipe, fold, number
            )
        # An estimator that works in place must not spoil the data of the next one.
        X_train, X_test = X_train.copy(), X_test.copy()
        start = time.process_time()
        estimator.fit(X_train, fold.y_train)
        fitted = time.process_time()
        prediction = predict(estimator, X_test, task.n_classes)
        done = time.process_time()
        fit_s += fitted - start + prepare_s
        predict_s += done - fitted + transform_s
        took_s = done - start + prepare_s + transform_s
        if took_s * len(task.folds) > _HOPELESS * time_limit_s:
            raise GiveUpError(f"one fold of {len(task.folds)} took {took_s:.1f} s")
        of_fold = score_prediction(
            task.schema.task_type, fold.y_test, prediction, task.n_classes
        )
        for name, score in of_fold.items():
            scores.setdefault(name, []).append(score)
    n_folds = len(task.folds)
    means = {
        name: [float(np.mean(values)), float(np.std(values))]
        for name, values in scores.items()
        if len(values) == n_folds and np.isfinite(values).all()
    }
    default = metrics_for(task.schema.task_type)[0].name
    if default not in means:
        raise HistoryError(f"{default} is not finite")
    return {
        "status": "ok",
        "scores": means,
        "n_folds": n_folds,
        "cost_s": fit_s / n_folds,
        "predict_cost_s": predict_s / n_folds,
    }
