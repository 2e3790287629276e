"""In what units scores are told: those of the new task's target where they are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from warmstart.metrics import METRICS
from warmstart.models.log_loss import lowest_score
from warmstart.recommend.history.training_scores import IN_TARGET_UNITS, TARGET_SCALE

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.recommend.base.models import Models

Array = np.ndarray[Any, np.dtype[np.float64]]

LEVELS = (0.05, 0.16, 0.5, 0.84, 0.95)
"""Quantiles of the score that a suggestion tells."""


@dataclass(frozen=True, slots=True)
class ScoreUnits:
    """From predictions in the units of a base to what is told of a new task."""

    table: ScoreTable
    models: Models
    in_target_units: bool
    """Whether tasks were scored in units of their target, and divided by its spread."""

    fold_std: float
    """What the folds of a score usually differ by, where few tasks are known."""

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

        Parameters
        ----------
        scores : ndarray
            Predicted, of any shape.
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        """
        if not self.predicts_scores:
            return np.full_like(scores, np.nan)
        lowest = lowest_score(self.table)
        result: Array = np.maximum(scores * self.scale(metafeatures), lowest)
        return result

    def no_narrower(self, quantiles: Array, metafeatures: pd.Series[Any] | None) -> Array:
        """Quantiles of scores at the levels of a suggestion, at least as wide as folds differ.

        Few tasks that agree to the last digit do not show that a new one will.

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
        best = self.models.pmf.ideal if metric is None else metric.best
        result: Array = np.clip(wider, lowest_score(self.table), best)
        return result

    @property
    def predicts_scores(self) -> bool:
        """Whether anything can be said of a new task's scores.

        Of one study, or several of one family, in units of its own nobody knows how far
        another may be.
        """
        metric = self.table.metric
        without_unit = metric in METRICS and metric not in IN_TARGET_UNITS
        known = without_unit or self.in_target_units
        rates = self.models.pmf.loss_unit == 1 and metric not in METRICS
        return known or rates or len(np.unique(self.table.families)) > 1
