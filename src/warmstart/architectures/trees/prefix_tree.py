"""A tree of prefixes over the architectures that are left, and one walk down it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.architectures.trees.linear_value import LinearValue

Array = npt.NDArray[np.float64]


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

    chances: Array
    """The policy's, one an option."""

    visits: Array
    totals: Array
    """Sum of what walks over each option were worth."""


class PrefixTree:
    """Walks over one state of knowledge: which are gone, and what choices are worth.

    Parameters
    ----------
    codes : ndarray of int, shape (n_architectures, n_places)
        In lexicographic order, so that the architectures of a prefix are neighbours.
    gone : ndarray of bool, shape (n_architectures,)
    value : LinearValue
    exploration : float
        Weight of the policy's chances against what walks were worth.
    """

    def __init__(
        self,
        codes: npt.NDArray[np.intp],
        gone: npt.NDArray[np.bool_],
        value: LinearValue,
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
            worth += float(self._value.gains(node.depth, node.previous)[node.options[option]])
            path.append((node, option))
            fresh = node.visits[option] == 0
            node = self._child(node, option)
            if fresh:
                worth += self._rest(node)
                break
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

    def _rest(self, node: Node) -> float:
        """What the open places may still add: the policy's mean, then the best of each."""
        if node.depth == self._codes.shape[1]:
            return 0.0
        gains = self._value.gains(node.depth, node.previous)[node.options]
        later = range(node.depth + 1, self._codes.shape[1])
        return float(node.chances @ gains) + sum(self._value.most(depth) for depth in later)

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
            chances = np.zeros(0)
            if depth < self._codes.shape[1]:
                column = self._codes[first:last, depth]
                options = np.unique(column[~self._gone[first:last]]).astype(np.intp)
                gains = self._value.gains(depth, previous)[options]
                raised = np.exp(gains - gains.max())
                chances = raised / raised.sum()
            zeros = np.zeros(len(options))
            self._nodes[key] = Node(
                first, last, depth, previous, options, chances, zeros, zeros.copy()
            )
        return self._nodes[key]
