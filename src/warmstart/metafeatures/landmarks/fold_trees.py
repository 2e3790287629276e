"""Trees grown once a fold, from which smaller ones are read: cut at a depth, or pruned.

Growing a tree takes most of what a landmarker costs; a tree of depth 2, and one pruned by its
cost, are parts of the full one.

References
----------
.. [1] Breiman, Friedman, Olshen, Stone. "Classification and Regression Trees." 1984
   (minimal cost-complexity pruning).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart.metafeatures.landmarks.sample import LANDMARK_FOLDS, LandmarkSample
from warmstart.metafeatures.scaling import Floats, Integers


@dataclass(frozen=True, slots=True)
class FoldTree:
    """A fitted tree, and the leaf that each held-out row comes to."""

    held_out: Integers
    """Positions of the rows it did not see."""

    leaf: Integers
    """Node of each of those."""

    chances: Floats
    """Of each node and class, shape (n_nodes, n_classes)."""

    parent: Integers
    """Of each node; the root is its own."""

    levels: tuple[Integers, ...]
    """Nodes by their depth."""

    risk: Floats
    """Impurity of each node times its share of the rows."""

    is_leaf: np.ndarray[Any, np.dtype[np.bool_]]

    def cut(self, depth: int) -> Floats:
        """Chances of each held-out row's classes, where no path is longer than `depth`."""
        stop = np.arange(len(self.parent))
        for level in self.levels[depth + 1 :]:
            stop[level] = stop[self.parent[level]]
        found: Floats = self.chances[stop[self.leaf]]
        return found

    def pruned(self, alpha: float) -> Floats:
        """The same, of the subtree of least risk if each leaf costs `alpha`; of several, the
        smallest."""
        cost = self.risk + alpha
        below = np.zeros(len(cost))
        inner = ~self.is_leaf
        for level in reversed(self.levels):
            split = level[inner[level]]
            cost[split] = np.minimum(cost[split], below[split])
            np.add.at(below, self.parent[level[level > 0]], cost[level[level > 0]])
        ends = inner & (self.risk + alpha <= below)
        stop = np.arange(len(cost))
        for level in self.levels[1:]:
            above = stop[self.parent[level]]
            ended = ends[above] | (above != self.parent[level])
            stop[level[ended]] = above[ended]
        found: Floats = self.chances[stop[self.leaf]]
        return found


def fold_trees(sample: LandmarkSample, seed: int, **options: Any) -> list[FoldTree]:
    """One tree of scikit-learn a fold that has rows to learn from and rows to hold out.

    Parameters
    ----------
    sample : LandmarkSample
    seed : int
    **options
        Of ``DecisionTreeClassifier``.
    """
    from sklearn.tree import DecisionTreeClassifier

    found = []
    # What the trees would check and convert, once for all folds.
    X = sample.X.astype(np.float32)
    for k in range(LANDMARK_FOLDS):
        held_out = np.flatnonzero(sample.fold == k)
        train = sample.fold != k
        if not len(held_out) or not train.any():
            continue
        with warnings.catch_warnings():
            # Classes with one member each look like a regression target to it.
            warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
            fitted = DecisionTreeClassifier(random_state=seed, **options)
            fitted.fit(X[train], sample.y[train], check_input=False)
        leaf = fitted.apply(X[held_out], check_input=False)
        found.append(_read(fitted, leaf, held_out, sample.n_classes))
    return found


def _read(fitted: Any, leaf: Integers, held_out: Integers, n_classes: int) -> FoldTree:
    inner = fitted.tree_
    n_nodes = inner.node_count
    parent = np.zeros(n_nodes, dtype=np.int64)
    levels = [np.array([0])]
    while len(levels[-1]):
        above = levels[-1][inner.feature[levels[-1]] >= 0]
        children = np.concatenate([inner.children_left[above], inner.children_right[above]])
        parent[children] = np.tile(above, 2)
        levels.append(children)
    chances = np.zeros((n_nodes, n_classes))
    value = inner.value[:, 0, :]
    chances[:, fitted.classes_.astype(np.int64)] = value / value.sum(axis=1, keepdims=True)
    return FoldTree(
        held_out=held_out,
        leaf=leaf,
        chances=chances,
        parent=parent,
        levels=tuple(levels[:-1]),
        risk=inner.impurity * inner.weighted_n_node_samples / inner.weighted_n_node_samples[0],
        is_leaf=inner.feature < 0,
    )
