"""What a fitted pipeline predicts, as the metrics want it."""

from __future__ import annotations

from typing import Any

import numpy as np

from warmstart.errors import HistoryError
from warmstart.metrics import Prediction
from warmstart.metrics.formulas import Array


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
    if len(classes) == 1:  # some give a column to a class that they have not seen
        sure = _spread(np.ones((X.shape[0], 1)), classes, n_classes, absent=0.0)
        labels = np.full(X.shape[0], classes[0])
        return Prediction(labels=labels, ranking=sure, probabilities=sure)
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
