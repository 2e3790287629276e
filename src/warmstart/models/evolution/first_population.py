"""Where evolution begins: the portfolio of the known tasks, or chance."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.gaussian.feature_gp import configuration_features
from warmstart.models.rankings.knn_portfolio import KNNPortfolio
from warmstart.models.rankings.ranked import RankedState

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True, slots=True)
class FirstPopulation:
    """Candidates that complement each other on the known tasks, the most like it first.

    What may not be proposed takes nobody's place: the portfolio is made of candidates alone.
    """

    n_candidates: int
    known: NDArray[np.intp]
    """Candidates that some task has tried, shape (n_known,)."""

    portfolio: KNNPortfolio | None
    """Of those; None where the population is drawn at random."""

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
        n = candidates(table)
        known = np.flatnonzero(np.isfinite(table.scores[:, :n]).any(axis=0))
        if not warm or not len(known):
            return cls(n, known, None)
        tried = replace(
            table,
            scores=table.scores[:, known],
            configuration_ids=table.configuration_ids[known],
            costs=None,
            configurations=None,
            n_candidates=None,
        )
        return cls(n, known, KNNPortfolio().fit(tried))

    def order(
        self, metafeatures: pd.Series[Any] | None, rng: np.random.Generator
    ) -> RankedState:
        """Every candidate that may begin, best first; those no task has tried are left out.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        rng : Generator
        """
        if self.portfolio is None:
            return RankedState(rng.permutation(self.n_candidates))
        distances = self.portfolio.similarity.distances(metafeatures)
        return RankedState(int(self.known[k]) for k in self.portfolio.order(distances))


def candidates(table: ScoreTable) -> int:
    """How many columns of a table may be proposed, the first ones.

    Parameters
    ----------
    table : ScoreTable
        Scores of known tasks, (n_tasks, n_configs).
    """
    return table.n_configs if table.n_candidates is None else table.n_candidates


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
        self.features_ = configuration_features(table)[: candidates(table)]
        self.first_ = FirstPopulation.fit(table, warm=self.warm)
        self.rng_ = np.random.default_rng(random_state)
        return self

    def learnt(self) -> tuple[Floats, FirstPopulation]:
        """Features of the candidates, shape (n_candidates, n_features), and where to begin.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        if self.features_ is None or self.first_ is None:
            raise NotFittedError(f"fit {type(self).__name__} to a table first")
        return self.features_, self.first_
