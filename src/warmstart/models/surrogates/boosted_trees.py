"""Trees on meta-features and configuration features: one regression for all pairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.gaussian.feature_gp import configuration_features
from warmstart.models.rankings.ranked import RankedState

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from typing_extensions import Self

_N_ROWS = 200_000
"""Known pairs to learn from at most."""


@dataclass(slots=True, kw_only=True)
class BoostedTrees:
    r"""Gradient boosting predicts a pair's loss from its meta-features and hyperparameters.

    .. math:: \hat e(t, x) = f(\varphi_t, x)

    with f a sum of histogram trees fitted to the standardised scores of all known pairs,
    :math:`\varphi_t` the task's meta-features (missing ones go their own way in a split)
    and x the encoded hyperparameters. The order of configurations is fixed when a task
    begins.

    Parameters
    ----------
    n_trees : int
    learning_rate : float

    References
    ----------
    .. [1] Ke et al. "LightGBM: A Highly Efficient Gradient Boosting Decision Tree."
       NeurIPS 2017 (the kind of trees).
    .. [2] Reif, Shafait, Goldstein, Breuel, Dengel. "Automatic Classifier Selection for
       Non-Experts." Pattern Analysis and Applications 17, 2014 (regression on
       meta-features).
    """

    reads_configurations: ClassVar[bool] = True
    n_trees: int = 200
    learning_rate: float = 0.1
    trees_: HistGradientBoostingRegressor | None = field(
        default=None, repr=False, compare=False
    )
    features_: Any = field(default=None, repr=False, compare=False)
    names_: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_trees < 1:
            raise ArgumentError(f"n_trees must be at least 1, got {self.n_trees}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn from every known pair, or from as many drawn at random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        from sklearn.ensemble import HistGradientBoostingRegressor  # not for every answer

        self.features_ = configuration_features(table)
        known = table.metafeatures
        # Trees cannot bin a column that is missing throughout.
        informative = None if known is None else known.dropna(axis=1, how="all")
        self.names_ = pd.Index([]) if informative is None else informative.columns
        described = np.full((table.n_tasks, len(self.names_)), np.nan)
        if informative is not None:
            rows, _ = table.described()
            described[rows] = informative.loc[table.task_ids[rows]].to_numpy(np.float64)
        task, config = np.nonzero(~np.isnan(table.scores))
        if len(task) > _N_ROWS:
            rng = np.random.default_rng(random_state)
            drawn = rng.choice(len(task), _N_ROWS, replace=False)
            task, config = task[drawn], config[drawn]
        self.trees_ = HistGradientBoostingRegressor(
            max_iter=self.n_trees,
            learning_rate=self.learning_rate,
            early_stopping=False,
            random_state=random_state,
        ).fit(
            np.column_stack([described[task], self.features_[config]]),
            standardised_losses(table.scores)[task, config],
        )
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:
        """Begin a task, described by its meta-features."""
        if self.trees_ is None:
            raise NotFittedError("fit the trees to a table first")
        described = np.full(len(self.names_), np.nan)
        if metafeatures is not None:
            described = metafeatures.reindex(self.names_).to_numpy(np.float64)
        repeated = np.tile(described, (len(self.features_), 1))
        predicted = self.trees_.predict(np.column_stack([repeated, self.features_]))
        return RankedState(np.argsort(predicted, kind="stable"))


def standardised_losses(scores: Floats) -> Floats:
    """Losses of each task about its mean, in units of its standard deviation.

    Examples
    --------
    >>> standardised_losses(np.array([[0.75, 0.25, np.nan], [0.5, 0.5, 0.5]])).tolist()
    [[-1.0, 1.0, nan], [0.0, 0.0, 0.0]]
    """
    mean = np.nanmean(scores, axis=1, keepdims=True)
    spread = np.nanstd(scores, axis=1, keepdims=True)
    losses: Floats = (mean - scores) / np.where(spread > 1e-12, spread, 1.0)
    return losses
