"""A random forest over tasks, as weights on the training tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class ForestWeights:
    """Which training tasks share a leaf with a query, averaged over trees.

    A regression forest predicts the mean of the training targets in the leaf a query
    falls into; kept as weights on the training tasks it takes little room, needs no
    scikit-learn to answer, and says which tasks an answer came from.

    Trees lie end to end in flat arrays; a leaf has ``feature`` -1.

    References
    ----------
    .. [1] Breiman. "Random Forests." Machine Learning 45, 2001.
    .. [2] Meinshausen. "Quantile Regression Forests." JMLR 7, 2006 (forests as weights).
    """

    roots: Integers
    """Index of each tree's first node, shape (n_trees,)."""

    feature: Integers
    threshold: Array
    left: Integers
    right: Integers
    """Nodes of all trees, shape (n_nodes,); children are global indices."""

    leaves: Integers
    """Leaf each training task falls into, shape (n_trees, n_tasks)."""

    counts: Integers
    """Times a task was drawn for a tree, shape (n_trees, n_tasks)."""

    @classmethod
    def fit(
        cls,
        points: Array,
        targets: Array,
        families: npt.NDArray[Any] | None = None,
        *,
        n_trees: int = 200,
        max_features: float = 0.5,
        random_state: int = 0,
    ) -> ForestWeights:
        """Grow bagged regression trees, each to the last task.

        Parameters
        ----------
        points : ndarray, shape (n_tasks, n_features)
        targets : ndarray, shape (n_tasks, n_targets)
        families : ndarray, shape (n_tasks,), optional
            Tasks of one family are drawn together; by default each is its own.
        """
        from sklearn import config_context
        from sklearn.tree import DecisionTreeRegressor
        from sklearn.utils import check_array

        rng = np.random.default_rng(random_state)
        n_tasks = len(points)
        family = (
            np.arange(n_tasks)
            if families is None
            else np.unique(families, return_inverse=True)[1]
        )
        n_families = int(family.max()) + 1
        # What the trees split on; where no feature varies, one that never splits.
        single = points if points.shape[1] else np.zeros((n_tasks, 1))
        single = check_array(single, dtype="float32", order="C")
        goals = check_array(targets, dtype="float64", order="C")
        roots, offset = [], 0
        parts: dict[str, list[Any]] = {k: [] for k in ("feature", "threshold", "left", "right")}
        leaves, counts = [], []
        for _ in range(n_trees):
            drawn = rng.integers(n_families, size=n_families)
            count = np.bincount(drawn, minlength=n_families)[family]
            tree = DecisionTreeRegressor(
                max_features=max_features, random_state=int(rng.integers(2**31))
            )
            # Checked once above, not for each tree: that takes as long as growing it.
            with config_context(skip_parameter_validation=True):
                seen = np.flatnonzero(count)
                weights = count[seen].astype("float64")
                tree.fit(single[seen], goals[seen], sample_weight=weights, check_input=False)
            nodes = tree.tree_
            is_leaf = nodes.children_left < 0
            roots.append(offset)
            parts["feature"].append(np.where(is_leaf, -1, nodes.feature))
            parts["threshold"].append(nodes.threshold)
            parts["left"].append(nodes.children_left + offset)
            parts["right"].append(nodes.children_right + offset)
            leaves.append(nodes.apply(single) + offset)
            counts.append(count)
            offset += nodes.node_count
        joined = {name: np.concatenate(part) for name, part in parts.items()}
        return cls(
            np.asarray(roots, dtype="int32"),
            joined["feature"].astype("int32"),
            joined["threshold"].astype("float64"),
            joined["left"].astype("int32"),
            joined["right"].astype("int32"),
            np.asarray(leaves, dtype="int32"),
            np.asarray(counts, dtype="int32"),
        )

    def out_of_bag(self, targets: Array) -> Array:
        """Predictions of the training tasks by the trees that were grown without them.

        Parameters
        ----------
        targets : ndarray, shape (n_tasks, n_targets)
            What leaves average; centred, since a task in every bag is predicted as zero.

        Returns
        -------
        ndarray, shape (n_tasks, n_targets)

        References
        ----------
        .. [1] Breiman. "Out-of-Bag Estimation." 1996.
        """
        from scipy.sparse import csr_array

        n_trees, n_tasks = self.leaves.shape
        trees, tasks = np.nonzero(self.counts)
        drawn = self.leaves[trees, tasks], self.counts[trees, tasks].astype("float64")
        n_nodes = len(self.feature)
        size = np.bincount(drawn[0], drawn[1], minlength=n_nodes)
        shape = n_nodes, n_tasks
        means = csr_array((drawn[1] / size[drawn[0]], (drawn[0], tasks)), shape=shape) @ targets
        trees, tasks = np.nonzero(self.counts == 0)
        ones = np.ones(len(trees))
        into = csr_array((ones, (tasks, self.leaves[trees, tasks])), shape=shape[::-1])
        times = np.maximum(n_trees - np.count_nonzero(self.counts, axis=0), 1)
        result: Array = (into @ means) / times[:, None]
        return result

    def weights(self, queries: Array) -> Array:
        """Weights on the training tasks, shape (n, n_tasks); every row sums to one."""
        single = queries.astype("float32").astype("float64")
        result = np.zeros((len(queries), self.leaves.shape[1]))
        for row, query in enumerate(single):
            node = self.roots.copy()
            while True:
                feature = self.feature[node]
                inner = feature >= 0
                if not inner.any():
                    break
                goes_left = query[np.maximum(feature, 0)] <= self.threshold[node]
                child = np.where(goes_left, self.left[node], self.right[node])
                node = np.where(inner, child, node)
            mates = (self.leaves == node[:, None]) * self.counts
            result[row] = (mates / mates.sum(axis=1, keepdims=True)).mean(axis=0)
        return result
