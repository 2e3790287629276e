"""The parts of a meta-dataset: tasks, meta-features, configurations, evaluations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import from_frames as inputs
from warmstart.metadataset.core.configurations import (
    Configurations,
    names,
    plain,
    refuse_duplicates,
    refuse_unknown,
)
from warmstart.metadataset.core.evaluations import Evaluations
from warmstart.metadataset.core.schema import MEASURED
from warmstart.metadataset.core.shown import Shown

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.storage.tables import Pinned


@dataclass(frozen=True, eq=False, repr=False)
class Parts(Shown):
    """The parts of a meta-dataset, and what each of them is."""

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

    @classmethod
    def from_parts(
        cls,
        task_ids: pd.Index,
        evaluations: Evaluations,
        configurations: Configurations,
        *,
        metafeatures: pd.DataFrame | None = None,
        families: pd.Series[Any] | Mapping[Any, Any] | None = None,
        tasks: pd.DataFrame | None = None,
        info: Mapping[str, Any] | None = None,
    ) -> Self:
        """Put evaluations read elsewhere together with what is known of their tasks.

        Parameters
        ----------
        task_ids : Index, shape (n_tasks,)
        evaluations, configurations
            As they are kept in memory.
        metafeatures, families, tasks
            As of :meth:`from_matrix`; `tasks` has one row a task.
        info : mapping, optional
            Where all comes from.
        """
        described = pd.DataFrame(index=task_ids)
        if tasks is not None:
            refuse_duplicates("tasks", tasks.index)
            refuse_unknown("tasks", "task", tasks.index, task_ids)
            inputs.check_task_types(tasks)
            described = tasks.reindex(task_ids)
        family = inputs.family_series(families, task_ids)
        described = described.assign(family=family.to_numpy())
        for name, value in (
            ("metric_default", evaluations.metrics[0]),
            ("task_type", ""),
            ("name", names(task_ids)),
        ):
            if name not in described:
                described.insert(0, name, value)
        known = inputs.metafeature_frame(metafeatures, task_ids)
        return cls(
            tasks=described,
            metafeatures=pd.DataFrame(index=task_ids[:0]) if known is None else known,
            _configurations=configurations,
            _evaluations=evaluations,
            _rows=np.arange(len(task_ids)),
            info=dict(info or {}),
        )

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
        try:
            position = self.configuration_ids.get_loc(configuration_id)
        except (KeyError, TypeError, pd.errors.InvalidIndexError):
            position = None
        if not isinstance(position, int):  # ids are unique
            raise MetaDatasetError(f"there is no configuration {plain(configuration_id)!r}")
        return self._configurations.values(position)

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
        DataFrame, one row a run, fold or point
            Without rows where nothing was recorded.

        Raises
        ------
        MetaDatasetError
            If there is no table of this name.
        """
        frame: pd.DataFrame = self.measured_table(name).to_pandas()
        return frame

    def measured_table(self, name: str) -> pa.Table:
        """The same as an Arrow table; arguments and errors as of :meth:`measured`."""
        if name not in MEASURED:
            raise MetaDatasetError(f"{name!r} is none of the tables {', '.join(MEASURED)}")
        if self._measured is None:
            return MEASURED[name].empty_table()
        ids = (str(label) for label in self.configuration_ids)
        return self._measured(name, (str(label) for label in self.tasks.index), ids)
