"""The distribution of each numeric column, summarised over the columns.

Missing cells are left out column by column. What depends on the unit of a column, such as a
mean, says so by its unit; shapes do not. Names of skewness and kurtosis are the types of [1]_:
the default meta-features are of type 1, R's and Weka's of type 2, pymfe's of type 3.

References
----------
.. [1] Joanes, Gill. "Comparing measures of sample skewness and kurtosis." The Statistician 47,
   1998.
"""

from __future__ import annotations

import math

import numpy as np

from warmstart.metafeatures.feature import Feature, summarised
from warmstart.metafeatures.groups.sorted_columns import (
    deviation,
    interquartile,
    maximum,
    mean,
    median,
    minimum,
    ordered,
    quartiles,
    total,
    trimmed_mean,
    variance,
)
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "columns"
ABOUT = "means, spreads, quantiles of columns"
NORMALITY_ROWS = 5_000
"""The Shapiro-Wilk test is defined up to here."""

_ZERO = 1e-10
_SHARE = (0.0, 1.0)
_POSITIVE = (0.0, math.inf)


def _geometric_mean(prepared: Prepared) -> Floats:
    """0 where a cell is (almost) zero, undefined where one is negative."""
    columns = prepared.once(ordered)
    low = columns.values[0]
    logs = total(columns, np.log(np.where(columns.values > 0, columns.values, 1.0)))
    return np.where(low < 0, np.nan, np.where(low < _ZERO, 0.0, np.exp(logs / columns.n)))


def _harmonic_mean(prepared: Prepared) -> Floats:
    """0 where a cell is zero, undefined where one is negative."""
    columns = prepared.once(ordered)
    low = columns.values[0]
    inverse = total(columns, 1.0 / np.where(columns.values > 0, columns.values, 1.0))
    return np.where(low < 0, np.nan, np.where(low == 0, 0.0, columns.n / inverse))


def _skewness_2(prepared: Prepared) -> Floats:
    n = prepared.standardised.n_known
    factor = np.sqrt(n * (n - 1)) / np.maximum(n - 2, 1)
    return np.where(n > 2, prepared.skewness * factor, np.nan)


def _skewness_3(prepared: Prepared) -> Floats:
    n = prepared.standardised.n_known
    found: Floats = prepared.skewness * ((n - 1) / n) ** 1.5
    return found


def _kurtosis_2(prepared: Prepared) -> Floats:
    n = prepared.standardised.n_known
    factor = (n - 1) / np.maximum((n - 2) * (n - 3), 1)
    return np.where(n > 3, ((n + 1) * prepared.kurtosis + 6) * factor, np.nan)


def _kurtosis_3(prepared: Prepared) -> Floats:
    n = prepared.standardised.n_known
    found: Floats = (prepared.kurtosis + 3.0) * (1 - 1 / n) ** 2 - 3.0
    return found


def n_distinct(prepared: Prepared) -> Floats:
    """Distinct known values of each column of the sample."""
    columns = prepared.once(ordered)
    steps = (columns.values[1:] != columns.values[:-1]) & columns.known[1:]
    found: Floats = 1.0 + steps.sum(axis=0)
    return found


def _sparsity(prepared: Prepared) -> Floats:
    """How often values repeat: 0 where all differ, 1 where all are one."""
    columns = prepared.once(ordered)
    repeats = columns.n / prepared.once(n_distinct) - 1
    return np.where(columns.n > 1, repeats / np.maximum(columns.n - 1, 1), np.nan)


def _with_outliers(prepared: Prepared) -> float:
    low, high = prepared.once(quartiles)
    reach = 1.5 * (high - low)
    outside = (prepared.once(minimum) < low - reach) | (prepared.once(maximum) > high + reach)
    return float(outside.sum())


def _normal(prepared: Prepared) -> float:
    """Columns of which the Shapiro-Wilk test does not say that they are not normal."""
    from scipy.stats import shapiro

    columns = prepared.standardised
    n_normal = 0.0
    for z, missing in zip(columns.z.T, columns.missing.T, strict=True):
        known = z[~missing][:NORMALITY_ROWS]
        if len(known) > 2 and np.ptp(known) > 0:
            n_normal += float(shapiro(known).pvalue > 0.05)
    return n_normal


def _spread(prepared: Prepared) -> Floats:
    found: Floats = np.sqrt(prepared.once(variance))
    return found


def _range(prepared: Prepared) -> Floats:
    found: Floats = prepared.once(maximum) - prepared.once(minimum)
    return found


_CELL = "of the column"

