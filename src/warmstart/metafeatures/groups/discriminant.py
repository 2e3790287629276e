"""How numeric columns vary together, and how classes differ in them.

Missing cells are at the mean of their column.

References
----------
.. [1] Michie, Spiegelhalter, Taylor. "Machine Learning, Neural and Statistical
   Classification." 1994.
.. [2] Hotelling. "Relations between two sets of variates." Biometrika 28, 1936.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.groups.sorted_columns import mean, ordered
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats
from warmstart.metafeatures.statistical import correlations

GROUP = "discriminant"
ABOUT = "covariances, canonical correlations"
MAX_DIMENSIONS = 200
"""Columns a determinant or a decomposition is made of; the first of the sample."""

_SHARE = (0.0, 1.0)
_POSITIVE = (0.0, math.inf)


def filled(prepared: Prepared) -> Floats:
    """Numeric columns that have a cell, missing ones at the mean, shape (n_rows, n_columns)."""
    numbers = prepared.numeric
    numbers = numbers[:, np.isfinite(numbers).any(axis=0)]
    assert len(prepared.once(ordered).n) == numbers.shape[1]
    found: Floats = np.where(np.isfinite(numbers), numbers, prepared.once(mean))
    return found


def covariance(prepared: Prepared) -> Floats:
    """Of the numeric columns, over one row less than there are."""
    X = prepared.once(filled)[:, :MAX_DIMENSIONS]
    if len(X) < 2:
        return np.empty((0, 0))
    centred = X - X.mean(axis=0)
    found: Floats = centred.T @ centred / (len(X) - 1)
    return found


def _pairs(prepared: Prepared) -> Floats:
    matrix = prepared.once(covariance)
    found: Floats = np.abs(matrix[np.triu_indices(len(matrix), k=1)])
    return found


def _eigenvalues(prepared: Prepared) -> Floats:
    matrix = prepared.once(covariance)
    if not matrix.size or not np.isfinite(matrix).all():
        return np.empty(0)
    return np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)


def _correlated(prepared: Prepared) -> float:
    found = prepared.once(correlations)
    return float((found >= 0.5).mean()) if found.size else math.nan


def classes(prepared: Prepared) -> tuple[Floats, Floats]:
    """0/1 membership of the sampled rows in each class there, and sizes, largest first."""
    codes = prepared.class_codes[prepared.rows]
    counts = np.bincount(codes)
    kept = np.flatnonzero(counts)
    member = (codes[:, None] == kept).astype(np.float64)
    return member, counts[kept].astype(np.float64)


def canonical_correlations(prepared: Prepared) -> Floats:
    """Between numeric columns and classes, largest first; at most classes less one."""
    X = prepared.standardised.z[:, :MAX_DIMENSIONS]
    member, counts = prepared.once(classes)
    if not X.shape[1] or len(counts) < 2:
        return np.empty(0)
    left = _basis(X)
    right = _basis(member - member.mean(axis=0))
    return np.clip(np.linalg.svd(left.T @ right, compute_uv=False), 0.0, 1.0)


def _basis(X: Floats) -> Floats:
    """Orthonormal columns that span those of `X`, centred, by its (small) Gram matrix."""
    centred = X - X.mean(axis=0)
    u, values, _ = np.linalg.svd(centred, full_matrices=False)
    found: Floats = u[:, values > 1e-9 * max(values.max(initial=0.0), 1e-300)]
    return found


def _explained(prepared: Prepared) -> Floats:
    """Squared canonical correlations, kept off 1."""
    found: Floats = np.minimum(prepared.once(canonical_correlations) ** 2, 1 - 1e-12)
    return found


def _wilks(prepared: Prepared) -> float:
    found = _explained(prepared)
    return float(np.prod(1 - found)) if found.size else math.nan


def _pillai(prepared: Prepared) -> float:
    found = prepared.once(canonical_correlations)
    return float((found**2).sum()) if found.size else math.nan


def _hotelling(prepared: Prepared) -> float:
    found = _explained(prepared)
    return float((found / (1 - found)).sum()) if found.size else math.nan


def _roy(prepared: Prepared) -> float:
    found = _explained(prepared)
    return float((found / (1 - found)).max()) if found.size else math.nan


def _gravity(prepared: Prepared) -> float:
    """Distance of the means of the largest and the smallest class.

    Where several are of one size, of the two that are farthest apart.
    """
    X = prepared.once(filled)
    member, counts = prepared.once(classes)
    if not X.shape[1] or len(counts) < 2:
        return math.nan
    means = member.T @ X / counts[:, None]
    largest, smallest = means[counts == counts.max()], means[counts == counts.min()]
    gaps = largest[:, None] - smallest
    return float(np.sqrt((gaps**2).sum(axis=2)).max())


def _sd_ratio(prepared: Prepared) -> float:
    """Box's M as the geometric mean ratio of standard deviations of classes to the pooled."""
    X = prepared.standardised.z[:, :MAX_DIMENSIONS]
    member, counts = prepared.once(classes)
    n, p, k = len(X), X.shape[1], len(counts)
    if not p or k < 2 or (counts < 2).any() or n <= k:
        return math.nan
    weights = counts - 1
    means = member.T @ X / counts[:, None]
    scatter = [_scatter(X[member[:, c] == 1] - means[c]) for c in range(k)]
    signs, logs = np.linalg.slogdet(
        np.array([s / w for s, w in zip(scatter, weights, strict=True)])
    )
    sign, pooled = np.linalg.slogdet(sum(scatter) / (n - k))
    if (signs <= 0).any() or sign <= 0:
        return math.nan
    gamma = 1 - (2 * p**2 + 3 * p - 1) / (6 * (p + 1) * (k - 1)) * (
        (1 / weights).sum() - 1 / (n - k)
    )
    return float(np.exp(gamma * ((n - k) * pooled - weights @ logs) / (p * (n - k))))


