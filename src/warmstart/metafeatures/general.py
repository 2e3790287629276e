"""Simple meta-features: counts and ratios of rows, columns, missing cells, symbols, classes.

Names and formulas are those of auto-sklearn [1]_; a "percentage" is a share in [0, 1] there
and here. Constants and identifiers among the columns are not counted: no pipeline sees them.

References
----------
.. [1] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
   Automated Machine Learning." NeurIPS 2015.
.. [2] Bardenet, Brendel, Kégl, Sebag. "Collaborative hyperparameter tuning." ICML 2013.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from warmstart.domain import TaskType
from warmstart.metafeatures.feature import ANY_TASK, CLASSIFICATION, Feature, summaries
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "general"
ABOUT = "rows, columns, classes, missing cells"


def n_symbols(prepared: Prepared) -> Floats:
    """Distinct values of each categorical or boolean column of the sample, in all rows."""
    found = [column.n_levels for column in prepared.levels if column.n_levels]
    return np.array(found, dtype=np.float64)


def _symbols_sum(prepared: Prepared) -> float:
    found = n_symbols(prepared)
    return float(found.mean()) * _n_categorical(prepared) if found.size else 0.0


def _n_numeric(prepared: Prepared) -> int:
    return prepared.count("numeric", "date")


def _n_categorical(prepared: Prepared) -> int:
    return prepared.count("categorical", "boolean")


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan


def _dataset_ratio(prepared: Prepared) -> float:
    return max(prepared.n_columns, 1) / prepared.n_rows


def _rows_with_missing(prepared: Prepared) -> float:
    return round(int(prepared.missing.any(axis=1).sum()) * prepared.per_row)


def _columns_with_missing(prepared: Prepared) -> float:
    return int(prepared.missing.any(axis=0).sum())


def _missing_cells(prepared: Prepared) -> float:
    return round(int(prepared.missing.sum()) * prepared.per_row)


def _feature(
    name: str,
    formula: Callable[[Prepared], float],
    description: str,
    task_types: frozenset[TaskType] = ANY_TASK,
) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description, task_types=task_types
    )


FEATURES: tuple[Feature, ...] = (
    _feature("NumberOfInstances", lambda p: p.n_rows, "Rows with a known target."),
    _feature(
        "LogNumberOfInstances", lambda p: math.log(p.n_rows), "Natural logarithm of rows."
    ),
    _feature("NumberOfFeatures", lambda p: p.n_columns, "Columns a pipeline learns from."),
    _feature(
        "LogNumberOfFeatures",
        lambda p: math.log(max(p.n_columns, 1)),
        "Natural logarithm of columns.",
    ),
    _feature("NumberOfNumericFeatures", _n_numeric, "Numeric and date columns."),
    _feature("NumberOfCategoricalFeatures", _n_categorical, "Categorical and boolean columns."),
    _feature("NumberOfTextFeatures", lambda p: p.count("text"), "Free-text columns."),
    _feature("NumberOfDateFeatures", lambda p: p.count("date"), "Date columns."),
    _feature(
        "RatioNumericalToNominal",
        lambda p: _ratio(_n_numeric(p), _n_categorical(p)),
        "Numeric columns for each categorical; 0 without a categorical one.",
    ),
    _feature(
        "RatioNominalToNumerical",
        lambda p: _ratio(_n_categorical(p), _n_numeric(p)),
        "Categorical columns for each numeric; 0 without a numeric one.",
    ),
    _feature("DatasetRatio", _dataset_ratio, "Columns for each row."),
    _feature(
        "LogDatasetRatio",
        lambda p: math.log(_dataset_ratio(p)),
        "Natural logarithm of columns for each row.",
    ),
    _feature("InverseDatasetRatio", lambda p: 1 / _dataset_ratio(p), "Rows for each column."),
    _feature(
        "LogInverseDatasetRatio",
        lambda p: -math.log(_dataset_ratio(p)),
        "Natural logarithm of rows for each column.",
    ),
    _feature("NumberOfMissingValues", _missing_cells, "Missing cells."),
    _feature(
        "PercentageOfMissingValues",
        lambda p: _ratio(int(p.missing.sum()), p.missing.size),
        "Share of cells missing.",
    ),
    _feature("NumberOfInstancesWithMissingValues", _rows_with_missing, "Rows missing a cell."),
    _feature(
        "PercentageOfInstancesWithMissingValues",
        lambda p: _ratio(int(p.missing.any(axis=1).sum()), p.missing.shape[0]),
        "Share of rows missing a cell.",
    ),
    _feature(
        "NumberOfFeaturesWithMissingValues", _columns_with_missing, "Columns missing a cell."
    ),
    _feature(
        "PercentageOfFeaturesWithMissingValues",
        lambda p: _ratio(_columns_with_missing(p), p.missing.shape[1]),
        "Share of columns missing a cell.",
    ),
    *summaries("Symbols", GROUP, n_symbols, "distinct values of categorical columns"),
    _feature("SymbolsSum", _symbols_sum, "Distinct values of categorical columns, summed."),
    _feature("NumberOfClasses", lambda p: len(p.class_shares), "Classes.", CLASSIFICATION),
    *summaries(
        "ClassProbability",
        GROUP,
        lambda p: p.class_shares,
        "the share of rows of a class",
        task_types=CLASSIFICATION,
    ),
)

FORMULAS = {
    "NumberOfInstances": "n", "LogNumberOfInstances": "ln n",
    "NumberOfFeatures": "p", "LogNumberOfFeatures": "ln p",
    "NumberOfNumericFeatures": "p_num", "NumberOfCategoricalFeatures": "p_cat",
    "NumberOfTextFeatures": "#{j: column j is text}",
    "NumberOfDateFeatures": "#{j: column j is dates}",
    "RatioNumericalToNominal": "p_num / p_cat", "RatioNominalToNumerical": "p_cat / p_num",
    "DatasetRatio": "p / n", "LogDatasetRatio": "ln(p / n)",
    "InverseDatasetRatio": "n / p", "LogInverseDatasetRatio": "ln(n / p)",
    "NumberOfMissingValues": "#{(i, j): x_ij missing}",
    "PercentageOfMissingValues": "#{(i, j): x_ij missing} / (n p)",
    "NumberOfInstancesWithMissingValues": "#{i: some x_ij missing}",
    "PercentageOfInstancesWithMissingValues": "#{i: some x_ij missing} / n",
    "NumberOfFeaturesWithMissingValues": "#{j: some x_ij missing}",
    "PercentageOfFeaturesWithMissingValues": "#{j: some x_ij missing} / p",
    "Symbols*": "v_j over categorical j, v_j its distinct values",
    "SymbolsSum": "sum of v_j over categorical j",
    "NumberOfClasses": "K", "ClassProbability*": "q_k over classes k",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-3 + 2e-8 * size.cells
