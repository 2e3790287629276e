"""Where evolution begins: the portfolio of the known tasks, or chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    Where no task has tried any of them, it is made of configurations with hyperparameters of
    theirs, for each of which the nearest candidate stands.
    """

    n_candidates: int
    places: NDArray[np.intp]
    """Candidate that stands for each column of the portfolio, shape (n_known,)."""

    portfolio: KNNPortfolio | None
    """None where the population is drawn at random."""

    @classmethod
    def fit(cls, table: ScoreTable, features: Floats, *, warm: bool) -> Self:
        """Learn the portfolio, where it is wanted.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        features : ndarray, shape (n_configs, n_features)
        warm : bool
            Whether known tasks lead it.
        """
        n = candidates(table)
        tried = np.flatnonzero(np.isfinite(table.scores).any(axis=0))
        known = places = tried[tried < n]
        if warm and not len(known):
            known, places = stand_ins(table, tried, features)
        if not warm or not len(known):
            return cls(n, places, None)
        of = replace(
            table,
            scores=table.scores[:, known],
            configuration_ids=table.configuration_ids[known],
            costs=None,
            configurations=None,
            n_candidates=None,
        )
        return cls(n, places, KNNPortfolio().fit(of))

    def order(
        self, metafeatures: pd.Series[Any] | None, rng: np.random.Generator
    ) -> RankedState:
        """Every candidate that may begin, best first; those nothing is known of are left out.

        Parameters
        ----------
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        rng : Generator
        """
        if self.portfolio is None:
            return RankedState(rng.permutation(self.n_candidates))
        distances = self.portfolio.similarity.distances(metafeatures)
        return RankedState(self._distinct(self.portfolio.order(distances)))

    def _distinct(self, order: Iterable[int]) -> Iterator[int]:
        named: set[int] = set()
        for column in order:
            place = int(self.places[column])
            if place not in named:
                named.add(place)
                yield place


def stand_ins(
    table: ScoreTable, tried: NDArray[np.intp], features: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns that have hyperparameters of some candidates, and the nearest of those.

    Parameters
    ----------
    table : ScoreTable
        Scores of known tasks, (n_tasks, n_configs).
    tried : ndarray of int, shape (n_tried,)
        Columns with scores, no candidates.
    features : ndarray, shape (n_configs, n_features)

    Returns
    -------
    columns, places : ndarray of int, shape (n_found,)
    """
    n, rows = candidates(table), table.configurations
    if rows is None:
        return tried[:0], tried[:0]
    active = rows.notna().to_numpy()
    # What every one has tells learners no more apart than what none has.
    tells = active[:, active.any(axis=0) & ~active.all(axis=0)]
    columns, places = [], []
    for column in tried:
        alike = np.flatnonzero((tells[:n] & tells[column]).any(axis=1))
        if not tells.shape[1]:
            alike = np.arange(n)
        if len(alike):
            apart = ((features[alike] - features[column]) ** 2).sum(axis=1)
            columns.append(column)
            places.append(alike[apart.argmin()])
    return np.array(columns, dtype=np.intp), np.array(places, dtype=np.intp)


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
        features = configuration_features(table)
        self.features_ = features[: candidates(table)]
        self.first_ = FirstPopulation.fit(table, features, warm=self.warm)
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
