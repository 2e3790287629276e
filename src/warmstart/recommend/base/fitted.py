"""What a recommender knows of one kind of task in one metric, ready to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.domain import plain_value
from warmstart.execution.resampling import MAX_ROWS
from warmstart.models.log_loss import lowest_score
from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.regret_draws import KnownRegrets
from warmstart.recommend.base.cost import CostModel
from warmstart.recommend.base.models import Models
from warmstart.recommend.base.neighbours import Relatives
from warmstart.recommend.base.outlook import Outlook
from warmstart.recommend.base.score_units import ScoreUnits
from warmstart.recommend.history.identity import KnownConfigurations, Point

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.completion.fold_in import FoldIn
    from warmstart.models.protocols import PerformanceModel
    from warmstart.recommend.base.measured_relatives import MeasuredRelatives
    from warmstart.recommend.history.unaligned import Unaligned
    from warmstart.spaces.neighbourhood import Neighbourhood

Array = np.ndarray[Any, np.dtype[np.float64]]

_LARGE = 2000
"""Pools of one's own larger than this are placed among the base's configurations once."""

_TRAIN_SHARE = 2 / 3


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A score table with everything fitted to it by :func:`~.fitting.fit_base`."""

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
    relatives: Relatives | MeasuredRelatives | None = field(default=None)
    unaligned: Unaligned | None = None
    """The whole history, where its tasks share no configuration."""

    notes: tuple[str, ...] = ()
    """How the history was read, where it is not a table that tasks share."""

    fold_std: float = 0.0
    """What the folds of a score usually differ by, where few tasks are known; as the table."""

    caps: Mapping[Any, int] = field(default_factory=dict)
    """Most rows used of a task's table, by task, where that is not the usual number."""

    method: PerformanceModel | None = None
    """What decides instead of PMF, which then only says what to expect."""

    def led_by(self, method: PerformanceModel | None) -> Fitted:
        """The same, with another method that decides; None is the base's own model.

        Parameters
        ----------
        method : PerformanceModel, optional
            Not fitted.
        """
        other = replace(self, method=method)
        # All that was worked out already holds, but for what the other method was fitted to.
        other.__dict__.update({k: v for k, v in vars(self).items() if k not in vars(other)})
        other.__dict__.pop("kept", None)
        return other

    @property
    def pmf(self) -> PMF:
        """Predicts scores."""
        return self.models.pmf

    @property
    def chooser(self) -> PMF:
        """Predicts regrets, see :mod:`warmstart.models.regrets.regret_model`."""
        return self.models.chooser

    @property
    def lowest(self) -> float:
        """The score that no configuration can be below; -inf where there is none."""
        return lowest_score(self.table)

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
            max_rows=self.row_caps,
            train_share=_TRAIN_SHARE,
        )

    @property
    def row_caps(self) -> Array:
        """Most rows that were used of each task's table, shape (n_tasks,)."""
        found = [self.caps.get(task, MAX_ROWS) for task in self.table.task_ids]
        return np.asarray(found, dtype=np.float64)

    @cached_property
    def fold_in(self) -> FoldIn:
        """Places configurations the base never saw among its own."""
        from warmstart.models.completion.fold_in import FoldIn

        if self.unaligned is not None:
            encoder, kernel = self.unaligned.encoder, self.unaligned.kernel
            return FoldIn.learnt(self.known.points, encoder, kernel)
        return FoldIn.fit(self.known.points)

    def folded(
        self, points: Sequence[Point], rows: npt.NDArray[np.intp]
    ) -> tuple[Array, Array]:
        """Where those rows of a pool are among the base's own; see :meth:`FoldIn.weights`.

        Of the last large pool this is kept: scores and regrets are believed of the same.

        Parameters
        ----------
        points : sequence of Point
            Configurations as models see them.
        rows : ndarray of int, shape (n_rows,)
            Places in the pool.
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
        from warmstart.spaces.neighbourhood import Neighbourhood

        return Neighbourhood.fit(self.known.points)

    @cached_property
    def known(self) -> KnownConfigurations:
        """What names the configurations, and tells them apart."""
        ids = tuple(map(plain_value, self.table.configuration_ids))
        return KnownConfigurations(ids, self.configurations, self.learners, self.spaces)

    @cached_property
    def known_regrets(self) -> KnownRegrets:
        """What the known tasks lost by each configuration."""
        return KnownRegrets.of(self.table)

    @cached_property
    def worst_losses(self) -> Array:
        """How far each known task's worst score is from the best there is, (n_tasks,)."""
        from warmstart.models.regrets.told_regrets import worst_losses

        return worst_losses(self.table, self.pmf.ideal)

    def outlook(
        self,
        metafeatures: pd.Series[Any] | None,
        columns: npt.NDArray[np.intp],
        *,
        calibrated: bool = False,
    ) -> Outlook:
        """Regrets a new task may have among some columns; -1 is none of them.

        Parameters
        ----------
        calibrated : bool
            Whether expectations are calibrated, as they are where they are shown.
        """
        known, units = self.known_regrets, self.units
        return Outlook(
            among=known.among(columns),
            weights=known.weights(self.chooser, metafeatures),
            row_share=known.row_share,
            optimism=self.models.optimism if calibrated else None,
            scale=units.scale(metafeatures) if units.predicts_scores else np.nan,
        )

    @cached_property
    def ranks(self) -> Array:
        """Rank of every score on its task, 1 the best; NaN where unknown."""
        scores = pd.DataFrame(self.table.scores)
        return scores.rank(axis=1, ascending=False, method="min").to_numpy()

    @cached_property
    def units(self) -> ScoreUnits:
        """In what units scores are reported."""
        return ScoreUnits(self.table, self.models, self.in_target_units, self.fold_std)

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What others worked out of it and will need again, by what it is called."""
        return {}
