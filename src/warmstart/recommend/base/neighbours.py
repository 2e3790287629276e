"""Which known tasks a new one resembles, and whether it resembles any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.recommend.answer.evidence import OutOfDistribution
from warmstart.similarity.laplace import KERNEL_SCALE, mean_distance
from warmstart.similarity.quantiles import QuantileNormaliser

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_NEAREST = 3
_RARE = 0.95
"""Share of known tasks, each left out with its family, that are nearer than the threshold."""

_LEAST_KNOWN = 10
"""Unrelated tasks needed to say how far apart tasks usually are."""

_FAR_OUT = 2.0
"""Quantiles go on past 0 and 1 in units of the known range, this far at most."""


@dataclass(frozen=True, slots=True)
class Relatives:
    """Known tasks as points: quantiles of their meta-features."""

    normaliser: QuantileNormaliser
    points: Array
    """Shape (n_tasks, n_features)."""

    rows: np.ndarray[Any, np.dtype[np.intp]]
    """Their positions in the score table."""

    threshold: float
    """Distance to the nearest tasks beyond which a task is unlike all known ones."""

    @classmethod
    def fit(
        cls, metafeatures: pd.DataFrame, families: np.ndarray[Any, Any], rows: Any
    ) -> Relatives:
        """Place the known tasks and calibrate the threshold on them.

        Parameters
        ----------
        metafeatures : DataFrame, shape (n_tasks, n_features)
        families : ndarray, shape (n_tasks,)
            A task's own family does not count among its nearest.
        rows : sequence of int, shape (n_tasks,)
            Position of each task in the score table.
        """
        normaliser = QuantileNormaliser.fit(metafeatures)
        points = _extended(normaliser, metafeatures)
        threshold = usually_nearest(mean_distance(points, points), families)
        return cls(normaliser, points, np.asarray(rows, dtype=np.intp), threshold)

    def nearest(self, metafeatures: pd.Series[Any]) -> tuple[Any, Array]:
        """Positions of the known tasks, nearest first, and their distances."""
        point = _extended(self.normaliser, metafeatures.to_frame().T)
        distance = mean_distance(point, self.points)[0]
        order = np.argsort(distance, kind="stable")
        return self.rows[order], distance[order]

    def judge(self, distances: Array) -> OutOfDistribution:
        """Whether tasks this far away can speak for a new one."""
        return judged(distances, self.threshold, "")

    def similarity(self, distances: Array) -> Array:
        """How alike tasks at these distances are, in (0, 1]."""
        result: Array = np.exp(-distances / KERNEL_SCALE)
        return result


def usually_nearest(distance: Array, families: np.ndarray[Any, Any]) -> float:
    """Distance to the nearest tasks that few known ones exceed when left out.

    Parameters
    ----------
    distance : ndarray, shape (n_tasks, n_tasks)
        Changed: a task's own family does not count.
    families : ndarray, shape (n_tasks,)
    """
    distance[families[:, None] == families[None, :]] = np.inf
    nearest = np.sort(distance, axis=1)[:, :_N_NEAREST]
    known = nearest[np.isfinite(nearest).all(axis=1)].mean(axis=1)
    return float(np.quantile(known, _RARE)) if len(known) >= _LEAST_KNOWN else np.inf


def judged(distances: Array, threshold: float, by: str) -> OutOfDistribution:
    """Whether tasks this far away can speak for a new one.

    Parameters
    ----------
    distances : ndarray, shape (n_known,)
        Ascending.
    threshold : float
        Of :func:`usually_nearest`.
    by : str
        What they are distances by, to follow "like those known".
    """
    distance = float(distances[:_N_NEAREST].mean())
    if not np.isfinite(threshold):
        return OutOfDistribution(
            flag=None,
            reason="Cannot tell whether the dataset is like those known: too few unrelated "
            "tasks are known to say what is usual.",
            distance=distance,
        )
    flag = distance > threshold
    relation = "unlike" if flag else "like"
    reason = (
        f"The dataset is {relation} those known{by}: its nearest tasks are {distance:.3f} "
        f"away, where {100 * (1 - _RARE):.0f} % of known tasks are beyond "
        f"{threshold:.3f}."
    )
    return OutOfDistribution(flag=flag, reason=reason, distance=distance, threshold=threshold)


def _extended(normaliser: QuantileNormaliser, metafeatures: pd.DataFrame) -> Array:
    """Quantiles that go on below 0 and above 1 for values outside the known range."""
    quantiles = normaliser.transform(metafeatures)
    values = normaliser.values(metafeatures)
    low, high = normaliser.grid[0], normaliser.grid[-1]
    outside = np.maximum(values - high, 0.0) - np.maximum(low - values, 0.0)
    excess = np.nan_to_num(outside / (high - low))
    result: Array = np.clip(quantiles + excess, 1 - _FAR_OUT, _FAR_OUT)
    return result
