"""How a meta-dataset is looked at: frames, matrices by metric, tables for a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import from_frames as inputs
from warmstart.metadataset.core.columns import CELL, cell_means
from warmstart.metadataset.core.configurations import (
    Configurations,
    plain,
    positions_of,
    some,
)
from warmstart.metadataset.core.evaluations import Evaluations
from warmstart.metadataset.core.matrix import (
    STATUSES,
    Aggregate,
    Layer,
    check_aggregate,
    stack_rows,
    take_rows,
)
from warmstart.metadataset.core.schema import MEASURED
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.metadataset.core.shown import Shown

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.storage.tables import Pinned

_CLASSIFICATION = frozenset({"binary", "multiclass", "classification"})


@dataclass(frozen=True, eq=False, repr=False)
class Views(Shown):
    """The parts of a meta-dataset, and what can be read and selected of them."""

    tasks: pd.DataFrame
    """One row a task, indexed by task id: name, family, task_type, metric_default, …"""

    metafeatures: pd.DataFrame
    """One column a meta-feature, indexed by task id; tasks without any have no row."""

    _configurations: Configurations
    _evaluations: Evaluations
    _rows: NDArray[np.intp]
    """Position of each task in the evaluations."""

    info: Mapping[str, Any]
    """Where the meta-dataset comes from: sources, licences, notes."""

    _measured: Callable[[str, Iterable[str], Iterable[str]], pa.Table] | None = None
    """Reads one of the optional tables, of the tasks and configurations named."""

    _opened: tuple[Pinned, ...] = ()
    """The folders it was read from, as they were then: what came since must not be lost."""

    @property
    def configurations(self) -> pd.DataFrame:
        """One row a configuration, one column a hyperparameter; missing where not active."""
        return self._configurations.frame

    @property
    def configuration_ids(self) -> pd.Index:
        """Ids of the configurations, in the order of the columns of :meth:`matrix`."""
        return self._configurations.ids

    @property
    def learners(self) -> pd.Series[Any]:
        """Learner of each configuration; empty text where unknown."""
        return self._named("learner", self._configurations.learners)

    @property
    def spaces(self) -> pd.Series[Any]:
        """Configuration space of each configuration; empty text where unknown."""
        return self._named("space", self._configurations.spaces)

    def _named(self, name: str, values: Sequence[str]) -> pd.Series[Any]:
        filled = list(values) or [""] * len(self.configuration_ids)
        return pd.Series(filled, index=self.configuration_ids, name=name, dtype=object)

    @property
    def families(self) -> pd.Series[Any]:
        """Family of each task; its own task id where unknown."""
        return self.tasks["family"]

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics the evaluations are measured in."""
        return self._evaluations.metrics

    def configuration(self, configuration_id: Any) -> dict[str, Any]:
        """Plain values of one configuration.

        Raises
        ------
        MetaDatasetError
            If there is no such configuration.
        """
        position = self.configuration_ids.get_indexer(pd.Index([configuration_id]))[0]
        if position < 0:
            raise MetaDatasetError(f"there is no configuration {plain(configuration_id)!r}")
        return self._configurations.values(int(position))

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
        return self._frame(self.layer(metric, aggregate).scores, task_type)

    def costs(
        self,
        metric: str | None = None,
        task_type: str | None = None,
        *,
        aggregate: Aggregate = "mean",
    ) -> pd.DataFrame:
        """Seconds each evaluation took, in the shape of :meth:`matrix`; NaN where unknown."""
        layer = self.layer(metric, aggregate)
        costs = layer.costs
        return self._frame(
            np.full(layer.scores.shape, np.nan) if costs is None else costs.copy(), task_type
        )

    def score_std(
        self, metric: str | None = None, task_type: str | None = None
    ) -> pd.DataFrame:
        """Standard deviation each score is uncertain by, in the shape of :meth:`matrix`.

        Over folds, or over the runs of a constructed cell; of several rows of a
        configuration the root mean square. NaN where unknown.
        """
        return self._frame(np.sqrt(self._means("score_std", metric, power=2)), task_type)

    def predict_costs(
        self, metric: str | None = None, task_type: str | None = None
    ) -> pd.DataFrame:
        """Seconds to predict the rows of one fold, in the shape of :meth:`matrix`, or NaN."""
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
        """How each evaluation ended, in the shape of :meth:`matrix`.

        "ok", "failed", "timeout", "memout", "pruned" or "running"; empty text where a
        configuration was not tried.
        """
        return self._frame(np.array(STATUSES, object)[self.layer(metric).status], task_type)

    def evaluations(self, metric: str | None = None) -> pd.DataFrame:
        """One row for each configuration tried on a task.

        Returns
        -------
        DataFrame
            Columns task_id, configuration_id, score, cost_s, status.
        """
        layer = self.layer(metric)
        tasks, configs = np.nonzero(layer.status)
        costs = layer.costs
        return pd.DataFrame(
            {
                "task_id": self.tasks.index[tasks],
                "configuration_id": self.configuration_ids[configs],
                "score": layer.scores[tasks, configs],
                "cost_s": np.nan if costs is None else costs[tasks, configs],
                "status": np.array(STATUSES, object)[layer.status[tasks, configs]],
            }
        )

    def layer(self, metric: str | None = None, aggregate: Aggregate = "mean") -> Layer:
        """Scores, status codes and costs of all tasks as plain arrays, see :meth:`matrix`."""
        check_aggregate(aggregate)
        chosen = self._chosen(metric)
        layers = {
            name: self._evaluations.layer(name, aggregate) for name in dict.fromkeys(chosen)
        }
        if len(layers) == 1:
            return take_rows(next(iter(layers.values())), self._rows)
        return stack_rows(layers, chosen, self._rows)

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

    def table(
        self,
        metric: str | None = None,
        tasks: Iterable[Any] | None = None,
        configurations: Iterable[Any] | None = None,
        task_type: str | None = None,
        *,
        aggregate: Aggregate = "mean",
    ) -> ScoreTable:
        """What a performance model is fitted to.

        Parameters
        ----------
        metric, task_type, aggregate :
            As in :meth:`matrix`.
        tasks, configurations : iterable of ids, optional
            Restrict to these, in this order.

        Returns
        -------
        ScoreTable
            Tasks without any score in `metric` are left out.

        Raises
        ------
        MetaDatasetError
            If a metric or an id is unknown, or no task has a score.
        """
        view = self if tasks is None else self.select(tasks)
        layer = view.layer(metric, aggregate)
        columns = slice(None) if configurations is None else view._columns(configurations)
        scores = layer.scores[:, columns]
        scored = ~np.isnan(scores).all(axis=1)
        if task_type is not None:
            scored &= view._of_type(task_type)
        kept = np.flatnonzero(scored)
        if not len(kept):
            raise MetaDatasetError(f"no task has a score in {metric or 'its default metric'}")
        ids = view.tasks.index[kept]
        described = view.metafeatures[view.metafeatures.index.isin(ids)]
        return ScoreTable(
            scores=scores[kept],
            task_ids=ids,
            configuration_ids=view.configuration_ids[columns],
            metafeatures=described if len(described) else None,
            costs=None if layer.costs is None else layer.costs[:, columns][kept],
            families=view.families.to_numpy(object)[kept],
            metric=metric if metric is not None or len(view.metrics) > 1 else view.metrics[0],
            configurations=view.configurations.iloc[columns],
        )

    def measured(self, name: str) -> pd.DataFrame:
        """What is recorded of runs beside their scores, where the history was made here.

        Parameters
        ----------
        name : {"runs", "folds", "curves"}
            One row a run (peak memory, size of the model, error), a fold (rows, seconds,
            score in each metric), or a point of a curve (score with fewer iterations).
            ``rows`` are those of the table that were used.

        Returns
        -------
        DataFrame
            Without rows where nothing was recorded.

        Raises
        ------
        MetaDatasetError
            If there is no table of this name.
        """
        frame: pd.DataFrame = self.measured_table(name).to_pandas()
        return frame

    def measured_table(self, name: str) -> pa.Table:
        """The same as :meth:`measured`, as an Arrow table."""
        if name not in MEASURED:
            raise MetaDatasetError(f"{name!r} is none of the tables {', '.join(MEASURED)}")
        if self._measured is None:
            return MEASURED[name].empty_table()
        ids = (str(label) for label in self.configuration_ids)
        return self._measured(name, (str(label) for label in self.tasks.index), ids)

    def _columns(self, configurations: Iterable[Any]) -> NDArray[np.intp]:
        return positions_of("configuration", self.configuration_ids, configurations)

    def select(self, task_ids: Iterable[Any]) -> Self:
        """Restrict to the given tasks, in that order.

        Raises
        ------
        MetaDatasetError
            If one is unknown or named twice.
        """
        positions = positions_of("task", self.tasks.index, task_ids)
        tasks = self.tasks.iloc[positions]
        described = self.metafeatures[self.metafeatures.index.isin(tasks.index)]
        return replace(self, tasks=tasks, metafeatures=described, _rows=self._rows[positions])

    def drop(self, tasks: Iterable[Any] = (), families: Iterable[Any] = ()) -> Self:
        """Leave out tasks, by id or by family.

        Raises
        ------
        MetaDatasetError
            If a task or a family is unknown, or none remains.
        """
        gone = np.zeros(len(self.tasks), bool)
        gone[positions_of("task", self.tasks.index, tasks)] = True
        unwanted = list(families)
        unknown = [family for family in unwanted if not (self.families == family).any()]
        if unknown:
            raise MetaDatasetError(f"there is no family {some(unknown)}")
        gone |= self.families.isin(unwanted).to_numpy()
        if gone.all():
            raise MetaDatasetError("dropping these leaves no task")
        return self.select(self.tasks.index[np.flatnonzero(~gone)])

    def describe(self, metafeatures: pd.DataFrame) -> Self:
        """Replace the meta-features; rows of tasks that are not here are left out.

        Raises
        ------
        MetaDatasetError
            If none of the rows is of a task here, or they are not numbers.
        """
        ours = metafeatures[metafeatures.index.isin(self.tasks.index)]
        if ours.empty:
            raise MetaDatasetError(
                f"no meta-features of these tasks: {some(metafeatures.index)} are described, "
                f"the tasks are {some(self.tasks.index)}"
            )
        inputs.metafeature_frame(ours, self.tasks.index)
        return replace(self, metafeatures=ours.astype(np.float64))

    def __len__(self) -> int:
        return len(self.tasks)

    def __repr__(self) -> str:
        return (
            f"MetaDataset({len(self.tasks)} tasks x {len(self.configuration_ids)} "
            f"configurations, metrics: {', '.join(self.metrics)})"
        )
