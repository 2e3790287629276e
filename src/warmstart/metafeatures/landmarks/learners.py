"""Learners too simple to be tuned."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from warmstart.metafeatures.landmarks.sample import LandmarkSample
from warmstart.metafeatures.scaling import Floats

Learner = Callable[[Floats, Floats, Floats], Floats]
"""(training rows, training target, held-out rows) to held-out predictions."""


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
    classes, log_density = class_log_densities(X, y, held_out)
    best: Floats = classes[np.argmax(log_density, axis=1)]
    return best


def class_log_densities(X: Floats, y: Floats, held_out: Floats) -> tuple[Floats, Floats]:
    """Classes, and what each held-out row's class is by independent normal columns.

    Logarithms of the density times the share of the class, up to a constant of the row; shape
    (n_held_out, n_classes).
    """
    classes, member, count = _memberships(y)
    mean = member.T @ X / count
    variance = np.maximum(member.T @ X**2 / count - mean**2, 0.0)
    # As in scikit-learn: a billionth of the largest column variance keeps densities finite.
    variance += max(1e-9 * float(X.var(axis=0).max()), 1e-12)
    precision = 1 / variance
    log_density: Floats = (
        held_out @ (mean * precision).T
        - 0.5 * (held_out**2 @ precision.T)
        - 0.5 * np.sum(mean**2 * precision + np.log(variance), axis=1)
    )
    return classes, log_density + np.log(count[:, 0] / len(y))


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
