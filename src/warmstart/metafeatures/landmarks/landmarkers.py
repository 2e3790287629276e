"""Landmarkers by error rate, Cohen's kappa and area under the ROC curve, and ranks of them.

OpenML's learners come from Weka; here stand the nearest of scikit-learn: J48 is a tree pruned
at a confidence, here by its cost; REPTree prunes by held-out rows, here by depth. The most and
the least telling column are those of the largest and the least information gain by one split,
as in [2]_; pymfe takes the importances of a full tree. Five stratified folds on at most 1,500
rows and 100 columns, as the default landmarkers.

References
----------
.. [1] Pfahringer, Bensusan, Giraud-Carrier. "Meta-Learning by Landmarking Various Learning
   Algorithms." ICML 2000.
.. [2] Bensusan, Giraud-Carrier. "Discovering task neighbourhoods through landmark learning
   performances." PKDD 2000 (elite nearest neighbour, worst nodes).
.. [3] Fürnkranz, Petrak. "An evaluation of landmarking variants." 2001 (relative landmarks).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, Feature
from warmstart.metafeatures.landmarking import full_trees, held_out_score, stumps
from warmstart.metafeatures.landmarks.fold_trees import FoldTree, fold_trees
from warmstart.metafeatures.landmarks.learners import (
    class_log_densities,
    linear_discriminant,
    nearest_neighbour,
)
from warmstart.metafeatures.landmarks.one_split import one_split, split_gains
from warmstart.metafeatures.landmarks.sample import (
    LANDMARK_SIZE,
    LandmarkSample,
    landmark_sample,
    learners_s,
)
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "landmarkers"
ABOUT = "error, kappa, AUC of fourteen simple learners"

_SHARE = (0.0, 1.0)
Learner = Callable[[Prepared], Floats]
"""To the chances of each row's classes, by a learner that did not see the row; shape
(n_rows, n_classes)."""


def _random_trees(prepared: Prepared) -> list[FoldTree]:
    return fold_trees(
        prepared.once(landmark_sample), prepared.random_state, max_depth=3, max_features="sqrt"
    )


def _by_trees(
    trees: Callable[[Prepared], list[FoldTree]], read: Callable[[FoldTree], Floats]
) -> Learner:
    def chances(prepared: Prepared) -> Floats:
        rows = prepared.once(landmark_sample)
        found = np.zeros((len(rows.y), rows.n_classes))
        for tree in prepared.once(trees):
            found[tree.held_out] = read(tree)
        return found

    return chances


def _one_hot(rows: LandmarkSample, predicted: Floats) -> Floats:
    found: Floats = (predicted[:, None] == np.arange(rows.n_classes)).astype(np.float64)
    return found


def _neighbour(prepared: Prepared) -> Floats:
    rows = prepared.once(landmark_sample)
    return _one_hot(rows, nearest_neighbour(rows))


def _naive_bayes(prepared: Prepared) -> Floats:
    rows = prepared.once(landmark_sample)
    found = np.zeros((len(rows.y), rows.n_classes))
    for k in np.unique(rows.fold):
        held_out = rows.fold == k
        if held_out.all():
            continue
        classes, logs = class_log_densities(
            rows.X[~held_out], rows.y[~held_out], rows.X[held_out]
        )
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        found[np.ix_(held_out, classes.astype(np.int64))] = shares
    return np.nan_to_num(found)


def _gains(prepared: Prepared) -> dict[int, Floats]:
    rows = prepared.once(landmark_sample)
    return split_gains(rows.X, rows.y, rows.n_classes, rows.fold)


def _on_column(telling: bool, inner: Callable[[LandmarkSample, int], Floats]) -> Learner:
    """On the column of the largest or the least gain by one split, in each fold."""

    def chances(prepared: Prepared) -> Floats:
        rows = prepared.once(landmark_sample)
        found = np.zeros((len(rows.y), rows.n_classes))
        for k, gain in prepared.once(_gains).items():
            column = int(gain.argmax() if telling else gain.argmin())
            alone = LandmarkSample(rows.X[:, [column]], rows.y, rows.fold, rows.n_classes)
            found[rows.fold == k] = inner(alone, k)
        return found

    return chances


def _stump_on(rows: LandmarkSample, k: int) -> Floats:
    x, held_out = rows.X[:, 0], rows.fold == k
    split = one_split(x[~held_out], rows.y[~held_out], rows.n_classes)
    return split.chances(x[held_out])


def _neighbour_on(rows: LandmarkSample, k: int) -> Floats:
    x, held_out = rows.X[:, 0], rows.fold == k
    nearest = np.abs(x[held_out, None] - x[~held_out]).argmin(axis=1)
    return _one_hot(rows, rows.y[~held_out][nearest])


def _cut(trees: Callable[[Prepared], list[FoldTree]], depth: int) -> Learner:
    return _by_trees(trees, partial(FoldTree.cut, depth=depth))


def _pruned(alpha: float) -> Learner:
    return _by_trees(full_trees, partial(FoldTree.pruned, alpha=alpha))


LEARNERS: dict[str, tuple[Learner, str]] = {
    "Stump": (_cut(stumps, 1), "one split"),
    "WorstStump": (_on_column(False, _stump_on), "a split on the least telling column"),
    "EliteNeighbour": (
        _on_column(True, _neighbour_on),
        "the nearest row in the most telling column",
    ),
    "Neighbour": (_neighbour, "the nearest row"),
    "NaiveBayes": (_naive_bayes, "Gaussian naive Bayes"),
    "PrunedTree001": (_pruned(0.001), "a tree pruned at a cost of .001"),
    "PrunedTree005": (_pruned(0.005), "a tree pruned at a cost of .005"),
    "PrunedTree02": (_pruned(0.02), "a tree pruned at a cost of .02"),
    "TreeDepth1": (_cut(full_trees, 1), "a tree of depth 1"),
    "TreeDepth2": (_cut(full_trees, 2), "a tree of depth 2"),
    "TreeDepth3": (_cut(full_trees, 3), "a tree of depth 3"),
    "RandomTreeDepth1": (_cut(_random_trees, 1), "a random tree of depth 1"),
    "RandomTreeDepth2": (_cut(_random_trees, 2), "a random tree of depth 2"),
    "RandomTreeDepth3": (_cut(_random_trees, 3), "a random tree of depth 3"),
}


def _scores(name: str) -> Callable[[Prepared], tuple[float, float, float]]:
    learner = LEARNERS[name][0]

    def scores(prepared: Prepared) -> tuple[float, float, float]:
        rows = prepared.once(landmark_sample)
        chances = learner(prepared)
        predicted = chances.argmax(axis=1)
        truth = rows.y.astype(np.int64)
        accuracy = float((predicted == truth).mean())
        one = np.bincount(truth, minlength=rows.n_classes) / len(truth)
        other = np.bincount(predicted, minlength=rows.n_classes) / len(truth)
        chance = float(one @ other)
        kappa = (accuracy - chance) / (1 - chance) if chance < 1 else math.nan
        return 1 - accuracy, kappa, _area(chances, truth, one)

    return scores


def _area(chances: Floats, truth: Any, shares: Floats) -> float:
    """Area under the curve of each class against the rest, by the shares of the classes."""
    total = 0.0
    n = len(truth)
    for k in np.flatnonzero(shares):
        positive = truth == k
        n_positive = int(positive.sum())
        if n_positive == n:
            return math.nan
        _, inverse, counts = np.unique(chances[:, k], return_inverse=True, return_counts=True)
        ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
        above = float(ranks[positive].sum()) - n_positive * (n_positive + 1) / 2
        total += float(shares[k]) * above / (n_positive * (n - n_positive))
    return total


_BY_NAME = {name: _scores(name) for name in LEARNERS}
RANKED = (
    "Stump", "WorstStump", "EliteNeighbour", "Neighbour", "NaiveBayes", "RandomTreeDepth1",
    "LDA",
)  # fmt: skip


def _ranks(prepared: Prepared) -> dict[str, float]:
    """Rank of each of a few by its error, 1 the least; ties share."""
    by_name = {name: prepared.once(_BY_NAME[name])[0] for name in RANKED if name in _BY_NAME}
    by_name["LDA"] = 1 - held_out_score(prepared.once(landmark_sample), linear_discriminant)
    errors = np.array([by_name[name] for name in RANKED])
    below = (errors[None] < errors[:, None]).sum(axis=1)
    level = (errors[None] == errors[:, None]).sum(axis=1)
    return dict(zip(RANKED, (below + (level + 1) / 2).tolist(), strict=True))


def _features() -> list[Feature]:
    measures = (
        ("ErrorRate", "Held-out error rate", _SHARE),
        ("Kappa", "Held-out kappa", (-1.0, 1.0)),
        ("AUC", "Held-out area under the ROC curve", _SHARE),
    )
    measured = [
        Feature(
            name=f"Landmark{name}{suffix}",
            group=GROUP,
            formula=lambda p, name=name, place=place: p.once(_BY_NAME[name])[place],  # type: ignore[misc]
            description=f"{what} of {of}.",
            task_types=CLASSIFICATION,
            limits=limits,
            source="landmarking",
        )
        for name, (_, of) in LEARNERS.items()
        for place, (suffix, what, limits) in enumerate(measures)
    ]
    ranked = [
        Feature(
            name=f"RankOf{name}",
            group=GROUP,
            formula=lambda p, name=name: p.once(_ranks)[name],  # type: ignore[misc]
            description=f"Rank of {what} among seven by error, 1 the least.",
            task_types=CLASSIFICATION,
            limits=(1.0, float(len(RANKED))),
            source="landmarking",
        )
        for name in RANKED
        for what in (LEARNERS[name][1] if name in LEARNERS else "linear discriminant analysis",)
    ]
    return [*measured, *ranked]


FEATURES: tuple[Feature, ...] = tuple(_features())

LOOKS_AT = LANDMARK_SIZE

cost_s = partial(learners_s, least=0.1, each=5e-5)
