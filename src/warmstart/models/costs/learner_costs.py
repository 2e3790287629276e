"""What the configurations of one learner take: a regression of logarithms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.models.costs.features import (
    N_SIZES,
    DataSize,
    hyperparameter_names,
    hyperparameters,
    log_sizes,
)

Array = npt.NDArray[np.float64]

_RIDGE = 1.0
"""A slope is believed once some ten runs speak of it."""

_SHARED_RIDGE = 8.0
"""The same of the slopes of sizes that learners share, to which each learner's are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class LearnerCosts:
    """Log-linear in the hyperparameters of one learner and the size of the data."""

    names: tuple[str, ...]
    """``name`` of a numeric hyperparameter, ``name=value`` of another."""

    centre: Array
    slopes: Array
    level: float
    spread: float
    n_runs: int

    def predict(self, values: Mapping[str, Any], size: DataSize) -> float:
        """Log of the median.

        Parameters
        ----------
        values : mapping
            Hyperparameters by name.
        size : DataSize
        """
        x = np.append(hyperparameters(values, self.names), log_sizes(size, values))
        x = np.where(np.isnan(x), self.centre, x)
        return float(self.level + (x - self.centre) @ self.slopes)


def fit_learner(
    values: Sequence[Mapping[str, Any]], sizes: Array, logs: Array, shared: Array
) -> LearnerCosts:
    """Ridge regression of log costs; slopes of sizes are drawn to what all learners say.

    Parameters
    ----------
    values : sequence of mapping, length n_runs
        Hyperparameters of each run's configuration.
    sizes : ndarray, shape (n_runs, N_SIZES)
        As :func:`~warmstart.models.costs.features.log_sizes` gives them.
    logs : ndarray, shape (n_runs,)
        Of the costs.
    shared : ndarray, shape (N_SIZES,)
        Slopes of sizes that all learners have together.
    """
    names = hyperparameter_names(values)
    x = np.column_stack([np.stack([hyperparameters(v, names) for v in values]), sizes])
    known = np.isfinite(x)
    centre = np.where(known, x, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    about = np.where(known, x - centre, 0.0)
    prior = np.append(np.zeros(len(names)), shared)
    rest = logs - logs.mean() - about @ prior
    gram = about.T @ about + _RIDGE * np.eye(about.shape[1])
    slopes = prior + np.linalg.solve(gram, about.T @ rest)
    # Nothing gets cheaper as data grows, whatever a few runs say.
    slopes[-N_SIZES:] = np.maximum(slopes[-N_SIZES:], 0.0)
    left = logs - about @ slopes
    level = float(left.mean())
    freedom = max(len(logs) - 1, 1)
    return LearnerCosts(
        names,
        centre,
        slopes,
        level,
        float(np.sqrt(((left - level) ** 2).sum() / freedom)),
        len(logs),
    )


def size_slopes(x: Array, logs: Array, learners: npt.NDArray[Any]) -> Array:
    """Slopes of log sizes within learners, all of them together, shape (N_SIZES,).

    Parameters
    ----------
    x : ndarray, shape (n_runs, N_SIZES)
    logs : ndarray, shape (n_runs,)
        Of the costs.
    learners : ndarray of str, shape (n_runs,)
    """
    about, rest = x.copy(), logs.copy()
    for learner in dict.fromkeys(learners):
        of = learners == learner
        about[of] -= x[of].mean(axis=0)
        rest[of] -= logs[of].mean()
    gram = about.T @ about + _SHARED_RIDGE * np.eye(N_SIZES)
    slopes: Array = np.maximum(np.linalg.solve(gram, about.T @ rest), 0.0)
    return slopes
