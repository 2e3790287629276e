"""A metric, and the predictions it scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from warmstart.domain import TaskType
from warmstart.metrics.formulas import Array

Need = Literal["labels", "ranking", "probabilities", "values"]


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
