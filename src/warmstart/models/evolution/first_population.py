"""Where evolution begins: the portfolio of the known tasks, or chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.gaussian.feature_gp import configuration_features
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


@dataclass(slots=True, kw_only=True)
class Evolution:
    """What both kinds of evolution learn from a table.

    Parameters
    ----------
    warm : bool
        Whether to begin with what was good on the known tasks, or by chance.
    """

    reads_configurations: ClassVar[bool] = True
    random_answers: ClassVar[bool] = True
    warm: bool = True
    features_: Floats | None = field(default=None, repr=False, compare=False)
    first_: FirstPopulation | None = field(default=None, repr=False, compare=False)
    rng_: np.random.Generator = field(
        default_factory=np.random.default_rng, repr=False, compare=False
    )

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn where to begin, and the configurations' hyperparameters.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.features_ = configuration_features(table)
        self.first_ = FirstPopulation.fit(table, warm=self.warm)
        self.rng_ = np.random.default_rng(random_state)
        return self

    def learnt(self) -> tuple[Floats, FirstPopulation]:
        """Features of the configurations, shape (n_configs, n_features), and where to begin.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self.features_ is None or self.first_ is None:
            raise NotFittedError(f"fit {type(self).__name__} to a table first")
        return self.features_, self.first_
