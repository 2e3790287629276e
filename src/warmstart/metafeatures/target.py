"""Meta-features of a regression target: its spread and shape, and what columns say of it.

The counterparts of class probabilities and class entropy. Moments are biased, as those of
the columns are.

References
----------
.. [1] Soares, Brazdil, Kuba. "A Meta-Learning Method to Select the Kernel Width in Support
   Vector Regression." Machine Learning 54, 2004.
.. [2] Amasyali, Ersoy. "A Study of Meta Learning for Regression." Purdue ECE technical
   report 386, 2009.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from warmstart.metafeatures.feature import REGRESSION, Feature, summaries
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, standardise

GROUP = "target"
ABOUT = "spread and shape of a regression target"
LARGEST_VARIATION = 1e6
"""Where the mean is (almost) zero the coefficient of variation stops here."""

_LARGEST = np.finfo(np.float64).max


def _scaled(prepared: Prepared) -> tuple[Floats, float]:
    """The target within ±1 and its unit, so that no square overflows."""
    unit = float(np.abs(prepared.target).max(initial=0.0)) or 1.0
    return prepared.target / unit, unit


def _std(prepared: Prepared) -> float:
    scaled, unit = _scaled(prepared)
    return min(float(scaled.std()) * unit, _LARGEST)


def _deviation(prepared: Prepared) -> float:
    scaled, unit = _scaled(prepared)
    return min(float(np.abs(scaled - np.median(scaled)).mean()) * unit, _LARGEST)


def _variation(prepared: Prepared) -> float:
    scaled, _ = _scaled(prepared)
    std, mean = float(scaled.std()), abs(float(scaled.mean()))
    return std / mean if std < LARGEST_VARIATION * mean else LARGEST_VARIATION * (std > 0)


def _relative_deviation(prepared: Prepared) -> float:
    z = prepared.target_z
    return float(np.abs(z - np.median(z)).mean())


def _kurtosis(prepared: Prepared) -> float:
    z = prepared.target_z
    return float((z**4).mean()) - 3.0 if z.any() else 0.0


def _distinct(prepared: Prepared) -> float:
    return len(np.unique(prepared.target)) / len(prepared.target)


def _outliers(prepared: Prepared) -> float:
    low, high = np.quantile(prepared.target_z, [0.25, 0.75])
    reach = 1.5 * (high - low)
    return float(
        np.mean((prepared.target_z < low - reach) | (prepared.target_z > high + reach))
    )


def correlations_with_target(prepared: Prepared) -> Floats:
    """Absolute Pearson correlation of the target with each encoded column that varies.

    Missing numbers are at the mean, categories are 0/1 a level.
    """
    columns = standardise(prepared.encoded).z
    return np.minimum(np.abs(columns.T @ prepared.target_z) / len(columns), 1.0)


def _feature(name: str, formula: Callable[[Prepared], float], description: str) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description, task_types=REGRESSION
    )


FEATURES: tuple[Feature, ...] = (
    _feature("TargetStd", _std, "Standard deviation of the target, in its unit."),
    _feature("TargetMAD", _deviation, "Mean absolute deviation from the median, in its unit."),
    _feature(
        "TargetRelativeMAD",
        _relative_deviation,
        "Mean absolute deviation from the median, in standard deviations.",
    ),
    _feature(
        "TargetCoefficientOfVariation",
        _variation,
        "Standard deviation over the absolute mean, at most 1e6.",
    ),
    _feature("TargetSkewness", lambda p: float((p.target_z**3).mean()), "Skewness."),
    _feature("TargetKurtosis", _kurtosis, "Excess kurtosis; 0 if the target is constant."),
    _feature("TargetDistinctRatio", _distinct, "Distinct values for each row."),
    _feature("TargetOutlierRatio", _outliers, "Share of rows 1.5 quartile ranges beyond one."),
    *summaries(
        "TargetCorrelation",
        GROUP,
        lambda p: p.once(correlations_with_target),
        "the absolute correlation of a column and the target",
        which=("Mean", "Max"),
        task_types=REGRESSION,
    ),
)

FORMULAS = {
    "TargetStd": "s_y = sqrt(mean (y - mean y)^2)",
    "TargetMAD": "mean |y - median y|", "TargetRelativeMAD": "mean |y - median y| / s_y",
    "TargetCoefficientOfVariation": "min(s_y / |mean y|, 1e6)",
    "TargetSkewness": "m3 / m2^(3/2) of y", "TargetKurtosis": "m4 / m2^2 - 3 of y",
    "TargetDistinctRatio": "#distinct y / n",
    "TargetOutlierRatio": "share of y outside [Q1 - 1.5 IQR, Q3 + 1.5 IQR]",
    "TargetCorrelation*": "|r(x_j, y)| over numeric j",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-3 + 2e-8 * size.cells
