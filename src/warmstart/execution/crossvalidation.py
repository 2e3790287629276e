"""Cross-validate one configuration on a task held in memory.

Costs are CPU seconds of one thread, not wall time: on a busy machine the wall clock also
measures its other work, and a history is read long after that machine was busy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import joblib
import numpy as np
from sklearn.pipeline import Pipeline

from warmstart.errors import HistoryError
from warmstart.execution.loaded_task import LoadedTask
from warmstart.execution.measure.curves import FoldCurve, mean_curve
from warmstart.execution.measure.resources import stored_bytes
from warmstart.execution.measure.rungs import row_curve
from warmstart.execution.measure.staged import ROUNDS, network_in, stages
from warmstart.execution.prediction import predict
from warmstart.execution.prepared_folds import Fold, PreparedFold
from warmstart.metrics import metrics_for, score_prediction
from warmstart.spaces.pipelines.networks import keeping_epochs

_HOPELESS = 1.5
"""An evaluation is given up after its first fold when all would take this many limits."""


class GiveUpError(Exception):
    """The evaluation would take far longer than its limit."""


def cross_validate(
    task: LoadedTask,
    make: Callable[[], Any],
    *,
    time_limit_s: float,
    measure: bool = False,
    row_rungs: Sequence[int] = (),
    fewer: Sequence[int] = (),
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
        scores of boosters and forests with fewer rounds, of networks after fewer epochs.
    row_rungs : sequence of int
        If measured, learners that have neither are also fitted to so many of the training
        rows, a fit each, as long as the limit allows; see
        :mod:`warmstart.execution.measure.rungs`.
    fewer : sequence of int
        Numbers of rounds whose results are told too, as of models fitted with so many: see
        :mod:`warmstart.execution.stages.rounds`.

    Returns
    -------
    dict
        ``scores`` (metric to mean and spread over folds), ``cost_s`` and
        ``predict_cost_s`` (CPU seconds of one fold, the mean), ``n_folds``, ``folds`` (a
        dict a fold: rows, seconds, scores); if measured ``model_bytes`` and ``curve`` (of
        so many rounds: the mean score in each metric, and seconds to fit them); by
        ``fewer``, where there are any, the same of fewer rounds.

    Raises
    ------
    GiveUpError
        If the first fold shows that the limit will not do.
    HistoryError
        If a prediction is not finite.
    """
    folds: list[dict[str, Any]] = []
    curves: list[FoldCurve] = []
    by_fewer: dict[int, list[dict[str, Any]]] = {rounds: [] for rounds in fewer}
    model_bytes, model, spent = None, make(), 0.0
    steps, estimator = None, model
    if isinstance(model, Pipeline) and len(model) > 1:
        steps, estimator = model[:-1], model[-1]
    recipe = joblib.hash(steps)  # before fitting changes them
    for number, fold in enumerate(task.folds):
        ready = PreparedFold(
            train=fold.X_train, test=fold.X_test, fit_s=0.0, transform_s=0.0, n_bytes=0
        )
        if steps is not None:
            ready = task.prepared.get(steps, recipe, fold, number, measure=measure)
        # An estimator that works in place must not spoil the data of the next one.
        X_train, X_test = ready.train.copy(), ready.test.copy()
        start = time.process_time()
        with keeping_epochs(ROUNDS if measure else ()):
            estimator.fit(X_train, fold.y_train)
        fitted = time.process_time()
        prediction = predict(estimator, X_test, task.n_classes)
        done = time.process_time()
        record: dict[str, Any] = {
            "n_train": len(fold.y_train),
            "n_test": len(fold.y_test),
            "fit_s": fitted - start + ready.fit_s,
            "predict_s": done - fitted + ready.transform_s,
            "scores": score_prediction(
                task.schema.task_type, fold.y_test, prediction, task.n_classes
            ),
        }
        if (record["fit_s"] + record["predict_s"]) * len(task.folds) > _HOPELESS * time_limit_s:
            raise GiveUpError(f"one fold of {len(task.folds)} took {done - start:.1f} s")
        folds.append(record)
        for rounds, one in _of_fewer(task, estimator, fold, ready.test, record, fewer):
            by_fewer[rounds].append(one)
        if measure:
            curve = _curve(task, estimator, fold, ready.test, record)
            if (network := network_in(estimator)) is not None:
                network.epoch_weights_ = {}  # no part of the model
            if number == 0 and (size := stored_bytes(estimator)) is not None:
                model_bytes = size + ready.n_bytes
            if curve.total == 0 and row_rungs:
                # What the folds still to come will take is not spent on rungs.
                mine = record["fit_s"] + record["predict_s"]
                spent += mine
                left = 0.8 * time_limit_s - spent - (len(task.folds) - number - 1) * mine
                curve, took = row_curve(task, estimator, fold, ready, record, row_rungs, left)
                spent += took
            curves.append(curve)
    found = summary(folds, task.schema.task_type)
    if measure:
        found |= {"model_bytes": model_bytes, "curve": mean_curve(curves)}
    if fewer:
        found["fewer"] = {
            rounds: summary(of, task.schema.task_type)
            for rounds, of in by_fewer.items()
            if len(of) == len(folds)
        }
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


def _of_fewer(
    task: LoadedTask,
    estimator: Any,
    fold: Fold,
    X_test: Any,
    record: Mapping[str, Any],
    fewer: Sequence[int],
) -> Iterator[tuple[int, dict[str, Any]]]:
    """A fold's record of so many rounds each; their seconds are their share of all."""
    if not fewer:
        return
    total, found = stages(estimator, X_test, sorted(fewer))
    if not total:
        return
    stopped = {rounds: record for rounds in fewer if rounds >= total}
    yield from ((rounds, dict(one)) for rounds, one in stopped.items())
    for rounds, stage in found:
        shown = predict(stage, X_test, task.n_classes)
        share = rounds / total
        yield (
            rounds,
            {
                **record,
                "fit_s": record["fit_s"] * share,
                "predict_s": record["predict_s"] * share,
                "scores": score_prediction(
                    task.schema.task_type, fold.y_test, shown, task.n_classes
                ),
            },
        )


def _curve(
    task: LoadedTask, estimator: Any, fold: Fold, X_test: Any, record: Mapping[str, Any]
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
    return FoldCurve(
        total=total,
        kind="epochs" if network_in(estimator) is not None else "iterations",
        fit_s=record["fit_s"],
        scores=scores | {total: record["scores"]},
    )
