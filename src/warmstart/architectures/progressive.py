"""Progressive search: simple architectures first, then larger ones grown from the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.architectures.encoding import NONE, Choices
from warmstart.architectures.task_state import BatchState
from warmstart.architectures.trees.linear_value import LedByValue, LinearValue
from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]

_FEWEST = 2
"""Scores before the surrogate is moved by them."""


@dataclass(slots=True)
class ProgressiveSearch(LedByValue):
    """Levels by how many places hold anything; the best of one level are grown into the next.

    Of each level `beam` architectures are evaluated, those that differ from one of the best of
    the level before in one place more and that the surrogate expects most of. After the last
    level the surrogate ranks all that is left. It is linear in choices and neighbouring pairs
    (:class:`~warmstart.architectures.trees.linear_value.LinearValue`): cold, it begins from
    nothing at the simplest; warm, from what the best of other datasets had, and at the level
    of the one it expects most of, for there is nothing to be learnt below.

    Parameters
    ----------
    beam : int
        Architectures of each level.
    empty : str
        The choice that is no choice.
    warm : bool

    References
    ----------
    .. [1] Liu et al. "Progressive Neural Architecture Search." ECCV 2018.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1, 0.2]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abcd")), families=np.arange(1),
    ...     configurations=pd.DataFrame(
    ...         {"edge": ["conv", "conv", "none", "none"], "more": ["conv", "none"] * 2}))
    >>> ProgressiveSearch(warm=False, beam=1).fit(table).start().next()
    3
    """

    beam: int = 5
    empty: str = NONE

    def __post_init__(self) -> None:
        if self.beam < 1:
            raise ArgumentError(f"beam must be at least 1, got {self.beam}")

    def start(self, metafeatures: pd.Series[Any] | None = None) -> ProgressiveState:  # noqa: ARG002
        """Begin a dataset at its first level."""
        choices, value = self._begun()
        return ProgressiveState(self, choices, value, self.rng_)


class ProgressiveState(BatchState):
    """Where the search of one dataset has come to."""

    def __init__(
        self,
        model: ProgressiveSearch,
        choices: Choices,
        value: LinearValue,
        rng: np.random.Generator,
    ) -> None:
        self._codes, self._value, self._beam = choices.codes, value, model.beam
        self._levels = levels(choices, model.empty)
        self._columns = value.columns(self._codes)
        # Equals are told apart at random, the same all along.
        self._luck = 1e-9 * rng.random(len(self._codes))
        self._gone = np.zeros(len(self._codes), dtype=bool)
        self._scored: dict[int, float] = {}
        self._n_here = 0
        self._level = int(self._levels.min())
        if model.scores_ is not None:
            self._level = int(self._levels[self._expected().argmax()])

    def batch(self, n: int) -> list[int]:
        """This level's first; then what is left, by what is expected of it."""
        expected = self._expected()
        here = self._open() & ~self._gone
        order = np.lexsort((-expected, ~here))
        return [int(k) for k in order if not self._gone[k]][:n]

    def tell(self, index: int, score: float) -> None:
        """Move the surrogate, and on to the next level once this one has its share.

        Parameters
        ----------
        index : int
            Place of the architecture.
        score : float
            Higher is better; NaN where there is none.
        """
        self._gone[index] = True
        if np.isfinite(score):
            self._scored[int(index)] = float(score)
            if len(self._scored) >= _FEWEST:
                self._value.observe(list(self._scored), list(self._scored.values()))
        self._n_here += 1
        done = self._n_here >= self._beam or not (self._open() & ~self._gone).any()
        if done and self._level <= self._levels.max():
            self._level, self._n_here = self._level + 1, 0

    def _expected(self) -> Array:
        weights: Array = self._value.weights[self._columns].sum(axis=1) + self._luck
        return weights

    def _open(self) -> npt.NDArray[np.bool_]:
        """Of this level, what grows from the best of the one before; else all of it."""
        if self._level > self._levels.max():
            return np.ones(len(self._codes), dtype=bool)
        here: npt.NDArray[np.bool_] = self._levels == self._level
        before = [k for k in self._scored if self._levels[k] == self._level - 1]
        best = sorted(before, key=lambda k: -self._scored[k])[: self._beam]
        if best:
            apart = (self._codes[here][:, None] != self._codes[best][None]).sum(axis=2)
            grown = here.copy()
            grown[here] = (apart == 1).any(axis=1)
            if (grown & ~self._gone).any():
                return grown
        return here


def levels(choices: Choices, empty: str = NONE) -> npt.NDArray[np.intp]:
    """How many places of each architecture hold anything, shape (n_architectures,).

    Parameters
    ----------
    choices : Choices
    empty : str
        The choice that is no choice.
    """
    found = np.zeros(len(choices.codes), dtype=np.intp)
    for p, options in enumerate(choices.options):
        nothing = options.index(empty) if empty in options else -1
        found += choices.codes[:, p] != nothing
    return found
