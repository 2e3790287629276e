"""Landmarkers by error rate, Cohen's kappa and area under the ROC curve, and ranks of them.

OpenML's learners come from Weka; here stand the nearest of scikit-learn: J48 is a tree pruned
at a confidence, here by its cost; REPTree prunes by held-out rows, here by depth. Five
stratified folds on at most 1,500 rows and 100 columns, as the default landmarkers.

References
----------
.. [1] Pfahringer, Bensusan, Giraud-Carrier. "Meta-Learning by Landmarking Various Learning
   Algorithms." ICML 2000.
.. [2] Fürnkranz, Petrak. "An evaluation of landmarking variants." 2001 (relative landmarks).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, Feature
from warmstart.metafeatures.landmarking import LANDMARK_FOLDS, LandmarkSample, landmark_sample
from warmstart.metafeatures.pairs.neighbourhood import column_order
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "landmarkers"

_SHARE = (0.0, 1.0)
Learner = Callable[[int, Floats, Floats], Any]
"""(seed, training rows, training classes) to a fitted classifier of scikit-learn."""


def sample(prepared: Prepared) -> LandmarkSample:
    """The default landmarkers' sample, its columns in an order of their own."""
    found = prepared.once(landmark_sample)
    order = column_order(found.X)
    return LandmarkSample(found.X[:, order], found.y, found.fold, found.n_classes)


def held_out_probabilities(prepared: Prepared, learner: Learner) -> Floats:
    """Of each row and class, by a learner that did not see the row."""
    rows = prepared.once(sample)
    found = np.zeros((len(rows.y), rows.n_classes))
    for k in range(LANDMARK_FOLDS):
        held_out = rows.fold == k
        train = ~held_out
        if not held_out.any() or not train.any():
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = learner(prepared.random_state, rows.X[train], rows.y[train])
            seen = fitted.classes_.astype(np.int64)
            found[np.ix_(held_out, seen)] = fitted.predict_proba(rows.X[held_out])
    return np.nan_to_num(found)


def _tree(**options: Any) -> Learner:
    def fit(seed: int, X: Floats, y: Floats) -> Any:
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(random_state=seed, **options).fit(X, y)

    return fit


def _naive_bayes(_: int, X: Floats, y: Floats) -> Any:
    from sklearn.naive_bayes import GaussianNB

    return GaussianNB().fit(X, y)


def _neighbour(_: int, X: Floats, y: Floats) -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(n_neighbors=1, algorithm="brute").fit(X, y)


class _OneColumn:
    """A split on one column of those given: the most or the least telling of a full tree."""

    def __init__(self, fitted: Any, column: int) -> None:
        self.fitted, self.column, self.classes_ = fitted, column, fitted.classes_

    def predict_proba(self, X: Floats) -> Floats:
        found: Floats = self.fitted.predict_proba(X[:, [self.column]])
        return found


def _on_column(place: int, inner: Learner) -> Learner:
    def fit(seed: int, X: Floats, y: Floats) -> Any:
        importances = _tree()(seed, X, y).feature_importances_
        column = int(np.argsort(importances, kind="stable")[place])
        return _OneColumn(inner(seed, X[:, [column]], y), column)

    return fit


_STUMP = _tree(max_depth=1, criterion="entropy")
LEARNERS: dict[str, tuple[Learner, str]] = {
    "Stump": (_STUMP, "one split"),
    "WorstStump": (_on_column(0, _STUMP), "a split on the least telling column"),
    "EliteNeighbour": (
        _on_column(-1, _neighbour),
        "the nearest row in the most telling column",
    ),
    "Neighbour": (_neighbour, "the nearest row"),
    "NaiveBayes": (_naive_bayes, "Gaussian naive Bayes"),
    "PrunedTree001": (_tree(ccp_alpha=0.001), "a tree pruned at a cost of .001"),
    "PrunedTree005": (_tree(ccp_alpha=0.005), "a tree pruned at a cost of .005"),
    "PrunedTree02": (_tree(ccp_alpha=0.02), "a tree pruned at a cost of .02"),
    "TreeDepth1": (_tree(max_depth=1), "a tree of depth 1"),
    "TreeDepth2": (_tree(max_depth=2), "a tree of depth 2"),
    "TreeDepth3": (_tree(max_depth=3), "a tree of depth 3"),
    "RandomTreeDepth1": (_tree(max_depth=1, max_features="sqrt"), "a random tree of depth 1"),
    "RandomTreeDepth2": (_tree(max_depth=2, max_features="sqrt"), "a random tree of depth 2"),
    "RandomTreeDepth3": (_tree(max_depth=3, max_features="sqrt"), "a random tree of depth 3"),
}


def _scores(name: str) -> Callable[[Prepared], tuple[float, float, float]]:
    learner = LEARNERS[name][0]

    def scores(prepared: Prepared) -> tuple[float, float, float]:
        rows = prepared.once(sample)
        chances = held_out_probabilities(prepared, learner)
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
_RANKED = (
    "Stump",
    "WorstStump",
    "EliteNeighbour",
    "Neighbour",
    "NaiveBayes",
    "RandomTreeDepth1",
)


def _ranks(prepared: Prepared) -> dict[str, float]:
    """Rank of each of a few by its error, 1 the least; ties share."""
    errors = np.array([prepared.once(_BY_NAME[name])[0] for name in _RANKED])
    below = (errors[None] < errors[:, None]).sum(axis=1)
    level = (errors[None] == errors[:, None]).sum(axis=1)
    return dict(zip(_RANKED, (below + (level + 1) / 2).tolist(), strict=True))


def _features() -> list[Feature]:
    measures = (
        ("ErrorRate", "Held-out error rate", _SHARE),
        ("Kappa", "Held-out kappa", (-1.0, 1.0)),
        ("AUC", "Held-out area under the ROC curve", _SHARE),
    )
    found = [
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
    found += [
        Feature(
            name=f"RankOf{name}",
            group=GROUP,
            formula=lambda p, name=name: p.once(_ranks)[name],  # type: ignore[misc]
            description=f"Rank of {LEARNERS[name][1]} among six by error, 1 the least.",
            task_types=CLASSIFICATION,
            limits=(1.0, float(len(_RANKED))),
            source="landmarking",
        )
        for name in _RANKED
    ]
    return found


FEATURES: tuple[Feature, ...] = tuple(_features())
