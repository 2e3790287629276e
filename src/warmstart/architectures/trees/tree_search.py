"""Monte Carlo tree search over choices, led by a policy and a value from other datasets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.encoding import Choices
from warmstart.architectures.task_state import BatchState
from warmstart.architectures.trees.linear_value import LedByValue, LinearValue
from warmstart.architectures.trees.prefix_tree import PrefixTree
from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]

_FEWEST = 2
"""Scores before they move the value."""


@dataclass(slots=True)
class TreeSearch(LedByValue):
    r"""One choice after the other: down a tree of prefixes, by value and by visits.

    .. math:: a^* = \arg\max_a Q(s, a) + c\, P(s, a) \frac{\sqrt{N(s)}}{1 + N(s, a)}

    P is the policy's softmax over what a choice and its neighbour are worth; a leaf that is
    no whole architecture counts what its value expects. Both are linear in the choices and in
    neighbouring pairs (a bigram model of a pipeline's steps), learnt from the known datasets
    and moved by every score told. Cold, all choices begin alike.

    Parameters
    ----------
    exploration : float
        c.
    n_simulations : int
        Walks down the tree for each architecture that is named.
    warm : bool

    References
    ----------
    .. [1] Silver et al. "Mastering the Game of Go without Human Knowledge." Nature 550, 2017.
    .. [2] Drori et al. "AlphaD3M: Machine Learning Pipeline Synthesis." AutoML workshop at
       ICML 2018, arXiv:2111.02508.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "skip", "skip"], "act": ["relu", "tanh"] * 2}))
    >>> TreeSearch().fit(table).start().batch(2)
    [0, 1]
    """

    exploration: float = 0.5
    n_simulations: int = 100

    def __post_init__(self) -> None:
        if self.exploration < 0:
            raise ArgumentError(f"exploration must not be negative, got {self.exploration}")
        if self.n_simulations < 1:
            raise ArgumentError(f"n_simulations must be at least 1, got {self.n_simulations}")

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TreeState:  # noqa: ARG002
        """Begin a dataset with a tree of its own."""
        choices, value = self._begun()
        return TreeState(self, choices, value, int(self.rng_.integers(2**31)))


class TreeState(BatchState):
    """The tree of one dataset."""

    def __init__(
        self, model: TreeSearch, choices: Choices, value: LinearValue, seed: int
    ) -> None:
        self._codes, self._value, self._seed = choices.codes, value, seed
        self._c, self._n = model.exploration, model.n_simulations
        # In lexicographic order the architectures of a prefix are neighbours.
        self._order = np.lexsort(self._codes.T[::-1])
        self._sorted = self._codes[self._order]
        self._gone = np.zeros(len(self._codes), dtype=bool)
        self._scored: list[tuple[int, float]] = []
        self._n_observed = 0

    def batch(self, n: int) -> list[int]:
        """Several, each as if those before were taken."""
        rng = np.random.default_rng((self._seed, self._n_observed))
        gone = self._gone[self._order].copy()
        named: list[int] = []
        while len(named) < n and not gone.all():
            tree = PrefixTree(self._sorted, gone, self._value, self._c)
            for _ in range(self._n):
                tree.walk(rng)
            place = tree.most_visited()
            gone[place] = True
            named.append(int(self._order[place]))
        return named

    def tell(self, index: int, score: float) -> None:
        """Move policy and value; NaN says that it cannot be had.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better; NaN where there is none.
        """
        self._gone[index] = True
        self._n_observed += 1
        if np.isfinite(score):
            self._scored.append((int(index), float(score)))
        if len(self._scored) >= _FEWEST:
            rows = self._codes[[k for k, _ in self._scored]]
            self._value.observe(rows, [score for _, score in self._scored])
