"""Where evolution begins: the portfolio of the known tasks, or chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.models.rankings.knn_portfolio import KNNPortfolio

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, slots=True)
class FirstPopulation:
    """Configurations that complement each other on the known tasks, the most like it first."""

    n_configs: int
    portfolio: KNNPortfolio | None
    """None where the population is drawn at random."""

    @classmethod
    def fit(cls, table: ScoreTable, *, warm: bool) -> Self:
        """Learn the portfolio, where it is wanted.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        warm : bool
            Whether known tasks lead it.
        """
        known = warm and bool(np.isfinite(table.scores).any())
        return cls(table.n_configs, KNNPortfolio().fit(table) if known else None)

    def members(
        self, metafeatures: pd.Series[Any] | None, n: int, rng: np.random.Generator
    ) -> list[int]:
        """At most `n` distinct columns, best first.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        n : int
            How many.
        rng : Generator
        """
        if self.portfolio is None:
            return [int(j) for j in rng.permutation(self.n_configs)[:n]]
        return self.portfolio.start(metafeatures).batch(n)
