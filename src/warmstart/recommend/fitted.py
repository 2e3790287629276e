"""What a recommender knows of one kind of task in one metric, ready to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.models.fold_in import FoldIn
from warmstart.models.pmf import PMF
from warmstart.recommend.cost import CostModel
from warmstart.recommend.relatives import Relatives

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.metadataset.table import ScoreTable

Array = np.ndarray[Any, np.dtype[np.float64]]

TARGET_SCALE = "TargetStd"
"""Meta-feature that errors in units of the target are divided by."""

_IN_TARGET_UNITS = ("rmse", "mae")
_MAX_ROWS = 2000.0
_TRAIN_SHARE = 2 / 3


def score_table(md: MetaDataset, metric: str | None, task_type: str | None) -> ScoreTable:
    """The scores a model learns from: failures worst, errors in units of the target's spread.

    Configurations that never scored in this metric are left out. A configuration that
    failed on a task takes the task's worst score, so that failing is never attractive.
    """
    table = md.table(metric, task_type=task_type)
    scores = table.scores.copy()
    if scale := _target_scales(table, metric):
        scores /= np.asarray(scale)[:, None]
    status = md.status(metric, task_type).loc[table.task_ids].to_numpy()
    failed = np.isin(status, ("failed", "timeout", "memout"))
    worst = np.nanmin(scores, axis=1)
    scores = np.where(failed, worst[:, None], scores)
    scored = np.flatnonzero(np.isfinite(table.scores).any(axis=0))
    return replace(
        table,
        scores=scores[:, scored],
        configuration_ids=table.configuration_ids[scored],
        costs=None if table.costs is None else table.costs[:, scored],
        configurations=None,
    )


def _target_scales(table: ScoreTable, metric: str | None) -> list[float]:
    """Spread of each task's target; empty where the metric has no unit or it is unknown."""
    phi = table.metafeatures
    if metric not in _IN_TARGET_UNITS or phi is None or TARGET_SCALE not in phi:
        return []
    scales = phi[TARGET_SCALE].reindex(table.task_ids)
    return [] if scales.isna().any() else [max(float(s), 1e-12) for s in scales]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A score table with everything fitted to it."""

    table: ScoreTable
    pmf: PMF
    configurations: tuple[Mapping[str, Any], ...]
    """Plain values of each column."""

    learners: tuple[str, ...]
    spaces: tuple[str, ...]
    names: Mapping[Any, str]
    """Readable name of each task."""

    in_target_units: bool
    relatives: Relatives | None = field(default=None)

    @classmethod
    def fit(
        cls,
        md: MetaDataset,
        *,
        metric: str | None,
        task_type: str | None,
        pmf: PMF | None = None,
        random_state: int = 0,
    ) -> Fitted:
        """Fit to the tasks of one type; a model fitted before to the same tasks is reused."""
        table = score_table(md, metric, task_type)
        if pmf is None:
            pmf = PMF().fit(table, random_state=random_state)
        ids = table.configuration_ids
        tasks = md.tasks.loc[table.task_ids]
        labels = tasks["name"] if "name" in tasks else pd.Series("", index=tasks.index)
        relatives = None
        rows, _ = table.described()
        if table.metafeatures is not None and len(rows) > 3:
            relatives = Relatives.fit(
                table.metafeatures.loc[table.task_ids[rows]], table.families[rows], rows
            )
        return cls(
            table=table,
            pmf=pmf,
            configurations=tuple(md.configuration(c) for c in ids),
            learners=tuple(md.learners.loc[ids]),
            spaces=tuple(md.spaces.loc[ids]),
            names={task: str(label) or str(task) for task, label in labels.items()},
            in_target_units=bool(_target_scales(md.table(metric, task_type=task_type), metric)),
            relatives=relatives,
        )

    @cached_property
    def costs(self) -> CostModel | None:
        """Predicts seconds; None where none were measured."""
        if self.table.costs is None or not np.isfinite(self.table.costs).any():
            return None
        phi = self.table.metafeatures
        return CostModel.fit(
            self.table.costs,
            None if phi is None else phi.reindex(self.table.task_ids),
            list(self.learners),
            max_rows=_MAX_ROWS,
            train_share=_TRAIN_SHARE,
        )

    @cached_property
    def fold_in(self) -> FoldIn:
        """Places configurations the base never saw among its own."""
        return FoldIn.fit(self.configurations)

    @cached_property
    def ranks(self) -> Array:
        """Rank of every score on its task, 1 the best; NaN where unknown."""
        scores = pd.DataFrame(self.table.scores)
        return scores.rank(axis=1, ascending=False, method="min").to_numpy()

    def scale(self, metafeatures: pd.Series[Any] | None) -> float:
        """What predicted scores are multiplied by to be in the new task's units."""
        if not self.in_target_units or metafeatures is None:
            return 1.0
        return float(metafeatures.get(TARGET_SCALE, 1.0))

    def columns_where(self, keep: Iterable[bool]) -> npt.NDArray[np.intp]:
        """Positions of the configurations to keep."""
        return np.flatnonzero(np.fromiter(keep, dtype=bool))
