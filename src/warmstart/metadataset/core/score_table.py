"""What a performance model is fitted to: scores of many tasks over shared configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = NDArray[np.float64]


def normalised_regret(scores: Floats) -> Floats:
    r"""How far each score falls short of its task's best, in units of the task's range.

    .. math:: r_{ij} = \frac{\max_k y_{ik} - y_{ij}}{\max_k y_{ik} - \min_k y_{ik}}

    Parameters
    ----------
    scores : array, shape (n_tasks, n_configs)
        Higher is better; NaN where not evaluated.

    Returns
    -------
    array, shape (n_tasks, n_configs)
        Between 0, the best, and 1, the worst; NaN where not evaluated; all 0 in a task
        whose known scores are equal.

    Examples
    --------
    >>> normalised_regret(np.array([[0.5, 1.0, 0.9], [0.5, 0.5, np.nan]]))
    array([[1. , 0. , 0.2],
           [0. , 0. , nan]])
    """
    known = ~np.isnan(scores)
    best = np.max(scores, axis=1, initial=-np.inf, where=known)[:, None]
    worst = np.min(scores, axis=1, initial=np.inf, where=known)[:, None]
    with np.errstate(invalid="ignore"):  # an empty task is inf - inf; its cells are NaN anyway
        spread = best - worst
        regret: Floats = best - scores
        regret /= np.where(spread > 0, spread, 1.0)
    return regret


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreTable:
    """Scores of tasks over configurations in one metric, with what is known of the tasks."""

    scores: Floats
    """Shape (n_tasks, n_configs); higher is better; NaN where not evaluated."""

    task_ids: pd.Index
    configuration_ids: pd.Index

    metafeatures: pd.DataFrame | None = None
    """Indexed by task id, any subset of the tasks; None when no task has any."""

    costs: Floats | None = None
    """Seconds, the shape of `scores`; NaN where unknown."""

    families: NDArray[Any]
    """Family of each task, shape (n_tasks,); a task of unknown family is its own."""

    metric: str | None = None

    configurations: pd.DataFrame | None = None
    """One column a hyperparameter, one row a column of `scores`."""

    n_candidates: int | None = None
    """The first so many columns may be proposed, those behind them are only learnt from; None
    where all may."""

    def __post_init__(self) -> None:
        shape = len(self.task_ids), len(self.configuration_ids)
        if self.scores.shape != shape:
            raise MetaDatasetError(f"scores have shape {self.scores.shape}, ids say {shape}")
        if self.costs is not None and self.costs.shape != shape:
            raise MetaDatasetError(f"costs have shape {self.costs.shape}, scores {shape}")
        if len(self.families) != shape[0]:
            raise MetaDatasetError(f"{len(self.families)} families for {shape[0]} tasks")
        if self.configurations is not None and len(self.configurations) != shape[1]:
            raise MetaDatasetError(
                f"{len(self.configurations)} configurations for {shape[1]} columns of scores"
            )
        if self.n_candidates is not None and not 0 < self.n_candidates <= shape[1]:
            raise MetaDatasetError(f"{self.n_candidates} candidates of {shape[1]} columns")
        if self.metafeatures is not None:
            unknown = self.metafeatures.index.difference(self.task_ids)
            if len(unknown):
                raise MetaDatasetError(f"metafeatures of unknown tasks: {list(unknown[:5])}")

    @property
    def n_tasks(self) -> int:
        """Number of tasks."""
        return len(self.task_ids)

    @property
    def n_configs(self) -> int:
        """Number of configurations."""
        return len(self.configuration_ids)

    def regret(self) -> Floats:
        """Of every known score, shape (n_tasks, n_configs); see :func:`normalised_regret`."""
        return normalised_regret(self.scores)

    def described(self) -> tuple[NDArray[np.intp], Floats]:
        """The tasks that have meta-features, and those.

        Returns
        -------
        rows : array, shape (n_described,)
            Positions of the tasks in the table, ascending.
        values : array, shape (n_described, n_features)
            Their meta-features, in the order of ``metafeatures.columns``.
        """
        if self.metafeatures is None:
            return np.empty(0, np.intp), np.empty((0, 0))
        places = self.metafeatures.index.get_indexer(self.task_ids)
        rows = np.flatnonzero(places >= 0)
        return rows, self.metafeatures.to_numpy(np.float64)[places[rows]]

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Self:
        """Restrict to the tasks at the given positions, in that order.

        Parameters
        ----------
        rows : sequence of int, shape (n_kept,)
            Positions, from 0.
        """
        task_ids = self.task_ids[np.asarray(rows, np.intp)]
        metafeatures = self.metafeatures
        if metafeatures is not None:
            metafeatures = metafeatures[metafeatures.index.isin(task_ids)]
            if metafeatures.empty:
                metafeatures = None
        return replace(
            self,
            scores=self.scores[rows],
            task_ids=task_ids,
            costs=None if self.costs is None else self.costs[rows],
            families=self.families[rows],
            metafeatures=metafeatures,
        )
