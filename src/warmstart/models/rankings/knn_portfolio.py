"""The greedy portfolio over tasks weighted by how near they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.by_similarity import RankedBySimilarity
from warmstart.models.rankings.portfolio import greedy_portfolio


@dataclass(slots=True, kw_only=True)
class KNNPortfolio(RankedBySimilarity):
    r"""kNN-weighted greedy portfolio: near tasks count more in the mean regret.

    .. math:: w_i = \exp(-d_i / d_{(k)})

    with the distance to the k-th nearest task as the unit. A task without meta-features
    weighs all tasks alike, which is the plain portfolio.

    Parameters
    ----------
    n_neighbours : int
        k, at least 1.
    similarity : Similarity
        What "near" means; Manhattan distance of meta-features by default.

    Examples
    --------
    >>> import pandas as pd
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.5]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3), metafeatures=pd.DataFrame({"rows": [10, 50, 90]}))
    >>> KNNPortfolio(n_neighbours=1).fit(table).start(pd.Series({"rows": 80})).batch(3)
    [2, 1, 0]
    """

    n_neighbours: int = 10
    regret_: Floats | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ArgumentError(f"n_neighbours must be at least 1, got {self.n_neighbours}")

    def remember(self, table: ScoreTable) -> None:
        """Keep the regrets."""
        self.regret_ = table.regret()

    def order(self, distances: Floats) -> Iterator[int]:
        """The greedy portfolio of the weighted tasks."""
        assert self.regret_ is not None  # remembered before a task begins
        yield from greedy_portfolio(self.regret_, self.weights(distances))

    def weights(self, distances: Floats) -> Floats:
        """Weight of each known task by its distance, between 0 and 1, shape (n_tasks,)."""
        finite = np.sort(distances[np.isfinite(distances)])
        if not len(finite):
            return np.ones(len(distances))
        unit = finite[min(self.n_neighbours, len(finite)) - 1]
        if unit == 0:  # k twins of the new task; then only twins count
            twins: Floats = (distances == 0).astype(np.float64)
            return twins
        weights: Floats = np.exp(-distances / unit)
        return weights
