"""What a recommender knows of one kind of task in one metric, ready to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.domain import plain_value
from warmstart.errors import KnowledgeError
from warmstart.metadataset.core.matrix import STATUSES
from warmstart.metrics import METRICS
from warmstart.models.gaussian.transfer_gp import common_candidates
from warmstart.models.log_loss import lowest_score
from warmstart.models.pmf.completion import Completion, choose_completion
from warmstart.models.pmf.fold_in import FoldIn
from warmstart.models.pmf.pmf import PMF
from warmstart.models.pmf.regret import fit_with_choice
from warmstart.recommend.base.cost import CostModel
from warmstart.recommend.base.identity import KnownConfigurations
from warmstart.recommend.base.neighbours import Relatives
from warmstart.recommend.base.unaligned import Unaligned, notes_on, take_columns
from warmstart.spaces.neighbourhood import Neighbourhood

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.metadataset.metadataset import MetaDataset

Array = np.ndarray[Any, np.dtype[np.float64]]

TARGET_SCALE = "TargetStd"
"""Meta-feature that errors in units of the target are divided by."""

_TARGET_UNITS = (TARGET_SCALE, "TargetMAD")
"""Meta-features in units of the target: metres or miles make no other task of it."""

_IN_TARGET_UNITS = ("rmse", "mae")
_FAILURES = [STATUSES.index(status) for status in ("failed", "timeout", "memout")]
_NAMES = ("space", "learner")
_MAX_ROWS = 2000.0
_TRAIN_SHARE = 2 / 3


def score_table(md: MetaDataset, metric: str | None, task_type: str | None) -> ScoreTable:
    """The scores a model learns from: failures worst, errors in units of the target's spread.

    Configurations that never scored in this metric are left out. A configuration that
    failed on a task takes the task's worst score, so that failing is never attractive.
    Meta-features in units of the target are left out: tasks are not alike by their units.
    """
    table = md.table(metric, task_type=task_type)
    scores = table.scores.copy()
    if scale := _target_scales(table, metric):
        scores /= np.asarray(scale)[:, None]
    rows = md.tasks.index.get_indexer(table.task_ids)
    # A failure is recorded once, in the task's default metric, whatever metric is asked for.
    status = [md.layer(name).status[rows] for name in dict.fromkeys((metric, None))]
    failed = np.isin(status, _FAILURES).any(axis=0) & np.isnan(scores)
    worst = np.nanmin(scores, axis=1)
    scores = np.where(failed, worst[:, None], scores)
    scored = np.flatnonzero(np.isfinite(table.scores).any(axis=0))
    phi = table.metafeatures
    if phi is not None:
        phi = phi.drop(columns=[name for name in _TARGET_UNITS if name in phi])
    return replace(
        table,
        scores=scores[:, scored],
        configuration_ids=table.configuration_ids[scored],
        costs=None if table.costs is None else table.costs[:, scored],
        metafeatures=None if phi is None or phi.empty else phi,
        configurations=_described(md, table.configuration_ids[scored]),
    )


def _described(md: MetaDataset, ids: pd.Index) -> pd.DataFrame | None:
    """Hyperparameters; learner and space too, where they are values or there are several."""
    frame, values = md.configurations.loc[ids], md.configuration(ids[0])
    alike = [name for name in _NAMES if name in frame and frame[name].nunique() < 2]
    frame = frame[[name for name in frame if name in values or name not in alike]]
    return frame if len(frame.columns) else None


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
    """What was evaluated of the configurations that may be suggested."""

    measured: Array
    """Scores of the table as they were measured: NaN for failures, in each task's units."""

    pmf: PMF
    """Predicts scores."""

    chooser: PMF
    """Predicts regrets, see :mod:`warmstart.models.pmf.regret`."""

    configurations: tuple[Mapping[str, Any], ...]
    """Plain values of each column."""

    learners: tuple[str, ...]
    spaces: tuple[str, ...]
    names: Mapping[Any, str]
    """Readable name of each task."""

    in_target_units: bool
    relatives: Relatives | None = field(default=None)
    unaligned: Unaligned | None = None
    """The whole history, where its tasks share no configuration."""

    notes: tuple[str, ...] = ()
    """How the history was read, where it is not a table that tasks share."""

    @classmethod
    def fit(
        cls,
        md: MetaDataset,
        *,
        metric: str | None,
        task_type: str | None,
        saved: tuple[PMF, PMF] | None = None,
        completion: Completion = "auto",
        random_state: int = 0,
    ) -> Fitted:
        """Fit to the tasks of one type; models saved for the same tasks are reused.

        Parameters
        ----------
        completion : {"auto", "svd", "prior", "gp"}
            As of :class:`PMF`.
        """
        history = score_table(md, metric, task_type)
        how = choose_completion(history) if completion == "auto" else completion
        columns = common_candidates(history.scores) if how == "gp" else None
        if saved is None:
            pmf = PMF(completion=how)
            saved = (
                pmf,
                fit_with_choice(pmf, history, columns=columns, random_state=random_state),
            )
        pmf, chooser = saved
        table = history if columns is None else take_columns(history, columns)
        unaligned = None if columns is None else Unaligned.of(history, columns, pmf)
        if pmf.n_configs != table.n_configs:
            raise KnowledgeError(
                f"the saved model knows {pmf.n_configs} configurations, the meta-dataset "
                f"{table.n_configs}; save the base again"
            )
        ids = table.configuration_ids
        measured = md.table(metric, configurations=ids, task_type=task_type)
        configurations = tuple(md.configuration(c) for c in ids)
        return cls(
            table=table,
            measured=measured.scores,
            pmf=pmf,
            chooser=chooser,
            configurations=configurations,
            learners=tuple(
                str(learner or values.get("learner", ""))
                for learner, values in zip(md.learners.loc[ids], configurations, strict=True)
            ),
            spaces=tuple(md.spaces.loc[ids]),
            names=readable(md.tasks.loc[table.task_ids]),
            in_target_units=bool(_target_scales(measured, metric)),
            relatives=find_relatives_of(table),
            unaligned=unaligned,
            notes=notes_on(history, how) if unaligned is None else (unaligned.note(),),
        )

    @cached_property
    def aligned(self) -> ScoreTable:
        """The table that methods rank by; its gaps are filled where tasks share nothing."""
        if self.unaligned is None:
            return self.table
        return replace(self.table, scores=self.unaligned.predicted_scores(self.pmf))

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
        if self.unaligned is not None:
            encoder, kernel = self.unaligned.encoder, self.unaligned.kernel
            return FoldIn.learnt(self.known.points, encoder, kernel)
        return FoldIn.fit(self.known.points)

    @cached_property
    def neighbourhood(self) -> Neighbourhood:
        """Where configurations near a good one are."""
        return Neighbourhood.fit(self.known.points)

    @cached_property
    def known(self) -> KnownConfigurations:
        """What names the configurations, and tells them apart."""
        ids = tuple(map(plain_value, self.table.configuration_ids))
        return KnownConfigurations(ids, self.configurations, self.learners, self.spaces)

    @cached_property
    def ranks(self) -> Array:
        """Rank of every score on its task, 1 the best; NaN where unknown."""
        scores = pd.DataFrame(self.table.scores)
        return scores.rank(axis=1, ascending=False, method="min").to_numpy()

    def knows_scale(self, metafeatures: pd.Series[Any] | None) -> bool:
        """Whether predicted scores can be given in the new task's units."""
        if not self.in_target_units:
            return True
        return metafeatures is not None and bool(metafeatures.get(TARGET_SCALE, np.nan) > 0)

    def scale(self, metafeatures: pd.Series[Any] | None) -> float:
        """What predicted scores are multiplied by to be in the new task's units.

        1 where those are not known: predictions are then in units of the target's spread.
        """
        if not self.in_target_units or metafeatures is None:
            return 1.0
        return float(metafeatures[TARGET_SCALE]) if self.knows_scale(metafeatures) else 1.0

    def as_reported(self, scores: Array, metafeatures: pd.Series[Any] | None) -> Array:
        """Predicted scores in the new task's units, none below the lowest there is."""
        lowest = lowest_score(self.table)
        result: Array = np.maximum(scores * self.scale(metafeatures), lowest)
        return result

    @cached_property
    def foretells_scores(self) -> bool:
        """Whether anything can be said of a new task's scores.

        Of one study, or several of one family, in units of its own nobody knows how far
        another may be.
        """
        metric = self.table.metric
        without_unit = metric in METRICS and metric not in _IN_TARGET_UNITS
        known = without_unit or self.in_target_units
        rates = self.pmf.loss_unit == 1 and metric not in METRICS
        return known or rates or len(np.unique(self.table.families)) > 1


def find_relatives_of(table: ScoreTable) -> Relatives | None:
    """The described tasks as points; None where they are too few to compare."""
    rows, _ = table.described()
    if table.metafeatures is None or len(rows) <= 3:
        return None
    return Relatives.fit(
        table.metafeatures.loc[table.task_ids[rows]], table.families[rows], rows
    )


def readable(tasks: pd.DataFrame) -> dict[Any, str]:
    """Name of each task, its id where it has none."""
    names = {task: str(task) for task in tasks.index}
    if "name" in tasks:
        names |= {task: str(n) for task, n in tasks["name"].items() if n and not pd.isna(n)}
    return names
