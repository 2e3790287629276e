"""The greedy portfolio over tasks weighted by how near they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.portfolio import greedy_portfolio
from warmstart.models.rankings.ranked import RankedState
from warmstart.similarity.manhattan import Manhattan
from warmstart.similarity.protocols import Similarity

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True)
class KNNPortfolio:
    r"""kNN-weighted greedy portfolio: near tasks count more in the mean regret.

    .. math:: w_i = \exp(-d_i / d_{(k)})

    with the distance to the k-th nearest task as the unit. A task without meta-features
    weighs all tasks alike, which is the plain portfolio.

    Parameters
    ----------
    n_neighbours : int
        k, at least 1.
    similarity : Similarity
        What "near" means.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.5]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3), metafeatures=pd.DataFrame({"rows": [10, 50, 90]}))
    >>> KNNPortfolio(n_neighbours=1).fit(table).start(pd.Series({"rows": 80})).batch(3)
    [2, 1, 0]
    """

    n_neighbours: int = 10
    similarity: Similarity = field(default_factory=Manhattan)
    regret_: Floats | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ArgumentError(f"n_neighbours must be at least 1, got {self.n_neighbours}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Remember the regrets; nothing is random."""
        self.similarity.fit(table)
        self.regret_ = table.regret()
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:
        """Begin a task, described by its meta-features."""
        if self.regret_ is None:
            raise NotFittedError("fit the kNN portfolio to a table first")
        return RankedState(self._order(self.weights(metafeatures), self.regret_))

    def _order(self, weights: Floats, regret: Floats) -> Iterator[int]:
        yield from greedy_portfolio(regret, weights)

    def weights(self, metafeatures: pd.Series[Any] | None) -> Floats:
        """Weight of each training task, between 0 and 1, shape (n_tasks,)."""
        distances = self.similarity.distances(metafeatures)
        finite = np.sort(distances[np.isfinite(distances)])
        if not len(finite):
            return np.ones(len(distances))
        unit = finite[min(self.n_neighbours, len(finite)) - 1]
        if unit == 0:  # k twins of the new task; then only twins count
            twins: Floats = (distances == 0).astype(np.float64)
            return twins
        weights: Floats = np.exp(-distances / unit)
        return weights
