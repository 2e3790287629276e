"""How well classes are clusters: indices of cluster validity, of standardised rows.

Rows are a sample of at most 1,500. pymfe's are of columns as they come, so that the column with
the largest unit decides; given standardised columns, the two agree.

References
----------
.. [1] Vukicevic et al. "Extending meta-learning framework for clustering gene expression data
   with component-based algorithm design and internal evaluation measures." 2016.
.. [2] Rousseeuw. "Silhouettes." J. Computational and Applied Mathematics 20, 1987.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, Feature
from warmstart.metafeatures.pairs.neighbourhood import (
    PAIR_ROWS,
    n_pairs,
    pair_sample,
    z_distances,
)
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "clustering"
ABOUT = "how well classes are clusters"
SMALL = 15
"""A class of fewer rows is a small one."""

_POSITIVE = (0.0, math.inf)


def _means(prepared: Prepared) -> Floats:
    sample = prepared.once(pair_sample)
    found: Floats = sample.member.T @ sample.z / sample.counts[:, None]
    return found


def _to_classes(prepared: Prepared) -> Floats:
    """Sum of each row's distances to the rows of each class, shape (n, n_classes)."""
    found: Floats = prepared.once(z_distances) @ prepared.once(pair_sample).member
    return found


def _silhouette(prepared: Prepared) -> float:
    sample = prepared.once(pair_sample)
    if len(sample.counts) < 2 or len(sample.counts) >= len(sample.codes):
        return math.nan
    sums = prepared.once(_to_classes)
    every = np.arange(len(sums))
    own = sample.counts[sample.codes]
    inside = sums[every, sample.codes] / np.maximum(own - 1, 1)
    outside = sums / sample.counts
    outside[every, sample.codes] = np.inf
    nearest = outside.min(axis=1)
    largest = np.maximum(inside, nearest)
    width = np.where(largest > 0, (nearest - inside) / np.where(largest > 0, largest, 1.0), 0.0)
    return float(np.where(own > 1, width, 0.0).mean())


def _between_and_within(prepared: Prepared) -> tuple[float, float]:
    sample, means = prepared.once(pair_sample), prepared.once(_means)
    spread = means - sample.z.mean(axis=0)
    between = float(sample.counts @ np.einsum("ij,ij->i", spread, spread))
    within = float(((sample.z - means[sample.codes]) ** 2).sum())
    return between, within


def _calinski_harabasz(prepared: Prepared) -> float:
    sample = prepared.once(pair_sample)
    n, k = len(sample.codes), len(sample.counts)
    if k < 2 or k >= n:
        return math.nan
    between, within = _between_and_within(prepared)
    return between * (n - k) / (within * (k - 1)) if within > 0 else 1.0


def _davies_bouldin(prepared: Prepared) -> float:
    sample, means = prepared.once(pair_sample), prepared.once(_means)
    k = len(sample.counts)
    if k < 2 or k >= len(sample.codes):
        return math.nan
    gaps = np.sqrt(((sample.z - means[sample.codes]) ** 2).sum(axis=1))
    inside = np.bincount(sample.codes, gaps) / sample.counts
    apart = np.sqrt(((means[:, None] - means[None]) ** 2).sum(axis=2))
    if np.allclose(inside, 0) or np.allclose(apart, 0):
        return 0.0
    apart[apart == 0] = np.inf
    return float(((inside[:, None] + inside) / apart).max(axis=1).mean())


def _dunn(prepared: Prepared) -> float:
    """Nearest of two rows of two classes, over the pairs they have, by the widest class."""
    sample, distance = prepared.once(pair_sample), prepared.once(z_distances)
    k, begins = len(sample.counts), sample.begins
    if k < 2:
        return math.nan
    # Classes lie one after the other, so that each pair of them is a block.
    ends = begins + sample.counts
    widest = max(distance[b:e, b:e].max() for b, e in zip(begins, ends, strict=True))
    if widest == 0:
        return math.nan
    nearest = np.minimum.reduceat(np.minimum.reduceat(distance, begins, axis=0), begins, axis=1)
    apart = nearest / np.outer(sample.counts, sample.counts)
    np.fill_diagonal(apart, np.inf)
    return float(apart.min()) / float(widest)


