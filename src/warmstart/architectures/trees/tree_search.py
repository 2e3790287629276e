"""Monte Carlo tree search over choices, led by a policy and a value from other datasets."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.encoding import Choices
from warmstart.architectures.task_state import BatchState
from warmstart.architectures.trees.linear_value import LedByValue, LinearValue
from warmstart.architectures.trees.prefix_tree import (
    ByChoices,
    ByCompletions,
    PrefixTree,
    PrefixValue,
)
from warmstart.architectures.trees.sequence_value import SequenceValue
from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.metadataset.core.score_table import ScoreTable

Array = npt.NDArray[np.float64]


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
    sequence : bool
        Whether places are steps of one sequence, as of a pipeline: a step is then worth the
        same wherever it stands, and what leads the walks is what is hoped of the sequences
        that begin alike (:class:`~warmstart.architectures.trees.sequence_value.SequenceValue`).
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
    sequence: bool = False
    steps_: SequenceValue | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.exploration < 0:
            raise ArgumentError(f"exploration must not be negative, got {self.exploration}")
        if self.n_simulations < 1:
            raise ArgumentError(f"n_simulations must be at least 1, got {self.n_simulations}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Learn what the best had in common; a cold search takes only the choices.

        Parameters
        ----------
        table : ScoreTable
            Scores of known datasets, (n_tasks, n_architectures).
        random_state : int
        """
        LedByValue.fit(self, table, random_state=random_state)
        assert self.choices_ is not None  # it was fitted just now
        self.steps_ = SequenceValue(self.choices_, self.scores_) if self.sequence else None
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TreeState:  # noqa: ARG002
        """Begin a dataset with a tree of its own."""
        value: LinearValue | SequenceValue
        if self.steps_ is not None and self.choices_ is not None:
            choices, value = self.choices_, copy.copy(self.steps_)
        else:
            choices, value = self._begun()
        return TreeState(self, choices, value, int(self.rng_.integers(2**31)))


class TreeState(BatchState):
    """The tree of one dataset."""

    def __init__(
        self,
        model: TreeSearch,
        choices: Choices,
        value: LinearValue | SequenceValue,
        seed: int,
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
            tree = PrefixTree(self._sorted, gone, self._leader(gone), self._c)
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
        if not np.isfinite(score):
            return
        self._scored.append((int(index), float(score)))
        if len(self._scored) >= self._value.n_fewest:
            places, scores = zip(*self._scored, strict=True)
            self._value.observe(places, scores)

    def _leader(self, gone: npt.NDArray[np.bool_]) -> PrefixValue:
        if isinstance(self._value, SequenceValue):
            return ByCompletions(self._sorted, gone, self._value.worth()[self._order])
        return ByChoices(self._value, self._sorted.shape[1])
