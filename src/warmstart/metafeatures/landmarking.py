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

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION, Feature
from warmstart.metafeatures.planning.samples import in_turn
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

GROUP = "landmarking"
LANDMARK_ROWS = 1_500
LANDMARK_COLUMNS = 100
LANDMARK_FOLDS = 5

Learner = Callable[[Floats, Floats, Floats], Floats]
"""(training rows, training target, held-out rows) to held-out predictions."""


@dataclass(frozen=True, slots=True)
class LandmarkSample:
    """What landmarkers learn from."""

    X: Floats
    """shape (n_rows, n_columns), at most 1,500 × 100 of the encoded matrix."""

    y: Floats
    """Class codes 0, 1, …, or the standardised target."""

    fold: Integers
    """Fold each row is held out in, stratified by class."""

    n_classes: int
    """0 for regression."""


def landmark_sample(prepared: Prepared) -> LandmarkSample:
    """Rows, columns and folds of the landmarkers."""
    # In random order: of equally near neighbours the first counts, and data come sorted.
    rows = prepared.rng("landmark rows").permutation(len(prepared.rows))[:LANDMARK_ROWS]
    encoded, places = prepared.encoding
    X = encoded[rows][:, in_turn(places, LANDMARK_COLUMNS, prepared.rng("landmark columns"))]
    shuffled = prepared.rng("folds").permutation(len(rows))
    if prepared.is_classification:
        known, codes = np.unique(prepared.class_codes[prepared.rows][rows], return_inverse=True)
        y, n_classes = codes.astype(np.float64), len(known)
        # Dealing rows sorted by class out to the folds in turn stratifies any class,
        # also one with fewer members than folds.
        shuffled = shuffled[np.argsort(codes[shuffled], kind="stable")]
    else:
        y, n_classes = prepared.target_z[rows], 0
    fold = np.empty(len(rows), dtype=np.int64)
    fold[shuffled] = np.arange(len(rows)) % LANDMARK_FOLDS
    return LandmarkSample(X, y, fold, n_classes)


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


def score(sample: LandmarkSample, predicted: Floats) -> float:
    """Accuracy, or R² in [-1, 1]; 0 for a constant target."""
    if sample.n_classes:
        return float(np.mean(predicted == sample.y))
    spread = float(np.sum((sample.y - sample.y.mean()) ** 2))
    if spread == 0:
        return 0.0
    return float(np.clip(1 - np.sum((sample.y - predicted) ** 2) / spread, -1.0, 1.0))


def nearest_neighbour(sample: LandmarkSample) -> Floats:
    """Target of each row's nearest row in another fold, by Euclidean distance."""
    squares = np.einsum("ij,ij->i", sample.X, sample.X)
    # The row's own square is the same for all its neighbours.
    distance = squares - 2 * (sample.X @ sample.X.T)
    distance[sample.fold[:, None] == sample.fold] = np.inf
    nearest: Floats = sample.y[np.argmin(distance, axis=1)]
    return nearest


def gaussian_naive_bayes(X: Floats, y: Floats, held_out: Floats) -> Floats:
    """Most probable class under independent normal columns."""
    classes, member, count = _memberships(y)
    mean = member.T @ X / count
    variance = np.maximum(member.T @ X**2 / count - mean**2, 0.0)
    # As in scikit-learn: a billionth of the largest column variance keeps densities finite.
    variance += max(1e-9 * float(X.var(axis=0).max()), 1e-12)
    precision = 1 / variance
    log_density = (
        held_out @ (mean * precision).T
        - 0.5 * (held_out**2 @ precision.T)
        - 0.5 * np.sum(mean**2 * precision + np.log(variance), axis=1)
    )
    best: Floats = classes[np.argmax(log_density + np.log(count[:, 0] / len(y)), axis=1)]
    return best


def linear_discriminant(X: Floats, y: Floats, held_out: Floats) -> Floats:
    """Class of the nearest mean in the metric of the pooled covariance.

    A ridge of 1e-4 of the mean variance stands in for the pseudo-inverse, so collinear
    indicators and more columns than rows are no exception.
    """
    classes, member, count = _memberships(y)
    mean = member.T @ X / count
    within = X - member @ mean
    covariance = within.T @ within / len(y)
    ridge = 1e-4 * float(np.trace(covariance)) / len(covariance) + 1e-9
    covariance[np.diag_indices_from(covariance)] += ridge
    weight = np.linalg.solve(covariance, mean.T)
    bias = np.log(count[:, 0] / len(y)) - 0.5 * np.einsum("kj,jk->k", mean, weight)
    best: Floats = classes[np.argmax(held_out @ weight + bias, axis=1)]
    return best


def ridge_regression(X: Floats, y: Floats, held_out: Floats) -> Floats:
    """Linear least squares with an L2 penalty of 1 on standardised columns."""
    middle, level = X.mean(axis=0), y.mean()
    centred = X - middle
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += 1.0
    weight = np.linalg.solve(gram, centred.T @ (y - level))
    predicted: Floats = level + (held_out - middle) @ weight
    return predicted


def tree(X: Floats, y: Floats, held_out: Floats, *, classify: bool, **options: Any) -> Floats:
    """CART; with ``max_depth=1`` a decision node, split by information gain."""
    # scikit-learn's trees only: its other learners would cost a cold start more imports.
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    learner = (DecisionTreeClassifier if classify else DecisionTreeRegressor)(**options)
    with warnings.catch_warnings():
        # Classes with one member each look like a regression target to it.
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        predicted: Floats = learner.fit(X, y).predict(held_out)
    return predicted


def _memberships(y: Floats) -> tuple[Floats, Floats, Floats]:
    """Classes, each row's membership in each, shape (n_rows, n_classes), and their sizes."""
    classes = np.unique(y)
    member = (y[:, None] == classes).astype(np.float64)
    return classes, member, member.sum(axis=0)[:, None]


def _by_neighbour(prepared: Prepared) -> float:
    sample = prepared.once(landmark_sample)
    return score(sample, nearest_neighbour(sample)) if len(sample.y) > 1 else 0.0


def _by(learner: Learner) -> Callable[[Prepared], float]:
    return lambda prepared: held_out_score(prepared.once(landmark_sample), learner)


def _by_tree(*, node: bool = False, random: bool = False) -> Callable[[Prepared], float]:
    def formula(prepared: Prepared) -> float:
        sample, classify = prepared.once(landmark_sample), prepared.is_classification
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