FEATURES: tuple[Feature, ...] = (
    *summarised("ColumnMean", GROUP, mean, "means of numeric columns", unit=_CELL),
    *summarised(
        "ColumnVariance", GROUP, variance, "variances of numeric columns",
        unit=f"{_CELL}, squared", limits=_POSITIVE,
    ),
    *summarised(
        "ColumnSD", GROUP, _spread, "standard deviations of numeric columns",
        unit=_CELL, limits=_POSITIVE,
    ),
    *summarised("ColumnMedian", GROUP, median, "medians of numeric columns", unit=_CELL),
    *summarised("ColumnMin", GROUP, minimum, "minima of numeric columns", unit=_CELL),
    *summarised("ColumnMax", GROUP, maximum, "maxima of numeric columns", unit=_CELL),
    *summarised(
        "ColumnRange", GROUP, _range, "ranges of numeric columns", unit=_CELL, limits=_POSITIVE
    ),
    *summarised(
        "ColumnInterquartileRange", GROUP, interquartile,
        "interquartile ranges of numeric columns", unit=_CELL, limits=_POSITIVE,
    ),
    *summarised(
        "ColumnMAD", GROUP, deviation,
        "median absolute deviations of numeric columns, times 1.4826",
        unit=_CELL, limits=_POSITIVE,
    ),
    *summarised(
        "ColumnTrimmedMean", GROUP, trimmed_mean,
        "means of numeric columns without a fifth at each end", unit=_CELL,
    ),
    *summarised(
        "ColumnGeometricMean", GROUP, _geometric_mean,
        "geometric means of numeric columns that are nowhere negative",
        unit=_CELL, limits=_POSITIVE,
    ),
    *summarised(
        "ColumnHarmonicMean", GROUP, _harmonic_mean,
        "harmonic means of numeric columns that are nowhere negative",
        unit=_CELL, limits=_POSITIVE,
    ),
    *summarised("SkewnessType2", GROUP, _skewness_2, "adjusted skewness of numeric columns",
                source="openml"),
    *summarised("SkewnessType3", GROUP, _skewness_3, "skewness of numeric columns, by the "
                "sample standard deviation"),
    *summarised("KurtosisType2", GROUP, _kurtosis_2, "adjusted excess kurtosis of numeric "
                "columns", source="openml"),
    *summarised("KurtosisType3", GROUP, _kurtosis_3, "excess kurtosis of numeric columns, by "
                "the sample standard deviation"),
    *summarised(
        "ColumnSparsity", GROUP, _sparsity, "how often values of numeric columns repeat",
        limits=_SHARE,
    ),
    Feature(
        name="NumberOfColumnsWithOutliers", group=GROUP, formula=_with_outliers,
        description="Numeric columns with a value 1.5 quartile ranges beyond a quartile.",
        unit="columns", limits=_POSITIVE, source="pymfe",
    ),
    Feature(
        name="NumberOfNormalColumns", group=GROUP, formula=_normal,
        description="Numeric columns that a Shapiro-Wilk test at 5 % does not find not normal.",
        unit="columns", limits=_POSITIVE, source="pymfe",
    ),
)  # fmt: skip

FORMULAS = {
    "ColumnMean*": "mean x_j over numeric j",
    "ColumnVariance*": "sum (x_ij - mean x_j)^2 / (n - 1) over numeric j",
    "ColumnSD*": "sqrt(sum (x_ij - mean x_j)^2 / (n - 1)) over numeric j",
    "ColumnMedian*": "median x_j over numeric j",
    "ColumnMin*": "min x_j over numeric j", "ColumnMax*": "max x_j over numeric j",
    "ColumnRange*": "max x_j - min x_j over numeric j",
    "ColumnInterquartileRange*": "Q3(x_j) - Q1(x_j) over numeric j",
    "ColumnMAD*": "1.4826 median |x_j - median x_j| over numeric j",
    "ColumnTrimmedMean*": "mean x_j without floor(n / 5) at each end, over numeric j",
    "ColumnGeometricMean*": "exp(mean ln x_j) over numeric j >= 0",
    "ColumnHarmonicMean*": "n / sum(1 / x_ij) over numeric j >= 0",
    "SkewnessType2*": "g1 sqrt(n (n - 1)) / (n - 2), g1 = m3 / m2^(3/2), over numeric j",
    "SkewnessType3*": "g1 (1 - 1 / n)^(3/2), g1 = m3 / m2^(3/2), over numeric j",
    "KurtosisType2*":
        "((n + 1) g2 + 6) (n - 1) / ((n - 2) (n - 3)), g2 = m4 / m2^2 - 3, over numeric j",
    "KurtosisType3*": "(g2 + 3) (1 - 1 / n)^2 - 3, g2 = m4 / m2^2 - 3, over numeric j",
    "ColumnSparsity*": "(n / v_j - 1) / (n - 1) over numeric j",
    "NumberOfColumnsWithOutliers":
        "#{numeric j: min < Q1 - 1.5 IQR or max > Q3 + 1.5 IQR}",
    "NumberOfNormalColumns": "#{numeric j: p of the Shapiro-Wilk test > .05}",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 3e-3 + 1e-6 * size.cells
