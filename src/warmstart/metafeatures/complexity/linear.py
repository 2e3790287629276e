"""L1, L2, L3: how far a linear machine tells two classes apart."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.complexity.overlap import by_class
from warmstart.metafeatures.pairs.neighbourhood import stratified
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, standardise

LINEAR_ROWS = 500
"""Rows of a pair of classes."""

_ITERATIONS = 1_000


@dataclass(frozen=True, slots=True)
class Linear:
    """What a linear machine makes of a pair of classes."""

    distance: float
    """Of rows on the wrong side, summed and for each row."""

    error: float
    interpolated: float
    """Share of rows between two of a class that come out on the wrong side."""


def machines(prepared: Prepared) -> list[Linear]:
    """One for each pair of classes."""
    sample = prepared.once(by_class)
    return [
        _fit(
            sample.rows[i],
            sample.rows[j],
            prepared.rng(f"linear {i} {j}"),
            prepared.random_state,
        )
        for i, j in sample.pairs
    ]


def _fit(one: Floats, other: Floats, rng: np.random.Generator, seed: int) -> Linear:
    from sklearn.svm import LinearSVC

    codes = np.repeat([0, 1], [len(one), len(other)])
    rows = stratified(codes, LINEAR_ROWS, rng)
    X, y = np.vstack([one, other])[rows], codes[rows]
    z = standardise(X).z
    if not z.shape[1] or len(np.unique(y)) < 2:
        return Linear(math.nan, math.nan, math.nan)
    with warnings.catch_warnings():
        # Classes that overlap keep it from converging; where it stops is near enough.
        warnings.simplefilter("ignore")
        machine = LinearSVC(
            C=2.0, loss="hinge", tol=1e-2, max_iter=_ITERATIONS, random_state=seed
        ).fit(z, y)
    side = machine.decision_function(z)
    wrong = (side > 0) != (y == 1)
    between, of = _between(z, y, rng)
    lost = (machine.decision_function(between) > 0) != (of == 1)
    return Linear(
        float(np.abs(side[wrong]).sum()) / len(y), float(wrong.mean()), float(lost.mean())
    )


def _between(z: Floats, y: np.ndarray, rng: np.random.Generator) -> tuple[Floats, np.ndarray]:
    """Points between two rows of one class, as many as the class has rows."""
    order = np.argsort(y, kind="stable")
    counts = np.bincount(y)
    parts = []
    for members in np.split(order, np.cumsum(counts)[:-1]):
        first, second = rng.choice(members, (2, len(members)))
        parts.append(z[first] + (z[second] - z[first]) * rng.random((len(members), z.shape[1])))
    return np.vstack(parts), y[order]


def l1(prepared: Prepared) -> Floats:
    """How far wrong rows are from the border."""
    distance = np.array([machine.distance for machine in prepared.once(machines)])
    return 1 - 1 / (1 + distance)


def l2(prepared: Prepared) -> Floats:
    """Share of rows on the wrong side."""
    return np.array([machine.error for machine in prepared.once(machines)])


def l3(prepared: Prepared) -> Floats:
    """The same, of points between two rows of one class."""
    return np.array([machine.interpolated for machine in prepared.once(machines)])
