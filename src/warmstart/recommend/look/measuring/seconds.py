"""How long a fit of the look will take: what the base says, corrected by what was seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.recommend.base.fitted import Fitted

Array = np.ndarray[Any, np.dtype[np.float64]]

_OVERHEAD_S = 0.005
"""Of building a pipeline, handing it over and learning from its score."""

_UNKNOWN_S = 0.1
"""Expected where the base knows no seconds."""

_PRIOR_COUNT = 2.0
"""Fits a learner's correction needs to count as much as the one of all learners."""


class Seconds:
    """Predicts the seconds of one fit of each configuration.

    Parameters
    ----------
    predicted : ndarray, shape (n_configs,)
        By the base; NaN where unknown.
    learners : sequence of str, length n_configs
    """

    def __init__(self, predicted: Array, learners: Sequence[str]) -> None:
        known = np.isfinite(predicted) & (predicted > 0)
        self._base = np.where(known, predicted, _UNKNOWN_S)
        self._learners = list(learners)
        self._ratios: dict[str, list[float]] = {}
        self._current = self._base + _OVERHEAD_S

    @classmethod
    def of(
        cls,
        fitted: Fitted,
        metafeatures: pd.Series[Any] | None,
        columns: Sequence[int],
        *,
        n_rows: int,
        speed: float,
    ) -> Seconds:
        """Of the look's own rows, which may be few of the dataset's.

        Parameters
        ----------
        fitted : Fitted
            What is known of the kind of task.
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        columns : ndarray of int, shape (n_chosen,)
            Configurations of the base.
        n_rows : float, optional
            Rows of the new data.
        speed : float
            Seconds here for one second of the machine the costs were measured on.
        """
        learners = [fitted.learners[column] for column in columns]
        if fitted.costs is None:
            return cls(np.full(len(learners), np.nan), learners)
        phi = metafeatures
        if phi is not None and phi.get("NumberOfInstances", 0.0) > n_rows:
            phi = phi.copy()
            phi["NumberOfInstances"] = float(n_rows)
        return cls(fitted.costs.predict(phi, speed)[list(columns)], learners)

    def predicted(self) -> Array:
        """Of one fit of each configuration, shape (n_configs,)."""
        return self._current

    def learn(self, index: int, cost_s: float) -> None:
        """Correct the predictions by a fit that took `cost_s`.

        Parameters
        ----------
        index : int
            Place of the configuration.
        cost_s : float
            Seconds its fit took.
        """
        ratio = math.log(max(cost_s, 1e-4) / self._base[index])
        self._ratios.setdefault(self._learners[index], []).append(ratio)
        everyone = [ratio for found in self._ratios.values() for ratio in found]
        overall = sum(everyone) / (len(everyone) + _PRIOR_COUNT)
        corrections = np.asarray(
            [
                (sum(found) + _PRIOR_COUNT * overall) / (len(found) + _PRIOR_COUNT)
                for found in (self._ratios.get(name, []) for name in self._learners)
            ]
        )
        self._current = self._base * np.exp(corrections) + _OVERHEAD_S
