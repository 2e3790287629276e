"""The greedy portfolio: configurations that together leave the least regret."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.rankings.ranked import RankedState

if TYPE_CHECKING:
    from typing_extensions import Self

_NEGLIGIBLE = 1e-12
"""A gain in mean regret below this is rounding."""


def greedy_portfolio(regret: Floats, weights: Floats | None = None) -> Iterator[int]:
    r"""Name columns one by one, each lowering the mean best-so-far regret most.

    .. math:: j_{n+1} = \arg\min_j \sum_i w_i \min(r_{i j_1}, \dots, r_{i j_n}, r_{ij})

    Once no column lowers it any more, the best so far is forgotten and a second portfolio
    begins with the columns that are left.

    Parameters
    ----------
    regret : array, shape (n_tasks, n_configs)
        Normalised, between 0 and 1; NaN, not known, counts as the worst.
    weights : array, shape (n_tasks,), optional
        Weight of each task, not negative; equal without.

    Yields
    ------
    int
        Every column once.

    Notes
    -----
    The gain of a column never grows as the portfolio does, so a column whose old gain is
    not the largest need not be looked at again (lazy greedy, Minoux 1978).

    Examples
    --------
    >>> list(greedy_portfolio(np.array([[0.0, 0.2, 1.0], [0.9, 0.3, 1.0], [1.0, 1.0, 0.0]])))
    [1, 2, 0]
    """
    columns = np.ascontiguousarray(np.where(np.isnan(regret), 1.0, regret).T)
    share = np.full(len(regret), 1.0) if weights is None else np.asarray(weights, float)
    share = share / share.sum()
    means = columns @ share
    left = set(range(len(columns)))
    while left:
        best = np.ones(len(regret))
        # Largest gain first; ties by mean regret, then by position.
        heap = [(means[j] - 1.0, means[j], j) for j in sorted(left)]
        heapq.heapify(heap)
        first = True
        while heap:
            _, mean, j = heapq.heappop(heap)
            gain = float(share @ np.maximum(best - columns[j], 0.0))
            if heap and (-gain, mean, j) > heap[0]:
                heapq.heappush(heap, (-gain, mean, j))
                continue
            if gain <= _NEGLIGIBLE and not first:
                break
            first = False
            best = np.minimum(best, columns[j])
            left.discard(j)
            yield j


@dataclass(slots=True)
class Portfolio:
    """Greedy portfolio: the same ordered, complementary list for every task.

    Parameters
    ----------
    n_greedy : int
        Length of the greedily built part; the columns after it follow by mean regret.

    Notes
    -----
    The mean is of the square root of the regrets, see :func:`tempered`.

    References
    ----------
    .. [1] Xu, Hoos, Leyton-Brown. "Hydra: Automatically Configuring Algorithms for
       Portfolio-Based Selection." AAAI 2010.
    .. [2] Feurer, Eggensperger, Falkner, Lindauer, Hutter. "Auto-Sklearn 2.0: Hands-free
       AutoML via Meta-Learning." JMLR 23, 2022.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1], [0.2, 0.7, 0.1], [0.1, 0.1, 0.5]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3))
    >>> Portfolio().fit(table).start().batch(2)
    [1, 2]
    """

    n_greedy: int = 200
    order_: list[int] | None = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Build the list; nothing is random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.order_ = portfolio_order(tempered(table.regret()), self.n_greedy)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RankedState:  # noqa: ARG002
        """Begin a task; its meta-features change nothing."""
        if self.order_ is None:
            raise NotFittedError("fit the portfolio to a table first")
        return RankedState(self.order_)


def tempered(regret: Floats) -> Floats:
    """Square root of normalised regrets, which a greedy portfolio lowers the mean of.

    With the plain mean the picks after the first ten go to the few tasks on which
    everything named so far failed; on other tasks they help little. The root gives small
    regrets on many tasks their say.
    """
    root: Floats = np.sqrt(regret)
    return root


def portfolio_order(regret: Floats, n_greedy: int, weights: Floats | None = None) -> list[int]:
    """All columns: the greedy portfolio, then the others by mean regret.

    Parameters
    ----------
    regret : ndarray, shape (n_tasks, n_configs)
        Normalised; NaN where unknown.
    n_greedy : int
        Length of the greedily built part.
    weights : ndarray, shape (n_tasks,), optional
        Of the tasks.
    """
    order = list(islice(greedy_portfolio(regret, weights), n_greedy))
    share = np.full(len(regret), 1.0) if weights is None else weights
    means = share @ np.where(np.isnan(regret), 1.0, regret)
    means[order] = np.inf
    return order + [int(j) for j in np.argsort(means, kind="stable")[: len(means) - len(order)]]
