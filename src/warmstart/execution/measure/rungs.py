"""Learning curves over rows, of learners that have neither rounds nor epochs to leave out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from warmstart.execution.measure.curves import FoldCurve
from warmstart.execution.prediction import predict
from warmstart.execution.resampling import cap_rows
from warmstart.metrics import score_prediction

if TYPE_CHECKING:
    from warmstart.execution.loaded_task import LoadedTask
    from warmstart.execution.prepared_folds import Fold, PreparedFold


def row_curve(
    task: LoadedTask,
    estimator: Any,
    fold: Fold,
    ready: PreparedFold,
    record: Mapping[str, Any],
    rungs: Sequence[int],
    limit_s: float,
) -> tuple[FoldCurve, float]:
    """Scores of one fold by the rows fitted to, prepared as for all of them.

    A rung is a stratified draw, part of no other; one that a learner cannot be fitted to, or
    that there is no time for, is left out.

    Parameters
    ----------
    task : LoadedTask
    estimator : estimator
        Fitted to all rows.
    fold : Fold
    ready : PreparedFold
        Its matrices.
    record : mapping
        What the fit to all rows took and scored.
    rungs : sequence of int
        Rows; those the fold does not have are left out.
    limit_s : float
        CPU seconds left for all of them.

    Returns
    -------
    FoldCurve
    float
        CPU seconds of the extra fits.
    """
    n_train, spent = len(fold.y_train), 0.0
    classes = None if task.n_classes == 0 else fold.y_train
    scores: dict[int, Mapping[str, float]] = {}
    for n_rows in sorted(set(rungs)):
        # Fewer rows take no longer than all of them did.
        if n_rows >= n_train or spent + record["fit_s"] + record["predict_s"] > limit_s:
            break
        rows = cap_rows(classes, n_train, max_rows=n_rows, seed=n_rows)
        some = _safe_indexing(ready.train, rows)
        start = time.process_time()
        try:
            model = clone(estimator).fit(some, fold.y_train[rows])
            shown = predict(model, ready.test.copy(), task.n_classes)
            scores[n_rows] = score_prediction(
                task.schema.task_type, fold.y_test, shown, task.n_classes
            )
        except Exception:  # noqa: BLE001 - too few rows for a learner are no failure
            continue
        finally:
            spent += time.process_time() - start
    if not scores or not np.isfinite(record["fit_s"]):
        return FoldCurve(total=0, fit_s=record["fit_s"], scores={}), spent
    whole = {**scores, n_train: record["scores"]}
    return FoldCurve(total=n_train, kind="rows", fit_s=record["fit_s"], scores=whole), spent
