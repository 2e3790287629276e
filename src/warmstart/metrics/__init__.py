"""The metrics recorded for an evaluation, higher always better, in fast numpy.

scikit-learn's functions spend a millisecond or two each on validating their input; a fold
is scored here in a fraction of that, on classes coded ``0 … n_classes - 1``.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from warmstart.domain import TaskType, check_task_type
from warmstart.errors import HistoryError
from warmstart.metrics.formulas import (
    Array,
    accuracy,
    balanced_accuracy,
    f1_macro,
    log_loss,
    mae,
    r2,
    rmse,
    roc_auc,
)

Need = Literal["labels", "ranking", "probabilities", "values"]

_CLASSIFICATION: tuple[TaskType, ...] = ("binary", "multiclass", "image")
_REGRESSION: tuple[TaskType, ...] = ("regression",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One way to score predictions, and how its stored score relates to the usual number.

    Examples
    --------
    >>> import numpy as np
    >>> from warmstart.metrics import METRICS
    >>> rmse = METRICS["rmse"]
    >>> truth, prediction = np.array([0.0, 2.0]), np.array([1.0, 3.0])
    >>> rmse.score(truth, prediction), rmse.loss(-1.0)
    (-1.0, 1.0)
    """

    name: str
    task_types: tuple[TaskType, ...]

    needs: Need
    """What a fitted estimator must give: class labels, any ranking of the rows for each
    class, probabilities, or predicted values."""

    best: float
    """The score of a perfect prediction."""

    lowest: float
    """The score no prediction can be below."""

    is_loss: bool
    """Whether the usual number is a loss; the stored score is then its negative."""

    function: Callable[[Array, Array, int], float]
    """Usual number from coded truth, what `needs` names, and the number of classes."""

    synonyms: tuple[str, ...] = ()
    """Other spellings users know, scikit-learn's among them."""

    @property
    def sign(self) -> int:
        """The stored score is the usual number times this."""
        return -1 if self.is_loss else 1

    def score(self, truth: Array, prediction: Array, n_classes: int = 0) -> float:
        """Score a prediction; higher is better whatever the metric.

        Parameters
        ----------
        truth : ndarray, shape (n_rows,)
            Codes of the classes, or the target.
        prediction : ndarray
            What :attr:`needs` names, shape (n_rows,) or (n_rows, n_classes).
        n_classes : int
            0 for a regression.
        """
        return self.sign * float(self.function(truth, prediction, n_classes))

    def loss(self, score: float) -> float:
        """How far a stored score is from perfect; zero is perfect, lower is better."""
        return self.best - score


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a fitted estimator says of held-out rows; None where it cannot.

    Examples
    --------
    >>> import numpy as np
    >>> Prediction(labels=np.array([0, 1])).ranking is None
    True
    """

    labels: Array | None = None
    """Class codes, shape (n_rows,)."""

    ranking: Array | None = None
    """Larger means more likely of the class, shape (n_rows, n_classes)."""

    probabilities: Array | None = None
    """Shape (n_rows, n_classes); zero for classes the estimator has not seen."""

    values: Array | None = None
    """Predicted target of a regression, shape (n_rows,)."""


# fmt: off
_ALL = (
    Metric(name="balanced_accuracy", task_types=_CLASSIFICATION, needs="labels",
           best=1.0, lowest=0.0, is_loss=False, function=balanced_accuracy,
           synonyms=("balanced_accuracy_score", "bacc")),
    Metric(name="accuracy", task_types=_CLASSIFICATION, needs="labels",
           best=1.0, lowest=0.0, is_loss=False, function=accuracy,
           synonyms=("accuracy_score", "predictive_accuracy")),
    Metric(name="roc_auc", task_types=_CLASSIFICATION, needs="ranking",
           best=1.0, lowest=0.0, is_loss=False, function=roc_auc,
           synonyms=("auc", "roc_auc_score", "roc_auc_ovr", "area_under_roc_curve")),
    Metric(name="log_loss", task_types=_CLASSIFICATION, needs="probabilities",
           best=0.0, lowest=-np.inf, is_loss=True, function=log_loss,
           synonyms=("neg_log_loss", "logloss", "cross_entropy")),
    Metric(name="f1_macro", task_types=_CLASSIFICATION, needs="labels",
           best=1.0, lowest=0.0, is_loss=False, function=f1_macro,
           synonyms=("macro_f1",)),
    Metric(name="r2", task_types=_REGRESSION, needs="values",
           best=1.0, lowest=-np.inf, is_loss=False, function=r2,
           synonyms=("r2_score", "r_squared")),
    Metric(name="rmse", task_types=_REGRESSION, needs="values",
           best=0.0, lowest=-np.inf, is_loss=True, function=rmse,
           synonyms=("neg_root_mean_squared_error", "root_mean_squared_error", "neg_rmse")),
    Metric(name="mae", task_types=_REGRESSION, needs="values",
           best=0.0, lowest=-np.inf, is_loss=True, function=mae,
           synonyms=("neg_mean_absolute_error", "mean_absolute_error", "neg_mae")),
)
# fmt: on

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}
"""Every recorded metric by name; the default of a task type comes first."""


def metrics_for(task_type: str) -> tuple[Metric, ...]:
    """The metrics recorded for a task type, the default first.

    Examples
    --------
    >>> [metric.name for metric in metrics_for("regression")]
    ['r2', 'rmse', 'mae']
    """
    kind = check_task_type(task_type)
    return tuple(metric for metric in _ALL if kind in metric.task_types)


def default_metric(task_type: str) -> Metric:
    """The metric a task is judged by when nobody names one.

    Examples
    --------
    >>> default_metric("binary").name
    'balanced_accuracy'
    """
    return metrics_for(task_type)[0]


def find_metric(name: str, task_type: str) -> Metric:
    """The metric a user means by `name`; scikit-learn's spellings are understood.

    Parameters
    ----------
    name : str
        As a user or scikit-learn spells it.
    task_type : str
        The metrics of other types are not looked at.

    Raises
    ------
    HistoryError
        If no metric of this task type is called so; the message names those there are.

    Examples
    --------
    >>> find_metric("neg_root_mean_squared_error", "regression").name
    'rmse'
    """
    candidates = metrics_for(task_type)
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    spellings = {s: metric for metric in candidates for s in (metric.name, *metric.synonyms)}
    if wanted in spellings:
        return spellings[wanted]
    close = difflib.get_close_matches(wanted, spellings, n=1)
    hint = f"; did you mean {spellings[close[0]].name!r}?" if close else ""
    raise HistoryError(
        f"no metric {name!r} for a {task_type} task; known are "
        f"{', '.join(metric.name for metric in candidates)}{hint}"
    )


def score_prediction(
    task_type: str, truth: Array, prediction: Prediction, n_classes: int = 0
) -> dict[str, float]:
    """Score one fold in every metric the prediction allows.

    Parameters
    ----------
    task_type : str
    truth : ndarray, shape (n_rows,)
        Codes of the classes, or the target.
    prediction : Prediction
        Of these rows.
    n_classes : int
        0 for a regression.

    Examples
    --------
    >>> truth, labels = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    >>> score_prediction("binary", truth, Prediction(labels=labels), 2)["accuracy"]
    0.75
    """
    scores = {}
    for metric in metrics_for(task_type):
        given = getattr(prediction, metric.needs)
        if given is not None:
            scores[metric.name] = metric.score(truth, given, n_classes)
    return scores
