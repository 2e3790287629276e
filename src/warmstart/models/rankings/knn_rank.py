"""kNN average rank: the configurations that rank best on the nearest tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.average_rank import relative_ranks
from warmstart.models.rankings.ranked import RankedState, shrunk_mean
from warmstart.similarity.manhattan import Manhattan
from warmstart.similarity.protocols import Similarity

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True)
class KNNRank:
    """Configurations by their mean rank over the `n_neighbours` nearest tasks.

    A task without meta-features has no neighbours and gets the mean rank over all tasks.

    Parameters
    ----------
    n_neighbours : int
        At least 1.
    similarity : Similarity
        What "nearest" means.

    References
    ----------
    .. [1] Fusi, Sheth, Elibol. "Probabilistic Matrix Factorization for Automated Machine
       Learning." NeurIPS 2018.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.5]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3), metafeatures=pd.DataFrame({"rows": [10, 50, 90]}))
    >>> KNNRank(n_neighbours=1).fit(table).start(pd.Series({"rows": 80})).batch(3)
    [2, 1, 0]
    """

    n_neighbours: int = 5
    similarity: Similarity = field(default_factory=Manhattan)
    ranks_: Floats | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ArgumentError(f"n_neighbours must be at least 1, got {self.n_neighbours}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Rank the configurations of each task; nothing is random."""
        self.similarity.fit(table)
        self.ranks_ = relative_ranks(table.scores)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:
        """Begin a task, described by its meta-features."""
        if self.ranks_ is None:
            raise NotFittedError("fit the kNN average rank to a table first")
        distances = self.similarity.distances(metafeatures)
        near = np.argsort(distances, kind="stable")[: self.n_neighbours]
        near = near[np.isfinite(distances[near])]
        ranks = self.ranks_[near] if len(near) else self.ranks_
        return RankedState(np.argsort(shrunk_mean(ranks), kind="stable"))
