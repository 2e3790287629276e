"""Rows near each other: a stratified sample, its distances and its nearest neighbours, once.

Everything that looks at pairs of rows looks at these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

PAIR_ROWS = 1_500
"""Rows of which all pairs are looked at; above it, a sample with the same classes."""


@dataclass(frozen=True, slots=True)
class PairSample:
    """Rows of which all pairs are looked at."""

    z: Floats
    """shape (n, n_columns); standardised numbers, 0/1 a level of a category."""

    unit: Floats
    """The same, each column from 0 to 1; columns that do not vary are left out."""

    codes: Integers
    """Class of each row, 0, 1, …, the most frequent first; all 0 for regression."""

    counts: Integers
    """Rows of each class."""


def pair_sample(prepared: Prepared) -> PairSample:
    """At most :data:`PAIR_ROWS` rows, with the shares of the classes kept."""
    n = len(prepared.rows)
    codes = (
        prepared.class_codes[prepared.rows]
        if prepared.is_classification
        else np.zeros(n, dtype=np.int64)
    )
    rows = stratified(codes, PAIR_ROWS, prepared.rng("pairs"))
    z = prepared.encoded[rows]
    # Points drawn between rows must not hang on the order of the columns.
    z = z[:, column_order(z)]
    low, high = z.min(axis=0), z.max(axis=0)
    varies = high > low
    unit = (z[:, varies] - low[varies]) / (high - low)[varies]
    _, kept, counts = np.unique(codes[rows], return_inverse=True, return_counts=True)
    return PairSample(z, unit, kept.astype(np.int64), counts.astype(np.int64))


def stratified(codes: Integers, at_most: int, rng: np.random.Generator) -> Integers:
    """Ascending positions of at most so many rows; a class keeps its share, and a row.

    Examples
    --------
    >>> codes = np.repeat([0, 1], [90, 10])
    >>> np.bincount(codes[stratified(codes, 20, np.random.default_rng(0))]).tolist()
    [18, 2]
    """
    n = len(codes)
    if n <= at_most:
        return np.arange(n)
    shuffled = rng.permutation(n)
    by_class = shuffled[np.argsort(codes[shuffled], kind="stable")]
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    shares = counts * at_most / n
    wanted = np.maximum(np.floor(shares), 1).astype(np.int64)
    # What rounding leaves goes to the largest remainders.
    spare = np.argsort(np.floor(shares) - shares, kind="stable")
    wanted[spare[: max(at_most - int(wanted.sum()), 0)]] += 1
    begins = np.cumsum(counts) - counts
    place = np.arange(n) - np.repeat(begins, counts)
    return np.sort(by_class[place < np.repeat(np.minimum(wanted, counts), counts)])


def column_order(X: Floats) -> Integers:
    """Columns by shape, then by scale: the same whatever order they come in."""
    keys = [np.round((X**k).mean(axis=0), 9) for k in (4, 3, 2, 1)]
    found: Integers = np.lexsort(keys)
    return found


def euclidean(X: Floats) -> Floats:
    """Distances of all pairs of rows, shape (n, n)."""
    squares = np.einsum("ij,ij->i", X, X)
    product = squares[:, None] + squares - 2 * (X @ X.T)
    np.fill_diagonal(product, 0.0)
    # Differences of large squares leave what is no distance.
    found: Floats = np.sqrt(np.maximum(product, 0.0))
    return found


def z_distances(prepared: Prepared) -> Floats:
    """Euclidean, between standardised rows."""
    return euclidean(prepared.once(pair_sample).z)


def unit_distances(prepared: Prepared) -> Floats:
    """Euclidean, between rows scaled to the unit cube; exact where rows differ little."""
    from scipy.spatial.distance import cdist

    unit = prepared.once(pair_sample).unit
    found: Floats = cdist(unit, unit)
    # What the order of the columns does to the last digit must not move a whole number.
    return np.round(found, 12)


def gower_distances(prepared: Prepared) -> Floats:
    """Mean absolute difference of rows scaled to the unit cube, in [0, 1].

    Rounded to 12 digits: two rows at equal distances are so, whatever was summed first.
    """
    from scipy.spatial.distance import cdist

    X = prepared.once(pair_sample).unit
    if not X.shape[1]:
        return np.zeros((len(X), len(X)))
    found: Floats = np.round(cdist(X, X, "cityblock") / X.shape[1], 12)
    return found
