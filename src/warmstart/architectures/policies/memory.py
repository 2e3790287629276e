"""What a recurrent meta-policy remembers of a search, and which architectures that names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart._extras import require
from warmstart.architectures.policies.pool import PolicyPool

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_N_SEEN = 3
"""Numbers that say how a result was."""

_SHARPNESS, _RIDGE = 3.0, 1e-2
_BONUS = 4.0


class Memory:
    r"""A gated recurrent unit that reads results, and a linear map to what to try next.

    .. math:: h_n = \mathrm{GRU}([x_{a_n}, z_n], h_{n-1}), \quad q_n = b + W h_n

    b begins with what the mean of the known tasks expects, W with nothing: before training
    this names what is best on average.

    Parameters
    ----------
    pool : PolicyPool
    n_hidden : int
    seed : int
        Of the first weights.

    References
    ----------
    .. [1] Cho et al. "Learning Phrase Representations using RNN Encoder-Decoder for
       Statistical Machine Translation." EMNLP 2014.

    Examples
    --------
    >>> import pandas as pd
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.1]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(["a", "b"]), families=np.arange(1),
    ...     configurations=pd.DataFrame({"act": ["relu", "tanh"]}))
    >>> pool = PolicyPool.of(table)
    >>> memory = Memory(pool, n_hidden=4, seed=0)
    >>> first, second = (pool.features @ memory.query(memory.begin(1)).detach().numpy()[0])
    >>> bool(first > second)
    True
    """

    def __init__(self, pool: PolicyPool, n_hidden: int, seed: int) -> None:
        torch = require("torch", extra="torch")
        rng = np.random.default_rng(seed)
        n_features = pool.features.shape[1]
        self.cell = torch.nn.GRUCell(n_features + _N_SEEN, n_hidden, dtype=torch.float64)
        reach = n_hidden**-0.5
        with torch.no_grad():
            for one in self.cell.parameters():
                one.copy_(torch.as_tensor(rng.uniform(-reach, reach, tuple(one.shape))))
        known = np.isfinite(pool.advantages)
        mean = np.where(known, pool.advantages, 0.0).sum(axis=0) / np.maximum(known.sum(0), 1)
        gram = pool.features.T @ pool.features / len(mean) + _RIDGE * np.eye(n_features)
        expected = np.linalg.solve(gram, pool.features.T @ mean / len(mean))
        self.base = torch.tensor(_SHARPNESS * expected, requires_grad=True)
        self.head = torch.zeros(n_hidden, n_features, dtype=torch.float64, requires_grad=True)
        self.bonus = torch.tensor(_BONUS, dtype=torch.float64, requires_grad=True)
        """Added to the logit of what the fixed portfolio names next."""

        self.first = torch.zeros(1, n_hidden, dtype=torch.float64, requires_grad=True)

    def parameters(self) -> list[Any]:
        """Tensors that training moves."""
        return [self.base, self.head, self.bonus, self.first, *self.cell.parameters()]

    def begin(self, n: int) -> Any:
        """Empty memories, shape (n, n_hidden)."""
        return self.first.expand(n, -1)

    def query(self, state: Any) -> Any:
        """q of each memory, shape (n, n_features)."""
        return self.base + state @ self.head

    def read(self, state: Any, rows: Array, seen: Array) -> Any:
        """Memories after one more result each, shape (n, n_hidden).

        Parameters
        ----------
        state : tensor, shape (n, n_hidden)
        rows : ndarray, shape (n, n_features)
            Of the architectures.
        seen : ndarray, shape (n, 3)
            See :func:`observation`.
        """
        torch = require("torch", extra="torch")
        return self.cell(torch.as_tensor(np.hstack([rows, seen])), state)


def observation(pool: PolicyPool, told: Sequence[tuple[Places, Array]]) -> Array:
    """How the last results of several searches were, shape (n, 3).

    Than is usual, beyond how those before were; against the best before, in usual
    deviations; and what share of ten evaluations is done. Bounded, so that a wild score
    does not blind the memory.

    Parameters
    ----------
    pool : PolicyPool
    told : sequence of (ndarray of int, ndarray), shape (n,) each
        Places and scores of each evaluation, the last one last.
    """
    scores = np.stack([score for _, score in told])
    beyond = scores - pool.usual[np.stack([places for places, _ in told])]
    if len(told) == 1:
        return np.column_stack([np.zeros((scores.shape[1], 2)), np.full(scores.shape[1], 0.1)])
    fresh = (beyond[-1] - beyond[:-1].mean(axis=0)) / pool.spread
    gain = (scores[-1] - scores[:-1].max(axis=0)) / pool.spread
    done = np.full(len(fresh), min(len(told), 20) / 10)
    return np.column_stack([np.clip(fresh, -3, 3), np.clip(gain, -3, 3), done])
