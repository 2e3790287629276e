"""Average rank: the configurations that rank best over all tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.ranked import RankedState, shrunk_mean

if TYPE_CHECKING:
    from typing_extensions import Self


def relative_ranks(scores: Floats) -> Floats:
    """Rank of each score among the known scores of its task, as a share of their number.

    Ties share their mean rank; NaN stays NaN.

    Examples
    --------
    >>> relative_ranks(np.array([[0.9, 0.5, 0.5, np.nan]]))
    array([[0.16666667, 0.66666667, 0.66666667,        nan]])
    """
    ranks = rankdata(-scores, axis=1, nan_policy="omit")
    n_known = (~np.isnan(scores)).sum(axis=1, keepdims=True)
    relative: Floats = (ranks - 0.5) / n_known
    return relative


@dataclass(slots=True)
class AverageRank:
    """Configurations by their mean rank over the tasks that have tried them.

    References
    ----------
    .. [1] Brazdil, Soares. "A Comparison of Ranking Methods for Classification Algorithm
       Selection." ECML 2000.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1]]), task_ids=pd.RangeIndex(2),
    ...     configuration_ids=pd.Index(list("abc")), families=np.arange(2))
    >>> AverageRank().fit(table).start().batch(3)
    [0, 1, 2]
    """

    order_: list[int] | None = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Rank the configurations; nothing is random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        ranks = shrunk_mean(relative_ranks(table.scores))
        self.order_ = [int(j) for j in np.argsort(ranks, kind="stable")]
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:  # noqa: ARG002
        """Begin a task; its meta-features change nothing."""
        if self.order_ is None:
            raise NotFittedError("fit the average rank to a table first")
        return RankedState(self.order_)
