"""KND: the best configuration of each nearest dataset, as in auto-sklearn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.by_similarity import RankedBySimilarity
from warmstart.models.rankings.portfolio import Portfolio


@dataclass(slots=True, kw_only=True)
class KND(RankedBySimilarity):
    """k-nearest datasets: the best configuration of the nearest task, of the second, …

    Once every described task has named its best, each names its second best, and so on; a
    configuration already named is passed over. A task without meta-features has no
    neighbours and gets the greedy portfolio.

    Parameters
    ----------
    similarity : Similarity
        What "nearest" means.

    References
    ----------
    .. [1] Feurer, Springenberg, Hutter. "Initializing Bayesian Hyperparameter Optimization
       via Meta-Learning." AAAI 2015.
    .. [2] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
       Automated Machine Learning." NeurIPS 2015.

    Examples
    --------
    >>> import pandas as pd
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.5]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3), metafeatures=pd.DataFrame({"rows": [10, 50, 90]}))
    >>> KND().fit(table).start(pd.Series({"rows": 80})).batch(3)
    [2, 1, 0]
    """

    ranking_: NDArray[np.intp] | None = field(default=None, repr=False, compare=False)
    n_known_: Any = field(default=None, repr=False, compare=False)
    portfolio_: Portfolio = field(default_factory=Portfolio, repr=False, compare=False)

    def remember(self, table: ScoreTable) -> None:
        """Rank the configurations of each task."""
        # NaN sorts last: what a task has not tried it does not name.
        self.ranking_ = np.argsort(-table.scores, axis=1, kind="stable")
        self.n_known_ = (~np.isnan(table.scores)).sum(axis=1)
        self.portfolio_.fit(table)

    def order(self, distances: Floats) -> Iterator[int]:
        """The best of the nearest task, of the second nearest, and so on, in rounds."""
        assert self.ranking_ is not None  # remembered before a task begins
        ranking, near = self.ranking_, np.argsort(distances, kind="stable")
        near = near[np.isfinite(distances[near])]
        named: set[int] = set()
        for place in range(ranking.shape[1]):
            for task in near[self.n_known_[near] > place]:
                j = int(ranking[task, place])
                if j not in named:
                    named.add(j)
                    yield j
        yield from (
            j for j in self.portfolio_.start().batch(ranking.shape[1]) if j not in named
        )
