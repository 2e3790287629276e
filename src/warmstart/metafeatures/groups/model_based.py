"""The shape of one full decision tree.

Rows are a sample of at most 1,500; columns are in an order that does not depend on that of the
table, so that ties fall alike.

References
----------
.. [1] Bensusan, Giraud-Carrier, Kennedy. "A higher-order approach to meta-learning." 2000.
.. [2] Peng, Flach, Soares, Brazdil. "Improved Dataset Characterisation for Meta-learning."
   DS 2002.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.pairs.neighbourhood import stratified
from warmstart.metafeatures.planning.order import cells, in_order, targets
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

GROUP = "model-based"
ABOUT = "shape of a full decision tree"
TREE_ROWS = 1_500

_SHARE = (0.0, 1.0)
_POSITIVE = (0.0, math.inf)


@dataclass(frozen=True, slots=True)
class Tree:
    """What is asked of a fitted tree."""

    depth: Integers
    """Of each node; the root's is 0."""

    is_leaf: Any
    feature: Integers
    rows: Integers
    majority: Integers
    """Most frequent class of each node; 0 for regression."""

    importances: Floats
    n_columns: int

    @property
    def n_leaves(self) -> int:
        return int(self.is_leaf.sum())

    @property
    def n_splits(self) -> int:
        return len(self.is_leaf) - self.n_leaves


def read_tree(fitted: Any, *, classify: bool) -> Tree:
    """A tree of scikit-learn as arrays."""
    inner = fitted.tree_
    depth = np.zeros(inner.node_count, dtype=np.int64)
    level = np.array([0])
    while len(level):
        children = np.concatenate([inner.children_left[level], inner.children_right[level]])
        below = np.tile(depth[level] + 1, 2)
        there = children >= 0
        level = children[there]
        depth[level] = below[there]
    majority = inner.value[:, 0, :].argmax(axis=1) if classify else np.zeros(len(depth))
    return Tree(
        depth=depth,
        is_leaf=inner.feature < 0,
        feature=inner.feature,
        rows=inner.n_node_samples,
        majority=majority.astype(np.int64),
        importances=fitted.feature_importances_,
        n_columns=inner.n_features,
    )