def _between(prepared: Prepared) -> float:
    """Mean over pairs of classes of the mean distance of their rows."""
    sample = prepared.once(pair_sample)
    k = len(sample.counts)
    if k < 2:
        return math.nan
    sums = sample.member.T @ prepared.once(_to_classes)
    means = sums / np.outer(sample.counts, sample.counts)
    return float(means[np.triu_indices(k, k=1)].mean())


def _point_biserial(prepared: Prepared) -> float:
    """Correlation of the distance of two rows and whether their class is the same."""
    sample, sums = prepared.once(pair_sample), prepared.once(_to_classes)
    n = len(sample.codes)
    pairs = n * (n - 1) / 2
    inside = float((sample.counts * (sample.counts - 1) / 2).sum())
    if not 0 < inside < pairs:
        return math.nan
    distance = prepared.once(z_distances)
    mean = float(sums.sum()) / 2 / pairs
    variance = float(np.einsum("ij,ij->", distance, distance)) / 2 / pairs - mean**2
    if variance <= 1e-12 * mean**2:
        return math.nan
    same = float(sums[np.arange(n), sample.codes].sum()) / 2
    share = inside / pairs
    return (same / pairs - mean * share) / math.sqrt(variance * share * (1 - share))


def _relative_entropy(prepared: Prepared) -> float:
    shares = prepared.class_shares
    return float(-(shares * np.log(shares)).sum())


def _small(prepared: Prepared) -> float:
    return float((np.rint(prepared.class_shares * prepared.n_rows) < SMALL).sum())


def _one(
    name: str,
    formula: Callable[[Prepared], float],
    description: str,
    limits: tuple[float, float] = _POSITIVE,
    unit: str = "",
) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description, unit=unit,
        limits=limits, source="vukicevic", task_types=CLASSIFICATION,
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    _one("ClassSilhouette", _silhouette, "Mean silhouette of the classes.", (-1.0, 1.0)),
    _one("ClassCalinskiHarabasz", _calinski_harabasz, "Variance between over within classes."),
    _one("ClassDaviesBouldin", _davies_bouldin, "How near each class has another, by widths."),
    _one("ClassDunn", _dunn, "Nearest of two classes over the widest class, by pairs."),
    _one("ClassDistance", _between, "Mean distance of rows of two classes, in standard "
         "deviations."),
    _one("ClassPointBiserial", _point_biserial, "Correlation of distance and same class.",
         (-1.0, 1.0)),
    _one("ClassRelativeEntropy", _relative_entropy, "Entropy of the class.", unit="nats"),
    _one("NumberOfSmallClasses", _small, "Classes of fewer than 15 rows.", unit="classes"),
)  # fmt: skip

LOOKS_AT = (PAIR_ROWS, None)

FORMULAS = {  # rows of E, at most 1,500
    "ClassSilhouette": "mean (b_i - a_i) / max(a_i, b_i), mean distances within, to the next",
    "ClassCalinskiHarabasz": "(B / (K - 1)) / (W / (n - K)), squares between and within",
    "ClassDaviesBouldin": "mean over k of max over l (s_k + s_l) / ||mean_k - mean_l||",
    "ClassDunn": "min over k, l of (min d(i in k, i' in l) / (n_k n_l)) / max within distance",
    "ClassDistance": "mean over k < l of mean d(i in k, i' in l)",
    "ClassPointBiserial": "r(d(i, i'), [y_i = y_i']) over pairs of rows",
    "ClassRelativeEntropy": "-sum q_k ln q_k", "NumberOfSmallClasses": "#{k: n_k < 15}",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 5e-3 + 5e-8 * n_pairs(size) * (1 + size.columns / 100)
