"""kNN average rank: the configurations that rank best on the nearest tasks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.average_rank import relative_ranks
from warmstart.models.rankings.by_similarity import RankedBySimilarity
from warmstart.models.rankings.ranked import shrunk_mean


@dataclass(slots=True, kw_only=True)
class KNNRank(RankedBySimilarity):
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
    >>> import pandas as pd
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.5]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3), metafeatures=pd.DataFrame({"rows": [10, 50, 90]}))
    >>> KNNRank(n_neighbours=1).fit(table).start(pd.Series({"rows": 80})).batch(3)
    [2, 1, 0]
    """

    n_neighbours: int = 5
    ranks_: Floats | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ArgumentError(f"n_neighbours must be at least 1, got {self.n_neighbours}")

    def remember(self, table: ScoreTable) -> None:
        """Rank the configurations of each task."""
        self.ranks_ = relative_ranks(table.scores)

    def order(self, distances: Floats) -> list[int]:
        """By mean rank on the nearest tasks; on all where none can be compared."""
        assert self.ranks_ is not None  # remembered before a task begins
        near = np.argsort(distances, kind="stable")[: self.n_neighbours]
        near = near[np.isfinite(distances[near])]
        ranks = self.ranks_[near] if len(near) else self.ranks_
        return [int(j) for j in np.argsort(shrunk_mean(ranks), kind="stable")]
