"""Known tasks as other measures than meta-features see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.recommend.answer.evidence import OutOfDistribution
from warmstart.recommend.base.neighbours import judged, usually_nearest
from warmstart.similarity.known.by_columns import ByColumns

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class MeasuredRelatives:
    """Known tasks as other measures than meta-features see them."""

    measure: ByColumns
    rows: np.ndarray[Any, np.dtype[np.intp]]
    """As of :class:`Relatives`."""

    threshold: float

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        families: np.ndarray[Any, Any],
        rows: Any,
        by: tuple[str, ...],
    ) -> MeasuredRelatives:
        """Place the known tasks and calibrate the threshold on them.

        Parameters
        ----------
        frame : DataFrame, shape (n_tasks, n_columns)
            Meta-features, and the measures' vectors.
        families : ndarray, shape (n_tasks,)
        rows : sequence of int, shape (n_tasks,)
            Position of each task in the score table.
        by : tuple of str
            Measures.
        """
        measure = ByColumns(by=by).fit_frame(frame)
        each = [measure.distances(frame.iloc[k]) for k in range(len(frame))]
        threshold = usually_nearest(np.array(each), families)
        return cls(measure, np.asarray(rows, dtype=np.intp), threshold)

    def nearest(self, metafeatures: pd.Series[Any]) -> tuple[Any, Array]:
        """Positions of the known tasks that can be compared, nearest first, and distances."""
        distance = self.measure.distances(metafeatures)
        order = np.argsort(distance, kind="stable")
        order = order[np.isfinite(distance[order])]
        return self.rows[order], distance[order]

    def judge(self, distances: Array) -> OutOfDistribution:
        """Whether tasks this far away can speak for a new one."""
        if not len(distances):
            return OutOfDistribution(
                flag=None,
                reason="Cannot tell whether the dataset is like those known: the base keeps "
                f"no {' or '.join(self.measure.by)} of tasks of this kind.",
            )
        return judged(distances, self.threshold, f" by {' and '.join(self.measure.by)}")

    def similarity(self, distances: Array) -> Array:
        """How alike tasks at these distances are, in (0, 1]: 1/e at the usual distance."""
        result: Array = np.exp(-distances / self.measure.usual)
        return result
