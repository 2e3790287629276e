"""Order and groups: what says that random splits will deceive.

Rows that follow each other and resemble each other, a distribution that drifts from the first
half of the file or of time to the second, and groups whose rows share a target: each lets a
random split look into what it should predict. These are the only meta-features that the order
of the rows changes, and it should.

References
----------
.. [1] Shrout, Fleiss. "Intraclass correlations." Psychological Bulletin 86, 1979: ICC(1).
.. [2] Smirnov. "Table for estimating the goodness of fit of empirical distributions." 1948.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from warmstart.metafeatures.feature import CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers, standardise

GROUP = "order"
ABOUT = "what makes random splits deceive: drift, groups of rows"
ORDER_ROWS = 10_000
"""The first rows of the file: a sample would not follow each other."""

_CORRELATION = (-1.0, 1.0)
_SHARE = (0.0, 1.0)


def _rows(prepared: Prepared) -> Integers:
    return np.arange(min(len(prepared.dataset.y), ORDER_ROWS))


def target_z(prepared: Prepared) -> Floats:
    """Standardised target of the rows in order, 0/1 a class, shape (n_rows, n_targets)."""
    rows = _rows(prepared)
    if prepared.is_classification:
        codes = prepared.class_codes[rows]
        # The rarest of many classes add next to nothing.
        y = (codes[:, None] == np.arange(min(int(codes.max()) + 1, 20))).astype(np.float64)
    else:
        y = prepared.dataset.y.to_numpy(dtype=np.float64)[rows, None]
    return standardise(y).z


def columns_z(prepared: Prepared) -> Floats:
    """Standardised numeric columns of the rows in order."""
    names = [name for name, kind in prepared.sampled_columns if kind == "numeric"]
    values = prepared.dataset.X[names].iloc[_rows(prepared)].to_numpy(dtype=np.float64)
    return standardise(values).z


def lag(z: Floats) -> Floats:
    """Correlation of each row with the next, of each standardised column."""
    if len(z) < 3:
        return np.empty(0)
    found: Floats = np.einsum("ij,ij->j", z[:-1], z[1:]) / len(z)
    return found


def drift(z: Floats) -> Floats:
    """Kolmogorov-Smirnov distance of the first half and the second, of each column."""
    n = len(z)
    if n < 4 or not z.shape[1]:
        return np.empty(0)
    half = n // 2
    order = np.argsort(z, axis=0, kind="stable")
    ranked = np.take_along_axis(z, order, axis=0)
    first = np.cumsum(order < half, axis=0) / half
    second = np.cumsum(order >= half, axis=0) / (n - half)
    # Only behind the last of equal values are both distributions at their step.
    steps = np.vstack([ranked[1:] > ranked[:-1], np.ones((1, z.shape[1]), dtype=bool)])
    found: Floats = np.where(steps, np.abs(first - second), 0.0).max(axis=0)
    return found


def _in_time(prepared: Prepared) -> Floats:
    """The standardised target in the order of the first date column; empty without one."""
    names = [name for name, kind in prepared.sampled_columns if kind == "date"]
    if not names:
        return np.empty((0, 0))
    moments = prepared.dataset.X[names[0]].iloc[_rows(prepared)]
    known = moments.notna().to_numpy()
    order = np.argsort(moments.to_numpy()[known], kind="stable")
    return standardise(prepared.once(target_z)[known][order]).z


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else math.nan


def _most(values: Floats) -> float:
    return float(values.max()) if values.size else math.nan


def _repeats(prepared: Prepared) -> float:
    """Share of rows whose class is that of the row before."""
    codes = prepared.class_codes[_rows(prepared)]
    return float((codes[1:] == codes[:-1]).mean()) if len(codes) > 1 else math.nan


def intraclass(prepared: Prepared) -> Floats:
    """ICC(1) of the target within each categorical column of which groups have many rows.

    Columns of at least five levels with two rows or more on average, such as customers.
    """
    z = prepared.once(target_z)
    found = []
    for name, kind in prepared.sampled_columns:
        if kind != "categorical" or not z.shape[1]:
            continue
        codes, levels = pd.factorize(prepared.dataset.X[name].iloc[_rows(prepared)])
        known = codes >= 0
        n, k = int(known.sum()), len(levels)
        if k < 5 or n < 2 * k:
            continue
        found.append(_icc(z[known], codes[known], k))
    return np.array(found)


def _icc(z: Floats, codes: Integers, k: int) -> float:
    n = len(codes)
    counts = np.bincount(codes, minlength=k)
    sums = np.stack([np.bincount(codes, column, k) for column in z.T], axis=1)
    means = sums / counts[:, None]
    centre = z.mean(axis=0)
    between = float((counts[:, None] * (means - centre) ** 2).sum()) / (k - 1)
    within = float(((z - means[codes]) ** 2).sum()) / (n - k)
    size = (n - float((counts**2).sum()) / n) / (k - 1)
    total = between + (size - 1) * within
    return (between - within) / total if total > 0 else math.nan


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="ShareOfClassRepeats", group=GROUP, formula=_repeats, limits=_SHARE,
        description="Share of rows whose class is that of the row before.",
        source="openml", task_types=CLASSIFICATION,
    ),
    Feature(
        name="TargetAutocorrelation", group=GROUP, limits=_CORRELATION, source="warmstart",
        formula=lambda p: _mean(lag(p.once(target_z))),
        description="Correlation of the target with that of the next row of the file.",
    ),
    *summarised("ColumnAutocorrelation", GROUP, lambda p: lag(p.once(columns_z)),
                "correlations of numeric columns with the next row", limits=_CORRELATION,
                source="warmstart"),
    Feature(
        name="TargetDrift", group=GROUP, limits=_SHARE, source="warmstart",
        formula=lambda p: _most(drift(p.once(target_z))),
        description="Kolmogorov-Smirnov distance of the target in the halves of the file.",
    ),
    *summarised("ColumnDrift", GROUP, lambda p: drift(p.once(columns_z)),
                "Kolmogorov-Smirnov distances of numeric columns in the halves of the file",
                limits=_SHARE, source="warmstart"),
    Feature(
        name="TargetAutocorrelationInTime", group=GROUP, limits=_CORRELATION,
        source="warmstart", formula=lambda p: _mean(lag(p.once(_in_time))),
        description="Correlation of the target with that of the next row in time.",
    ),
    Feature(
        name="TargetDriftInTime", group=GROUP, limits=_SHARE, source="warmstart",
        formula=lambda p: _most(drift(p.once(_in_time))),
        description="Kolmogorov-Smirnov distance of the target in the halves of time.",
    ),
    *summarised("GroupCorrelation", GROUP, intraclass,
                "intraclass correlations of the target within groups of rows",
                limits=_CORRELATION, source="warmstart"),
)  # fmt: skip

LOOKS_AT = (ORDER_ROWS, None)

FORMULAS = {
    "ShareOfClassRepeats": "#{i: y_i = y_(i-1)} / (n - 1)",
    "TargetAutocorrelation": "sum z_i z_(i+1) / n, z standardised y (mean of 0/1 a class)",
    "ColumnAutocorrelation*": "sum z_ij z_(i+1)j / n over numeric j, z standardised x",
    "TargetDrift": "max |F_first(y) - F_second(y)|, the halves of the file (most of classes)",
    "ColumnDrift*": "max |F_first(x_j) - F_second(x_j)| over numeric j, the halves of the file",
    "TargetAutocorrelationInTime": "sum z_i z_(i+1) / n, rows by the first date column",
    "TargetDriftInTime": "max |F_first(y) - F_second(y)|, rows by the first date column",
    "GroupCorrelation*":
        "(MSB - MSW) / (MSB + (n0 - 1) MSW), ICC(1) of y in the levels of categorical j",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 2e-3 + 3e-7 * size.cells
