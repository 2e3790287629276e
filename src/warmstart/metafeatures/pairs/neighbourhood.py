"""Rows near each other: a stratified sample, its distances and its nearest neighbours, once.

Everything that looks at pairs of rows looks at these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.planning.order import cells, in_order
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

PAIR_ROWS = 1_500
"""Rows of which all pairs are looked at; above it, a sample with the same classes."""


@dataclass(frozen=True, slots=True)
class PairSample:
    """Rows of which all pairs are looked at, class after class, within one by content."""

    z: Floats
    """shape (n, n_columns); standardised numbers, 0/1 a level of a category."""

    unit: Floats
    """The same, each column from 0 to 1; columns that do not vary are left out."""

    codes: Integers
    """Class of each row, 0, 1, …, ascending, the most frequent first; all 0 for regression."""

    counts: Integers
    """Rows of each class."""

    @property
    def begins(self) -> Integers:
        """First row of each class."""
        found: Integers = np.cumsum(self.counts) - self.counts
        return found

    @property
    def member(self) -> Floats:
        """0/1 membership of each row in each class, shape (n, n_classes)."""
        found: Floats = (self.codes[:, None] == np.arange(len(self.counts))).astype(np.float64)
        return found


def pair_sample(prepared: Prepared) -> PairSample:
    """At most :data:`PAIR_ROWS` rows, with the shares of the classes kept."""
    ordered = prepared.once(in_order)
    # Classes stay one after the other.
    kept = stratified(ordered.codes, PAIR_ROWS, prepared.rng("pairs"))
    codes = ordered.codes[kept]
    z = cells(prepared, ordered.rows[kept])
    low, high = z.min(axis=0), z.max(axis=0)
    varies = high > low
    unit = (z[:, varies] - low[varies]) / (high - low)[varies]
    return PairSample(z, unit, codes, np.bincount(codes))


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


def euclidean(X: Floats) -> Floats:
    """Distances of all pairs of rows, shape (n, n)."""
    squares = np.einsum("ij,ij->i", X, X)
    product = X @ X.T
    product *= -2.0
    product += squares
    product += squares[:, None]
    np.fill_diagonal(product, 0.0)
    # Differences of large squares leave what is no distance.
    found: Floats = np.sqrt(np.maximum(product, 0.0, out=product), out=product)
    return found


def square(pairs: Floats) -> Floats:
    """Of each pair of rows once to a symmetric matrix with a diagonal of 0."""
    from scipy.spatial.distance import squareform

    found: Floats = squareform(pairs, checks=False)
    return found


def z_distances(prepared: Prepared) -> Floats:
    """Euclidean, between standardised rows."""
    return euclidean(prepared.once(pair_sample).z)


def unit_distances(prepared: Prepared) -> Floats:
    """Euclidean, of each pair of rows scaled to the unit cube; exact where they differ little.

    Shape (n (n - 1) / 2,), see :func:`square`.
    """
    from scipy.spatial.distance import pdist

    unit = prepared.once(pair_sample).unit
    # What the order of the columns does to the last digit must not move a whole number.
    return _rounded(
        pdist(unit) if unit.shape[1] else np.zeros(len(unit) * (len(unit) - 1) // 2)
    )


def gower_distances(prepared: Prepared) -> Floats:
    """Mean absolute difference of rows scaled to the unit cube, in [0, 1], shape (n, n).

    Rounded to 12 digits: two rows at equal distances are so, whatever was summed first.
    """
    from scipy.spatial.distance import pdist

    X = prepared.once(pair_sample).unit
    if not X.shape[1]:
        return np.zeros((len(X), len(X)))
    return square(_rounded(pdist(X, "cityblock") / X.shape[1]))


def _rounded(distances: Floats) -> Floats:
    distances *= 1e12
    np.rint(distances, out=distances)
    distances /= 1e12
    return distances


def n_pairs(size: GroupSize) -> float:
    """Pairs of the rows that are looked at."""
    return min(size.rows, PAIR_ROWS) ** 2
