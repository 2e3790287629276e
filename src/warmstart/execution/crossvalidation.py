"""Cross-validate one configuration on a task held in memory.

Costs are CPU seconds of one thread, not wall time: on a busy machine the wall clock also
measures its other work, and a history is read long after that machine was busy.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.pipeline import Pipeline

from warmstart.domain import Schema
from warmstart.errors import HistoryError
from warmstart.execution.measure.curves import FoldCurve, mean_curve
from warmstart.execution.measure.resources import stored_bytes
from warmstart.execution.measure.staged import stages
from warmstart.execution.prepared_folds import Fold, Prepared, PreparedFolds
from warmstart.execution.resampling import (
    Resampling,
    cap_rows,
    folds,
    forward_folds,
    group_folds,
)
from warmstart.metrics import Array, Prediction, metrics_for, score_prediction

_HOPELESS = 1.5
"""An evaluation is given up after its first fold when all would take this many limits."""


@dataclass(frozen=True, kw_only=True)
class LoadedTask:
    """A task in memory, ready to be fitted."""

    schema: Schema
    """Of the rows used, which are not all of a large task's."""

    n_classes: int
    folds: list[Fold]
    prepared: PreparedFolds = field(default_factory=PreparedFolds)
    """Kept matrices of configurations evaluated before."""


class GiveUpError(Exception):
    """The evaluation would take far longer than its limit."""


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
    task: LoadedTask, make: Callable[[], Any], *, time_limit_s: float, measure: bool = False
) -> dict[str, Any]:
    """Fit and score one configuration on every fold.

    Parameters
    ----------
    task : LoadedTask
    make : callable
        Makes the unfitted estimator.
    time_limit_s : float
        CPU seconds for all folds.
    measure : bool
        Also record what a history can use later: the size of the fitted model, and the
        scores of boosters and forests with fewer rounds.

    Returns
    -------
    dict
        ``scores`` (metric to mean and spread over folds), ``cost_s`` and
        ``predict_cost_s`` (CPU seconds of one fold, the mean), ``n_folds``, ``folds`` (a
        dict a fold: rows, seconds, scores); if measured ``model_bytes`` and ``curve`` (of
        so many rounds: the mean score in each metric, and seconds to fit them).

    Raises
    ------
    GiveUpError
        If the first fold shows that the limit will not do.
    HistoryError
        If a prediction is not finite.
    """
    folds: list[dict[str, Any]] = []
    curves: list[FoldCurve] = []
    model_bytes, model = None, make()
    steps, estimator = None, model
    if isinstance(model, Pipeline) and len(model) > 1:
        steps, estimator = model[:-1], model[-1]
    recipe = joblib.hash(steps)  # before fitting changes them
    for number, fold in enumerate(task.folds):
        ready = Prepared(
            train=fold.X_train, test=fold.X_test, fit_s=0.0, transform_s=0.0, n_bytes=0
        )
        if steps is not None:
            ready = task.prepared.get(steps, recipe, fold, number, measure=measure)
        # An estimator that works in place must not spoil the data of the next one.
        X_train, X_test = ready.train.copy(), ready.test.copy()
        start = time.process_time()
        estimator.fit(X_train, fold.y_train)
        fitted = time.process_time()
        prediction = predict(estimator, X_test, task.n_classes)
        done = time.process_time()
        told: dict[str, Any] = {
            "n_train": len(fold.y_train),
            "n_test": len(fold.y_test),
            "fit_s": fitted - start + ready.fit_s,
            "predict_s": done - fitted + ready.transform_s,
            "scores": score_prediction(
                task.schema.task_type, fold.y_test, prediction, task.n_classes
            ),
        }
        if (told["fit_s"] + told["predict_s"]) * len(task.folds) > _HOPELESS * time_limit_s:
            raise GiveUpError(f"one fold of {len(task.folds)} took {done - start:.1f} s")
        folds.append(told)
        if measure:
            if number == 0 and (size := stored_bytes(estimator)) is not None:
                model_bytes = size + ready.n_bytes
            curves.append(_curve(task, estimator, fold, ready.test, told))
    found = summary(folds, task.schema.task_type)
    if measure:
        found |= {"model_bytes": model_bytes, "curve": mean_curve(curves)}
    return found


def summary(folds: Sequence[Mapping[str, Any]], task_type: str) -> dict[str, Any]:
    """What the folds of an evaluation say together.

    Raises
    ------
    HistoryError
        If the default metric is not finite on every fold.
    """
    means: dict[str, list[float]] = {}
    for metric in metrics_for(task_type):
        values = [fold["scores"].get(metric.name, np.nan) for fold in folds]
        if np.isfinite(values).all():
            means[metric.name] = [float(np.mean(values)), float(np.std(values))]
    default = metrics_for(task_type)[0].name
    if default not in means:
        raise HistoryError(f"{default} is not finite")
    return {
        "status": "ok",
        "scores": means,
        "n_folds": len(folds),
        "cost_s": float(np.mean([fold["fit_s"] for fold in folds])),
        "predict_cost_s": float(np.mean([fold["predict_s"] for fold in folds])),
        "folds": list(folds),
    }


def _curve(
    task: LoadedTask, estimator: Any, fold: Fold, X_test: Any, told: Mapping[str, Any]
) -> FoldCurve:
    """One fold's scores with fewer rounds, and with all."""
    total, of_fewer = stages(estimator, X_test)
    scores = {
        rounds: score_prediction(
            task.schema.task_type,
            fold.y_test,
            predict(stage, X_test, task.n_classes),
            task.n_classes,
        )
        for rounds, stage in of_fewer
    }
    return FoldCurve(total=total, fit_s=told["fit_s"], scores=scores | {total: told["scores"]})
