"""What a recommender knows of one kind of task in one metric, ready to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from warmstart.domain import plain_value
from warmstart.metrics import METRICS
from warmstart.models.completion.complete import choose_completion
from warmstart.models.completion.fold_in import FoldIn
from warmstart.models.gaussian.transfer_gp import common_candidates
from warmstart.models.log_loss import lowest_score
from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.regret_draws import KnownRegrets
from warmstart.recommend.base.begin import begun, fit_to
from warmstart.recommend.base.cost import CostModel
from warmstart.recommend.base.models import Models
from warmstart.recommend.base.neighbours import Relatives
from warmstart.recommend.base.outlook import Outlook
from warmstart.recommend.belief.learner_kernel import LearnerSpace
from warmstart.recommend.belief.prior import believe
from warmstart.recommend.history.identity import KnownConfigurations, Point
from warmstart.recommend.history.training_scores import (
    IN_TARGET_UNITS,
    TARGET_SCALE,
    score_table,
    target_scales,
)
from warmstart.recommend.history.unaligned import Unaligned, notes_on, take_columns
from warmstart.spaces.neighbourhood import Neighbourhood

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.pmf.posterior import PMFPosterior
    from warmstart.protocols import PerformanceModel, TaskState
    from warmstart.recommend.question.search_question import Acquisition

Array = np.ndarray[Any, np.dtype[np.float64]]

_LARGE = 2000
"""Pools of one's own larger than this are placed among the base's configurations once."""

_MAX_ROWS = 2000.0
_TRAIN_SHARE = 2 / 3


LEVELS = (0.05, 0.16, 0.5, 0.84, 0.95)
"""Quantiles of the score that a suggestion tells."""

_FEW_FAMILIES = 10
"""Families from which on the spread between tasks is known, and wider than folds differ."""


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A score table with everything fitted to it."""

    table: ScoreTable
    """What was evaluated of the configurations that may be suggested."""

    measured: Array
    """Scores of the table as they were measured: NaN for failures, in each task's units."""

    models: Models
    """PMF of scores and of regrets."""

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

    fold_std: float = 0.0
    """What the folds of a score usually differ by, where few tasks are known; as the table."""

    method: PerformanceModel | None = None
    """What decides instead of PMF, which then only says what to expect."""

    @classmethod
    def fit(
        cls,
        md: MetaDataset,
        *,
        metric: str | None,
        task_type: str | None,
        saved: tuple[PMF, PMF] | None = None,
        pmf: PMF | None = None,
        method: PerformanceModel | None = None,
        random_state: int = 0,
    ) -> Fitted:
        """Fit to the tasks of one type; models saved for the same tasks are reused.

        Parameters
        ----------
        pmf : PMF, optional
            Whose settings to take.
        method : PerformanceModel, optional
            What decides instead. PMF is then fitted when it is first needed.
        """
        history = score_table(md, metric, task_type)
        pmf = pmf or PMF()
        how = choose_completion(history) if pmf.completion == "auto" else pmf.completion
        columns = common_candidates(history.scores) if how == "gp" else None
        settings = replace(pmf, completion=how, prior_=None, kernel_=None)
        models = Models(settings, history, columns, random_state, saved=saved)
        table = history if columns is None else take_columns(history, columns)
        if method is None or columns is not None:
            models.check(table.n_configs)
        unaligned = None if columns is None else Unaligned.of(history, columns, models.pmf)
        ids = table.configuration_ids
        measured = md.table(metric, configurations=ids, task_type=task_type)
        configurations = tuple(md.configuration(c) for c in ids)
        return cls(
            table=table,
            measured=measured.scores,
            models=models,
            method=method,
            configurations=configurations,
            learners=tuple(
                str(learner or values.get("learner", ""))
                for learner, values in zip(md.learners.loc[ids], configurations, strict=True)
            ),
            spaces=tuple(md.spaces.loc[ids]),
            names=readable(md.tasks.loc[table.task_ids]),
            in_target_units=bool(target_scales(measured, metric)),
            fold_std=_fold_std(md, table, target_scales(measured, metric)),
            relatives=find_relatives_of(table),
            unaligned=unaligned,
            notes=notes_on(history, how) if unaligned is None else (unaligned.note(),),
        )

    @property
    def pmf(self) -> PMF:
        """Predicts scores."""
        return self.models.pmf

    @property
    def chooser(self) -> PMF:
        """Predicts regrets, see :mod:`warmstart.models.regrets.regret_model`."""
        return self.models.chooser

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

    def folded(
        self, points: Sequence[Point], rows: npt.NDArray[np.intp]
    ) -> tuple[Array, Array]:
        """Where those rows of a pool are among the base's own; see :meth:`FoldIn.weights`.

        Of the last large pool this is kept: scores and regrets are believed of the same.
        """
        kept = self._folded.get("last")
        if kept is not None and kept[0] is points and np.array_equal(kept[1], rows):
            result: tuple[Array, Array] = kept[2]
            return result
        result = self.fold_in.weights([points[int(row)].values for row in rows])
        if len(rows) > _LARGE:
            self._folded["last"] = points, rows, result
        return result

    @cached_property
    def _folded(self) -> dict[str, Any]:
        return {}

    @cached_property
    def neighbourhood(self) -> Neighbourhood:
        """Where configurations near a good one are."""
        return Neighbourhood.fit(self.known.points)

    def learner_space(self, learner: str) -> LearnerSpace:
        """How far results carry within a learner's space, learnt when it is first needed."""
        if learner not in self._learner_spaces:
            self._learner_spaces[learner] = LearnerSpace.fit(self, learner)
        return self._learner_spaces[learner]

    @cached_property
    def _learner_spaces(self) -> dict[str, LearnerSpace]:
        return {}

    @cached_property
    def known(self) -> KnownConfigurations:
        """What names the configurations, and tells them apart."""
        ids = tuple(map(plain_value, self.table.configuration_ids))
        return KnownConfigurations(ids, self.configurations, self.learners, self.spaces)

    def started(
        self,
        points: Sequence[Point],
        metafeatures: pd.Series[Any] | None,
        *,
        acquisition: Acquisition = "ei",
        costs: Array | None = None,
        random_state: int = 0,
    ) -> TaskState:
        """The task state of :attr:`method` over some configurations; see :func:`begun`."""
        model = self._fitted_to(points, random_state)
        return begun(model, metafeatures, acquisition, costs, random_state)

    def _fitted_to(self, points: Sequence[Point], random_state: int) -> PerformanceModel:
        assert self.method is not None  # the base's own model has beliefs over any pool
        key = (np.array([point.column for point in points]).tobytes(), random_state)
        model = self._begun.get(key)
        if model is None:
            model = fit_to(self, self.method, points, random_state)
            # One that draws at random when a task begins would draw on and on.
            if not getattr(model, "random_answers", False):
                self._begun.clear()
                self._begun[key] = model
        return model

    def prepare(self, random_state: int = 0) -> None:
        """Fit what decides to all configurations, where it does not draw at random."""
        if self.method is None:
            self.models.check(self.table.n_configs)
        elif not getattr(self.method, "random_answers", False):
            points = [Point(values, k) for k, values in enumerate(self.known.points)]
            self._fitted_to(points, random_state)

    @cached_property
    def _begun(self) -> dict[Any, PerformanceModel]:
        return {}

    def regret_belief(
        self, metafeatures: pd.Series[Any] | None, points: Sequence[Point]
    ) -> PMFPosterior:
        """What regrets are believed of before any result: what a first batch is chosen by."""
        columns = np.array([point.column for point in points], dtype=np.intp)
        if (columns >= 0).all():
            return self.chooser.start(metafeatures, columns)
        return believe(self, metafeatures, points, model=self.chooser)

    @cached_property
    def known_regrets(self) -> KnownRegrets:
        """What the known tasks lost by each configuration."""
        return KnownRegrets.of(self.table)

    def outlook(
        self,
        metafeatures: pd.Series[Any] | None,
        columns: npt.NDArray[np.intp],
        *,
        told: bool = False,
    ) -> Outlook:
        """Regrets a new task may have among some columns; -1 is none of them.

        Parameters
        ----------
        told : bool
            Whether expectations are asked for, which are then calibrated.
        """
        known = self.known_regrets
        return Outlook(
            among=known.among(columns),
            weights=known.weights(self.chooser, metafeatures),
            row_share=known.row_share,
            optimism=self.models.optimism if told else None,
            scale=self.scale(metafeatures) if self.foretells_scores else np.nan,
        )

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
        """Predicted scores in the new task's units, none below the lowest there is.

        NaN where nothing can be said of them.
        """
        if not self.foretells_scores:
            return np.full_like(scores, np.nan)
        lowest = lowest_score(self.table)
        result: Array = np.maximum(scores * self.scale(metafeatures), lowest)
        return result

    def no_narrower(self, quantiles: Array, metafeatures: pd.Series[Any] | None) -> Array:
        """Quantiles of scores at the levels of a suggestion, at least as wide as folds differ.

        Of few tasks that agree to the last digit nobody knows that a new one will.

        Parameters
        ----------
        quantiles : ndarray, shape (5, n)
            At 5, 16, 50, 84 and 95 %.
        """
        reach = ndtri(LEVELS)[:, None] * self.fold_std * self.scale(metafeatures)
        least = quantiles[2] + reach
        below = np.asarray(LEVELS)[:, None] < 0.5
        wider = np.where(below, np.minimum(quantiles, least), np.maximum(quantiles, least))
        metric = METRICS.get(self.table.metric or "")
        best = self.pmf.ideal if metric is None else metric.best
        result: Array = np.clip(wider, lowest_score(self.table), best)
        return result

    @cached_property
    def foretells_scores(self) -> bool:
        """Whether anything can be said of a new task's scores.

        Of one study, or several of one family, in units of its own nobody knows how far
        another may be.
        """
        metric = self.table.metric
        without_unit = metric in METRICS and metric not in IN_TARGET_UNITS
        known = without_unit or self.in_target_units
        rates = self.pmf.loss_unit == 1 and metric not in METRICS
        return known or rates or len(np.unique(self.table.families)) > 1


def _fold_std(md: MetaDataset, table: ScoreTable, scales: Sequence[float]) -> float:
    """Median deviation of the folds; zero where none is recorded, or many tasks are known."""
    if len(np.unique(table.families)) >= _FEW_FAMILIES:
        return 0.0
    stds = md.score_std(table.metric).reindex(index=table.task_ids).to_numpy(dtype=np.float64)
    if scales:
        stds = stds / np.asarray(scales)[:, None]
    known = stds[np.isfinite(stds)]
    return float(np.median(known)) if len(known) else 0.0


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
