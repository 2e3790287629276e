"""Selections of a meta-dataset, and the tables that models are fitted to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import from_frames as inputs
from warmstart.metadataset.core.configurations import positions_of, some
from warmstart.metadataset.core.score_matrix import (
    Aggregate,
)
from warmstart.metadataset.core.score_table import ScoreTable

if TYPE_CHECKING:
    from typing_extensions import Self

from warmstart.metadataset.core.matrices import Matrices


@dataclass(frozen=True, eq=False, repr=False)
class Views(Matrices):
    """A meta-dataset in memory, whatever it was made of: read, selected, described."""

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
        matrix = view.score_matrix(metric, aggregate)
        columns = slice(None) if configurations is None else view._columns(configurations)
        scores = matrix.scores[:, columns]
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
            costs=None if matrix.costs is None else matrix.costs[:, columns][kept],
            families=view.families.to_numpy(object)[kept],
            metric=metric if metric is not None or len(view.metrics) > 1 else view.metrics[0],
            configurations=view.configurations.iloc[columns],
        )

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

        Parameters
        ----------
        tasks, families : iterable
            Ids of tasks, names of families.

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

        Parameters
        ----------
        metafeatures : DataFrame, shape (n_tasks, n_features)
            Indexed by task id; numbers.

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


M = TypeVar("M", bound=Views)
"""A meta-dataset of whatever class: what comes in is what goes out."""
