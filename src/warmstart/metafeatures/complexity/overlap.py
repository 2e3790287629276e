"""F1, F1v, F2, F3, F4: how far columns tell classes apart; C1, C2: how unequal classes are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.metafeatures.pairs.neighbourhood import pair_sample, stratified
from warmstart.metafeatures.planning.order import cells, in_order
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

OVERLAP_ROWS = 5_000
MAX_CLASSES = 10


@dataclass(frozen=True, slots=True)
class ByClass:
    """Rows of each of the largest classes."""

    rows: tuple[Floats, ...]
    low: Floats
    high: Floats
    """Smallest and largest value, shape (n_classes, n_columns)."""

    pairs: tuple[tuple[int, int], ...]


def by_class(prepared: Prepared) -> ByClass:
    """The encoded rows of each class."""
    ordered = prepared.once(in_order)
    rows = stratified(ordered.codes, OVERLAP_ROWS, prepared.rng("overlap rows"))
    codes = ordered.codes[rows]
    encoded = cells(prepared, ordered.rows[rows])
    kept = [encoded[codes == k] for k in range(MAX_CLASSES) if (codes == k).any()]
    pairs = tuple((i, j) for i in range(len(kept)) for j in range(i + 1, len(kept)))
    low = np.array([group.min(axis=0) for group in kept])
    high = np.array([group.max(axis=0) for group in kept])
    return ByClass(tuple(kept), low, high, pairs)


def f1(prepared: Prepared) -> Floats:
    """Maximum Fisher's discriminant ratio, of each column."""
    sample = prepared.once(by_class)
    counts = np.array([len(group) for group in sample.rows], dtype=np.float64)
    means = np.array([group.mean(axis=0) for group in sample.rows])
    centre = counts @ means / counts.sum()
    between = counts @ (means - centre) ** 2
    within = sum(
        ((group - mean) ** 2).sum(axis=0)
        for group, mean in zip(sample.rows, means, strict=True)
    )
    total = between + within
    return np.where(total > 0, within / np.where(total > 0, total, 1.0), np.nan)


def f1v(prepared: Prepared) -> Floats:
    """The same along the direction that tells two classes apart best, of each pair."""
    sample = prepared.once(by_class)
    means = [group.mean(axis=0) for group in sample.rows]
    spread = [_covariance(group) for group in sample.rows]
    found = []
    for i, j in sample.pairs:
        n, m = len(sample.rows[i]), len(sample.rows[j])
        within = (n * spread[i] + m * spread[j]) / (n + m)
        gap = means[i] - means[j]
        ratio = float(gap @ np.linalg.pinv(within, hermitian=True) @ gap)
        found.append(1 / (1 + max(ratio, 0.0)))
    return np.array(found)


def _covariance(group: Floats) -> Floats:
    centred = group - group.mean(axis=0)
    found: Floats = centred.T @ centred / max(len(group) - 1, 1)
    return found


def f2(prepared: Prepared) -> Floats:
    """Volume in which two classes overlap, of that which they take, of each pair."""
    sample = prepared.once(by_class)
    found = []
    for i, j in sample.pairs:
        both = np.minimum(sample.high[i], sample.high[j]) - np.maximum(
            sample.low[i], sample.low[j]
        )
        whole = np.maximum(sample.high[i], sample.high[j]) - np.minimum(
            sample.low[i], sample.low[j]
        )
        # A column that does not vary tells nothing, as one in which all overlaps.
        share = np.where(
            whole > 0, np.maximum(both, 0.0) / np.where(whole > 0, whole, 1.0), 1.0
        )
        found.append(float(np.prod(share)))
    return np.array(found)


def _inside(rows: Floats, codes: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Cells where both classes have values, shape of `rows`; none where a class is gone."""
    if codes.all() or not codes.any():
        return np.zeros(rows.shape, dtype=bool)
    one, other = rows[codes], rows[~codes]
    low = np.maximum(one.min(axis=0), other.min(axis=0))
    high = np.minimum(one.max(axis=0), other.max(axis=0))
    found: npt.NDArray[np.bool_] = (rows >= low) & (rows <= high)
    return found


def _pair(sample: ByClass, i: int, j: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    rows = np.vstack([sample.rows[i], sample.rows[j]])
    return rows, np.arange(len(rows)) < len(sample.rows[i])


def f3(prepared: Prepared) -> Floats:
    """Rows that the best single column does not tell apart, of each pair."""
    sample = prepared.once(by_class)
    found = []
    for i, j in sample.pairs:
        rows, codes = _pair(sample, i, j)
        found.append(float(_inside(rows, codes).mean(axis=0).min()))
    return np.array(found)


def f4(prepared: Prepared) -> Floats:
    """Rows that no column tells apart, one after the other, of each pair."""
    sample = prepared.once(by_class)
    found = []
    for i, j in sample.pairs:
        rows, codes = _pair(sample, i, j)
        n = len(rows)
        left = list(range(rows.shape[1]))
        while left and len(rows):
            inside = _inside(rows[:, left], codes)
            best = int(inside.sum(axis=0).argmin())
            rows, codes = rows[inside[:, best]], codes[inside[:, best]]
            del left[best]
        found.append(len(rows) / n)
    return np.array(found)


def c1(prepared: Prepared) -> float:
    """Entropy of the class over that of equally frequent ones."""
    shares = prepared.class_shares
    if len(shares) < 2:
        return math.nan
    return float(-(shares * np.log(shares)).sum() / math.log(len(shares)))


def c2(prepared: Prepared) -> float:
    """One less the inverse of the imbalance ratio of many classes."""
    shares = prepared.class_shares
    k = len(shares)
    if k < 2:
        return math.nan
    ratio = (k - 1) / k * float((shares / (1 - shares)).sum())
    return max(1 - 1 / ratio, 0.0)


def t2(prepared: Prepared) -> float:
    """Encoded columns for each row."""
    rows, columns = prepared.encoded.shape
    return float(columns / rows)


def n_components(prepared: Prepared) -> int:
    """Principal components of the standardised rows that explain 95 % of the variance."""
    from warmstart.metafeatures.statistical import EXPLAINED

    z = prepared.once(pair_sample).z
    centred = z - z.mean(axis=0)
    gram = centred @ centred.T if z.shape[1] > len(z) else centred.T @ centred
    values = np.clip(np.linalg.eigvalsh(gram)[::-1], 0.0, None)
    total = values.sum()
    if total <= 0:
        return 0
    return int(np.searchsorted(np.cumsum(values) / total, EXPLAINED - 1e-9)) + 1


def t3(prepared: Prepared) -> float:
    """Principal components for each row."""
    return prepared.once(n_components) / len(prepared.once(pair_sample).z)


def t4(prepared: Prepared) -> float:
    """Principal components for each column."""
    return prepared.once(n_components) / int(prepared.once(pair_sample).z.shape[1])
