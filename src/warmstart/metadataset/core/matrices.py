"""Evaluations of a meta-dataset as matrices of tasks and configurations, by metric."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.columns import CELL, cell_means
from warmstart.metadataset.core.configurations import some
from warmstart.metadataset.core.parts import Parts
from warmstart.metadataset.core.score_matrix import (
    STATUSES,
    Aggregate,
    ScoreMatrix,
    check_aggregate,
    stack_rows,
    take_rows,
)

_CLASSIFICATION = frozenset({"binary", "multiclass", "classification"})


@dataclass(frozen=True, eq=False, repr=False)
class Matrices(Parts):
    """A meta-dataset as matrices: scores, costs, statuses."""

    def matrix(
        self,
        metric: str | None = None,
        task_type: str | None = None,
        *,
        aggregate: Aggregate = "mean",
    ) -> pd.DataFrame:
        """Scores, one row a task and one column a configuration.

        Parameters
        ----------
        metric : str, optional
            One of :attr:`metrics`; without it each task's own ``metric_default``.
        task_type : str, optional
            Only tasks of this type: "binary", "multiclass", "regression", or
            "classification" for both of the first.
        aggregate : {"mean", "median"}
            What several runs of a configuration on a task come to. Medians are exact;
            millions of runs are read some tasks at a time.

        Returns
        -------
        DataFrame, shape (n_tasks, n_configs)
            Higher is better; NaN where not evaluated or failed, see :meth:`status`.

        Raises
        ------
        MetaDatasetError
            If no evaluation is measured in `metric`, or `aggregate` is neither.
        """
        return self._frame(self.score_matrix(metric, aggregate).scores, task_type)

    def costs(
        self,
        metric: str | None = None,
        task_type: str | None = None,
        *,
        aggregate: Aggregate = "mean",
    ) -> pd.DataFrame:
        """Seconds each evaluation took, or NaN. Arguments and shape as of :meth:`matrix`."""
        matrix = self.score_matrix(metric, aggregate)
        costs = matrix.costs
        return self._frame(
            np.full(matrix.scores.shape, np.nan) if costs is None else costs.copy(), task_type
        )

    def score_std(
        self, metric: str | None = None, task_type: str | None = None
    ) -> pd.DataFrame:
        """Standard deviation of each score. Arguments and shape as of :meth:`matrix`.

        Over folds, or over the runs of a constructed cell; of several rows of a
        configuration the root mean square. NaN where unknown.
        """
        return self._frame(np.sqrt(self._means("score_std", metric, power=2)), task_type)

    def predict_costs(
        self, metric: str | None = None, task_type: str | None = None
    ) -> pd.DataFrame:
        """Seconds to predict the rows of one fold, NaN where unknown. Arguments and shape as of
        :meth:`matrix`.
        """
        return self._frame(self._means("predict_cost_s", metric), task_type)

    def _means(self, column: str, metric: str | None, power: int = 1) -> NDArray[np.float64]:
        tasks = [str(label) for label in self.tasks.index]
        columns = [str(label) for label in self.configuration_ids]
        return cell_means(
            self._evaluations.rows((*CELL, column)),
            column,
            tasks,
            columns,
            self.metrics,
            self._chosen(metric),
            power=power,
        )

    def status(self, metric: str | None = None, task_type: str | None = None) -> pd.DataFrame:
        """How each evaluation ended. Arguments and shape as of :meth:`matrix`.

        "ok", "failed", "timeout", "memout", "pruned" or "running"; empty text where a
        configuration was not tried.
        """
        return self._frame(
            np.array(STATUSES, object)[self.score_matrix(metric).status], task_type
        )

    def evaluations(self, metric: str | None = None) -> pd.DataFrame:
        """One row for each configuration tried on a task.

        Returns
        -------
        DataFrame
            Columns task_id, configuration_id, score, cost_s, status.
        """
        matrix = self.score_matrix(metric)
        tasks, configs = np.nonzero(matrix.status)
        costs = matrix.costs
        return pd.DataFrame(
            {
                "task_id": self.tasks.index[tasks],
                "configuration_id": self.configuration_ids[configs],
                "score": matrix.scores[tasks, configs],
                "cost_s": np.nan if costs is None else costs[tasks, configs],
                "status": np.array(STATUSES, object)[matrix.status[tasks, configs]],
            }
        )

    def runs(self) -> Iterator[pa.Table]:
        """Every run recorded of these tasks, one row a run and metric.

        In tables of a bounded size whose columns are those of
        :data:`~warmstart.metadataset.core.schema.EVALUATIONS` and its source.
        """
        kept = pa.array([str(label) for label in self.tasks.index])
        for table in self._evaluations.rows():
            names = table["task_id"].cast(pa.string())
            yield table.filter(pc.is_in(names, value_set=kept))

    def score_matrix(
        self, metric: str | None = None, aggregate: Aggregate = "mean"
    ) -> ScoreMatrix:
        """Scores, status codes and costs of all tasks, shape (n_tasks, n_configs) each.

        Arguments as of :meth:`matrix`.
        """
        check_aggregate(aggregate)
        chosen = self._chosen(metric)
        matrices = {
            name: self._evaluations.score_matrix(name, aggregate)
            for name in dict.fromkeys(chosen)
        }
        if len(matrices) == 1:
            return take_rows(next(iter(matrices.values())), self._rows)
        return stack_rows(matrices, chosen, self._rows)

    def _chosen(self, metric: str | None) -> NDArray[Any]:
        """Metric of each task: the one named, or its own."""
        if metric is not None and metric not in self.metrics:
            raise MetaDatasetError(
                f"no evaluation is measured in {metric!r}; there are {some(self.metrics)}"
            )
        chosen = np.full(len(self.tasks), metric or "", object)
        if metric is None:
            default = self.tasks["metric_default"].to_numpy(object)
            known = np.isin(default.astype(str), list(self.metrics))
            chosen = np.where(known, default, self.metrics[0])
        return chosen

    def _frame(self, values: NDArray[Any], task_type: str | None) -> pd.DataFrame:
        frame = pd.DataFrame(
            values, index=self.tasks.index, columns=self.configuration_ids, copy=False
        )
        return frame if task_type is None else frame[self._of_type(task_type)]

    def _of_type(self, task_type: str) -> NDArray[np.bool_]:
        kinds = _CLASSIFICATION if task_type == "classification" else {task_type}
        return self.tasks["task_type"].isin(kinds).to_numpy()