def _scatter(centred: Floats) -> Floats:
    found: Floats = centred.T @ centred
    return found


def _one(
    name: str,
    formula: Callable[[Prepared], float],
    description: str,
    limits: tuple[float, float],
    unit: str = "",
) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description,
        task_types=CLASSIFICATION, source="statlog", limits=limits, unit=unit,
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    *summarised(
        "AbsoluteCorrelation", GROUP, lambda p: p.once(correlations),
        "absolute correlations of pairs of numeric columns", limits=_SHARE,
    ),
    *summarised(
        "AbsoluteCovariance", GROUP, _pairs,
        "absolute covariances of pairs of numeric columns",
        unit="of both columns", limits=_POSITIVE,
    ),
    *summarised(
        "CovarianceEigenvalue", GROUP, _eigenvalues,
        "eigenvalues of the covariance of numeric columns", unit="of the columns, squared",
    ),
    Feature(
        name="ShareOfCorrelatedPairs", group=GROUP, formula=_correlated,
        description="Share of pairs of numeric columns with an absolute correlation of .5 up.",
        limits=_SHARE, source="pymfe",
    ),
    *summarised(
        "CanonicalCorrelation", GROUP, lambda p: p.once(canonical_correlations),
        "canonical correlations of numeric columns and classes",
        limits=_SHARE, source="statlog", task_types=CLASSIFICATION,
    ),
    _one("NumberOfDiscriminants", lambda p: float(p.once(canonical_correlations).size),
         "Canonical correlations there are.", limits=_POSITIVE),
    _one("WilksLambda", _wilks, "Product of one less each squared canonical correlation.",
         limits=_SHARE),
    _one("PillaiTrace", _pillai, "Sum of squared canonical correlations.", limits=_POSITIVE),
    _one("LawleyHotellingTrace", _hotelling,
         "Sum of r² / (1 - r²) of the canonical correlations.",
         limits=_POSITIVE),
    _one("RoyRoot", _roy, "Largest r² / (1 - r²) of the canonical correlations.",
         limits=_POSITIVE),
    _one("CentreOfGravity", _gravity,
         "Distance of the means of the largest and the smallest class.",
         _POSITIVE, "of the columns"),
    _one("SDRatio", _sd_ratio, "Geometric mean ratio of standard deviations of classes to the "
         "pooled ones, by Box's M.", limits=_POSITIVE),
)  # fmt: skip

FORMULAS = {
    "AbsoluteCorrelation*": "|r(x_j, x_l)| over numeric j < l",
    "AbsoluteCovariance*": "|cov(x_j, x_l)| over numeric j < l",
    "CovarianceEigenvalue*": "eigenvalues of cov(x) of numeric columns",
    "ShareOfCorrelatedPairs": "share of numeric j < l with |r(x_j, x_l)| >= .5",
    "CanonicalCorrelation*": "r_d, canonical correlations of numeric x and class indicators",
    "NumberOfDiscriminants": "#r_d, at most min(p, K - 1)",
    "WilksLambda": "prod (1 - r_d^2)", "PillaiTrace": "sum r_d^2",
    "LawleyHotellingTrace": "sum r_d^2 / (1 - r_d^2)", "RoyRoot": "max r_d^2 / (1 - r_d^2)",
    "CentreOfGravity": "||mean of the largest class - mean of the smallest||",
    "SDRatio": "exp(M / (p (n - K))), M Box's (corrected) of the classes' covariances",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 2e-3 + 4e-8 * size.cells * min(size.columns, 200)
