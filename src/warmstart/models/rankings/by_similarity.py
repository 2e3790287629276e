"""Rankings by similarity: how near known tasks are, and an order made of what they tell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.ranked import RankedState
from warmstart.similarity.manhattan import Manhattan
from warmstart.similarity.protocols import Similarity

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True, kw_only=True)
class RankedBySimilarity(ABC):
    """A pair of a similarity and an order; a method says what it remembers and the order.

    Parameters
    ----------
    similarity : Similarity
        What "near" means.
    """

    similarity: Similarity = field(default_factory=Manhattan)
    fitted_: bool = field(default=False, repr=False, compare=False)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Remember the tasks; nothing is random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.similarity.fit(table)
        self.remember(table)
        self.fitted_ = True
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:
        """Begin a task, described by its meta-features."""
        if not self.fitted_:
            raise NotFittedError(f"fit {type(self).__name__} to a table first")
        return RankedState(self.order(self.similarity.distances(metafeatures)))

    @abstractmethod
    def remember(self, table: ScoreTable) -> None:
        """Keep what the order is made of."""

    @abstractmethod
    def order(self, distances: Floats) -> Iterable[int]:
        """Every configuration once, best first.

        Parameters
        ----------
        distances : ndarray, shape (n_tasks,)
            Of the new task to each known one; infinite where there is nothing to compare.
        """