def tree(prepared: Prepared) -> Tree:
    """A full tree on the encoded columns."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    ordered = prepared.once(in_order)
    if prepared.is_classification:
        kept = stratified(ordered.codes, TREE_ROWS, prepared.rng("tree rows"))
        y: Any = ordered.codes[kept]
        learner = DecisionTreeClassifier(random_state=prepared.random_state)
    else:
        drawn = prepared.rng("tree rows").permutation(len(ordered.rows))
        kept = np.sort(drawn[:TREE_ROWS])
        y = targets(prepared, ordered.rows[kept])
        learner = DecisionTreeRegressor(random_state=prepared.random_state)
    X = cells(prepared, ordered.rows[kept])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        return read_tree(learner.fit(X, y), classify=prepared.is_classification)


def _depths(prepared: Prepared) -> Floats:
    return prepared.once(tree).depth.astype(np.float64)


def _leaf_depths(prepared: Prepared) -> Floats:
    found = prepared.once(tree)
    depths: Floats = found.depth[found.is_leaf].astype(np.float64)
    return depths


def _arrival(prepared: Prepared) -> Floats:
    """Chance of a random walk to end in each leaf."""
    return 2.0 ** -_leaf_depths(prepared)


def _shape(prepared: Prepared) -> Floats:
    chance = _arrival(prepared)
    return -chance * np.log2(chance)


def _homogeneity(prepared: Prepared) -> Floats:
    shape = _shape(prepared)
    # A tree of one leaf has a shape of 0.
    return prepared.once(tree).n_leaves / np.where(shape > 0, shape, np.nan)


def _imbalance(prepared: Prepared) -> Floats:
    chance, counts = np.unique(_arrival(prepared), return_counts=True)
    share = 2.0 ** -(chance * counts)
    return -share * np.log2(share)


def _corroboration(prepared: Prepared) -> Floats:
    found = prepared.once(tree)
    shares: Floats = found.rows[found.is_leaf] / found.rows[0]
    return shares


def _per_class(prepared: Prepared) -> Floats:
    found = prepared.once(tree)
    counts = np.bincount(found.majority[found.is_leaf])
    shares: Floats = counts[counts > 0] / found.n_leaves
    return shares


def _per_level(prepared: Prepared) -> Floats:
    found = prepared.once(tree)
    return np.bincount(found.depth[~found.is_leaf]).astype(np.float64)


def _repeated(prepared: Prepared) -> Floats:
    found = prepared.once(tree)
    counts = np.bincount(found.feature[~found.is_leaf])
    return counts[counts > 0].astype(np.float64)


def _one(
    name: str, formula: Callable[[Prepared], float], description: str, unit: str = ""
) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description, unit=unit,
        limits=_POSITIVE, source="peng",
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    _one("TreeLeaves", lambda p: float(p.once(tree).n_leaves), "Leaves.", "leaves"),
    _one("TreeSplits", lambda p: float(p.once(tree).n_splits), "Splits.", "splits"),
    _one("TreeSplitsPerColumn", lambda p: p.once(tree).n_splits / p.once(tree).n_columns,
         "Splits for each column."),
    _one("TreeSplitsPerRow", lambda p: p.once(tree).n_splits / int(p.once(tree).rows[0]),
         "Splits for each row."),
    *summarised("TreeDepth", GROUP, _depths, "depths of nodes",
                limits=_POSITIVE, source="peng"),
    *summarised("TreeLeafDepth", GROUP, _leaf_depths, "depths of leaves", limits=_POSITIVE,
                source="peng"),
    *summarised("TreeLeafCorroboration", GROUP, _corroboration, "shares of rows in a leaf",
                limits=_SHARE, source="peng"),
    *summarised("TreeShape", GROUP, _shape, "-p log2 p of a random walk's arrival at a leaf",
                limits=_POSITIVE, source="peng"),
    *summarised("TreeHomogeneity", GROUP, _homogeneity, "leaves over the shape of a leaf",
                limits=_POSITIVE, source="peng"),
    *summarised("TreeImbalance", GROUP, _imbalance, "how unlike the depths of leaves are",
                limits=_POSITIVE, source="peng"),
    *summarised("TreeLeavesPerClass", GROUP, _per_class, "shares of leaves of a class",
                limits=_SHARE, source="peng", task_types=CLASSIFICATION),
    *summarised("TreeSplitsPerLevel", GROUP, _per_level, "splits of a level", limits=_POSITIVE,
                source="peng"),
    *summarised("TreeSplitsOfColumn", GROUP, _repeated, "splits of a column that has some",
                limits=_POSITIVE, source="peng"),
    *summarised("TreeImportance", GROUP, lambda p: p.once(tree).importances,
                "importances of columns", limits=_SHARE, source="peng"),
)  # fmt: skip

LOOKS_AT = (TREE_ROWS, None)

FORMULAS = {
    "TreeLeaves": "L, leaves of a full CART", "TreeSplits": "S, its inner nodes",
    "TreeSplitsPerColumn": "S / columns of E", "TreeSplitsPerRow": "S / n",
    "TreeDepth*": "d_t over nodes t, the root's is 0", "TreeLeafDepth*": "d_t over leaves t",
    "TreeLeafCorroboration*": "n_t / n over leaves t",
    "TreeShape*": "-a_t log2 a_t over leaves t, a_t = 2^(-d_t)",
    "TreeHomogeneity*": "L / (-a_t log2 a_t) over leaves t",
    "TreeImbalance*": "-b log2 b over depths d of leaves, b = 2^(-#leaves 2^-d)",
    "TreeLeavesPerClass*": "#leaves of class k / L over classes k",
    "TreeSplitsPerLevel*": "#splits of depth d over d",
    "TreeSplitsOfColumn*": "#splits on column j over j with one",
    "TreeImportance*": "total decrease of Gini impurity by column j, shares, over j",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-2 + 4e-6 * min(size.rows, TREE_ROWS) * size.columns
