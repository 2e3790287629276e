"""A tree of prefixes over the architectures that are left, and one walk down it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from warmstart.architectures.trees.linear_value import LinearValue

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(slots=True, eq=False)
class Node:
    """A prefix: those architectures, in sorted order, that begin with it."""

    first: int
    last: int
    depth: int
    """How many places are chosen."""

    previous: int
    """The last choice."""

    options: npt.NDArray[np.intp]
    """Of the next place, those that lead to something left."""

    gains: Array
    """What each option adds by itself."""

    chances: Array
    """The policy's, one an option."""

    rest: float
    """What the open places may still add."""

    visits: Array
    totals: Array
    """Sum of what walks over each option were worth."""


class PrefixValue(Protocol):
    """Leads walks: a policy and a value of prefixes."""

    def judge(
        self, first: int, last: int, depth: int, previous: int, options: Codes
    ) -> tuple[Array, Array, float]:
        """Gains and chances of a prefix's options, and what may still be added.

        Parameters
        ----------
        first, last : int
            Bounds of the architectures that begin with it.
        depth : int
            How many places are chosen.
        previous : int
            The last choice.
        options : ndarray of int, shape (n_options,)
            Of the next place; none where the prefix is whole.

        Returns
        -------
        gains, chances : ndarray, shape (n_options,)
        rest : float
        """
        ...


class ByChoices:
    """What choices are worth adds up: the policy's mean of the next, the best of each later.

    Parameters
    ----------
    value : LinearValue
    n_places : int
    """

    def __init__(self, value: LinearValue, n_places: int) -> None:
        self._value, self._n_places = value, n_places

    def judge(
        self,
        first: int,  # noqa: ARG002
        last: int,  # noqa: ARG002
        depth: int,
        previous: int,
        options: Codes,
    ) -> tuple[Array, Array, float]:
        """See :class:`PrefixValue`.

        Parameters
        ----------
        first, last, depth, previous : int
        options : ndarray of int, shape (n_options,)
        """
        if depth == self._n_places:
            return np.zeros(0), np.zeros(0), 0.0
        gains = self._value.gains(depth, previous)[options]
        raised = np.exp(gains - gains.max())
        chances = raised / raised.sum()
        later = range(depth + 1, self._n_places)
        return gains, chances, float(chances @ gains) + sum(map(self._value.most, later))


class ByCompletions:
    """A prefix is worth what its completions are, each as likely as it is promising.

    Parameters
    ----------
    codes : ndarray of int, shape (n_architectures, n_places)
        In lexicographic order.
    gone : ndarray of bool, shape (n_architectures,)
    worth : ndarray, shape (n_architectures,)
        Of whole architectures.
    sharpness : float
        Of the chances, in standard deviations of the worth.
    """

    def __init__(
        self, codes: Codes, gone: npt.NDArray[np.bool_], worth: Array, sharpness: float = 4.0
    ) -> None:
        spread = float(worth[~gone].std()) or 1.0
        self._codes = codes
        self._worth = (worth - worth[~gone].max()) / spread
        self._mass = np.where(gone, 0.0, np.exp(np.maximum(sharpness * self._worth, -600.0)))

    def judge(
        self,
        first: int,
        last: int,
        depth: int,
        previous: int,  # noqa: ARG002
        options: Codes,
    ) -> tuple[Array, Array, float]:
        """See :class:`PrefixValue`.

        Parameters
        ----------
        first, last, depth, previous : int
        options : ndarray of int, shape (n_options,)
        """
        mass = self._mass[first:last]
        rest = float(mass @ self._worth[first:last] / mass.sum())
        if not len(options):
            return np.zeros(0), np.zeros(0), rest
        shares = np.bincount(self._codes[first:last, depth], weights=mass)[options]
        return np.zeros(len(options)), shares / shares.sum(), rest


class PrefixTree:
    """Walks over one state of knowledge: which are gone, and what choices are worth.

    Parameters
    ----------
    codes : ndarray of int, shape (n_architectures, n_places)
        In lexicographic order, so that the architectures of a prefix are neighbours.
    gone : ndarray of bool, shape (n_architectures,)
    value : PrefixValue
    exploration : float
        Weight of the policy's chances against what walks were worth.
    """

    def __init__(
        self,
        codes: npt.NDArray[np.intp],
        gone: npt.NDArray[np.bool_],
        value: PrefixValue,
        exploration: float,
    ) -> None:
        self._codes, self._gone = codes, gone
        self._value, self._c = value, exploration
        self._nodes: dict[tuple[int, int, int], Node] = {}
        self._root = self._node(0, len(codes), 0, 0)

    def walk(self, rng: np.random.Generator) -> None:
        """Down to a prefix never visited, and what it is worth back up."""
        node, worth = self._root, 0.0
        path: list[tuple[Node, int]] = []
        while node.depth < self._codes.shape[1]:
            option = self._next(node, rng)
            worth += float(node.gains[option])
            path.append((node, option))
            fresh = node.visits[option] == 0
            node = self._child(node, option)
            if fresh:
                break
        worth += node.rest
        for one, option in path:
            one.visits[option] += 1.0
            one.totals[option] += worth

    def most_visited(self) -> int:
        """Place of the architecture that most walks went to; of equals the likeliest."""
        node = self._root
        while node.depth < self._codes.shape[1]:
            node = self._child(node, int(np.lexsort((node.chances, node.visits))[-1]))
        left = np.flatnonzero(~self._gone[node.first : node.last])
        return node.first + int(left[0])

    def _next(self, node: Node, rng: np.random.Generator) -> int:
        """The option of the highest upper bound."""
        means = node.totals / np.maximum(node.visits, 1.0)
        # What was never visited is worth what the others are on average.
        known = node.visits > 0
        means[~known] = means[known].mean() if known.any() else 0.0
        bonus = node.chances * math.sqrt(node.visits.sum() + 1.0) / (1.0 + node.visits)
        return int((means + self._c * bonus + 1e-9 * rng.random(len(means))).argmax())

    def _child(self, node: Node, option: int) -> Node:
        chosen = int(node.options[option])
        column = self._codes[node.first : node.last, node.depth]
        first = node.first + int(np.searchsorted(column, chosen, side="left"))
        last = node.first + int(np.searchsorted(column, chosen, side="right"))
        return self._node(first, last, node.depth + 1, chosen)

    def _node(self, first: int, last: int, depth: int, previous: int) -> Node:
        key = first, last, depth
        if key not in self._nodes:
            options = np.zeros(0, dtype=np.intp)
            if depth < self._codes.shape[1]:
                column = self._codes[first:last, depth]
                options = np.unique(column[~self._gone[first:last]]).astype(np.intp)
            gains, chances, rest = self._value.judge(first, last, depth, previous, options)
            visits, totals = np.zeros(len(options)), np.zeros(len(options))
            self._nodes[key] = Node(
                first, last, depth, previous, options, gains, chances, rest, visits, totals
            )
        return self._nodes[key]
