"""Landmarkers: held-out accuracy (or R²) of learners too simple to be tuned.

Five stratified folds on at most 1,500 rows and 100 columns of the encoded matrix, where
auto-sklearn [2]_ has ten folds on all of it. Folds are dealt out row by row, so classes with
one member, two rows in all or a hundred classes need no special case.

References
----------
.. [1] Pfahringer, Bensusan, Giraud-Carrier. "Meta-Learning by Landmarking Various Learning
   Algorithms." ICML 2000.
.. [2] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
   Automated Machine Learning." NeurIPS 2015.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION, Feature
from warmstart.metafeatures.landmarks.fold_trees import FoldTree, fold_trees
from warmstart.metafeatures.landmarks.learners import (
    Learner,
    gaussian_naive_bayes,
    linear_discriminant,
    nearest_neighbour,
    ridge_regression,
    tree,
)
from warmstart.metafeatures.landmarks.one_split import one_split
from warmstart.metafeatures.landmarks.sample import (
    LANDMARK_FOLDS,
    LANDMARK_SIZE,
    LandmarkSample,
    landmark_sample,
    learners_s,
    score,
)
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "landmarking"
ABOUT = "held-out scores of simple learners"


def held_out_score(sample: LandmarkSample, learner: Learner) -> float:
    """Share of held-out rows predicted right, or R² of all held-out rows in [-1, 1]."""
    predicted = np.zeros(len(sample.y))
    for k in range(LANDMARK_FOLDS):
        held_out = sample.fold == k
        train = ~held_out
        # With one row there is nothing to train on; with fewer rows than folds, empty folds.
        if held_out.any() and train.any():
            predicted[held_out] = learner(sample.X[train], sample.y[train], sample.X[held_out])
    return score(sample, predicted)


def _by_neighbour(prepared: Prepared) -> float:
    sample = prepared.once(landmark_sample)
    return score(sample, nearest_neighbour(sample)) if len(sample.y) > 1 else 0.0


def _by(learner: Learner) -> Callable[[Prepared], float]:
    return lambda prepared: held_out_score(prepared.once(landmark_sample), learner)


def full_trees(prepared: Prepared) -> list[FoldTree]:
    """Of each fold, grown until leaves are pure; classification."""
    return fold_trees(prepared.once(landmark_sample), prepared.random_state)


def stumps(prepared: Prepared) -> list[FoldTree]:
    """Of each fold, one split by information gain; classification."""
    return fold_trees(
        prepared.once(landmark_sample), prepared.random_state, max_depth=1, criterion="entropy"
    )


def _by_tree(*, node: bool = False, random: bool = False) -> Callable[[Prepared], float]:
    def formula(prepared: Prepared) -> float:
        sample, classify = prepared.once(landmark_sample), prepared.is_classification
        if classify and not random:
            predicted = np.zeros(len(sample.y))
            for grown in prepared.once(stumps if node else full_trees):
                predicted[grown.held_out] = grown.chances[grown.leaf].argmax(axis=1)
            return score(sample, predicted)
        options: dict[str, Any] = {"random_state": prepared.random_state}
        if node:
            options["max_depth"] = 1
            if classify:
                options["criterion"] = "entropy"
        learner: Learner = partial(tree, classify=classify, **options)
        if not random:
            return held_out_score(sample, learner)
        rng = prepared.rng("random node")

        def on_one_column(X: Floats, y: Floats, held_out: Floats) -> Floats:
            j = [int(rng.integers(X.shape[1]))]
            if classify:
                split = one_split(X[:, j[0]], y, sample.n_classes)
                best: Floats = split.chances(held_out[:, j[0]]).argmax(axis=1)
                return best
            return learner(X[:, j], y, held_out[:, j])

        return held_out_score(sample, on_one_column)

    return formula


_BOTH: dict[str, tuple[Callable[[Prepared], float], str]] = {
    "1NN": (_by_neighbour, "the nearest neighbour"),
    "DecisionTree": (_by_tree(), "a full decision tree"),
    "DecisionNodeLearner": (_by_tree(node=True), "the best single split"),
    "RandomNodeLearner": (_by_tree(node=True, random=True), "a split on a random column"),
}

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            name=f"Landmark{name}",
            group=GROUP,
            formula=formula,
            description=f"Held-out accuracy of {what}.",
            task_types=CLASSIFICATION,
        )
        for name, (formula, what) in {
            **_BOTH,
            "LDA": (_by(linear_discriminant), "linear discriminant analysis"),
            "NaiveBayes": (_by(gaussian_naive_bayes), "Gaussian naive Bayes"),
        }.items()
    ),
    *(
        Feature(
            name=f"Landmark{name}R2",
            group=GROUP,
            formula=formula,
            description=f"Held-out R² of {what}, at least -1.",
            task_types=REGRESSION,
        )
        for name, (formula, what) in {
            **_BOTH,
            "Ridge": (_by(ridge_regression), "ridge regression"),
        }.items()
    ),
)

LOOKS_AT = LANDMARK_SIZE

cost_s = partial(learners_s, least=2e-2, each=1e-5)
