"""Counts of columns, values and classes that OpenML and pymfe know besides auto-sklearn's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from warmstart.domain import TaskType
from warmstart.metafeatures.feature import ANY_TASK, CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.general import n_symbols
from warmstart.metafeatures.groups.columns import n_distinct
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "counts"
ABOUT = "kinds of columns, sizes of classes, duplicates"

_SHARE = (0.0, 1.0)
_POSITIVE = (0.0, math.inf)


def _cardinalities(prepared: Prepared) -> Floats:
    """Distinct values of every numeric and categorical column of the sample."""
    return np.concatenate([prepared.once(n_distinct), n_symbols(prepared)])


def _binary(prepared: Prepared) -> float:
    return float((_cardinalities(prepared) == 2).sum())


def _share_of(*kinds: str) -> Callable[[Prepared], float]:
    return lambda p: p.count(*kinds) / p.n_columns if p.n_columns else math.nan


def _unused(kind: str) -> Callable[[Prepared], float]:
    return lambda p: float(p.count(kind))


def _at_least(n: int) -> Callable[[Prepared], float]:
    return lambda p: float((_cardinalities(p) >= n).sum())


def _size(place: int) -> Callable[[Prepared], float]:
    return lambda p: float(round(p.class_shares[place] * p.n_rows))


def _imbalance(prepared: Prepared) -> float:
    return float(prepared.class_shares[0] / prepared.class_shares[-1])


def _duplicates(prepared: Prepared) -> float:
    """Share of sampled rows that are equal to an earlier one in every column."""
    sample = prepared.dataset.X.iloc[prepared.rows]
    return float(sample.duplicated().mean()) if sample.shape[1] else math.nan


def _one(
    name: str,
    formula: Callable[[Prepared], float],
    description: str,
    unit: str = "",
    limits: tuple[float, float] = _POSITIVE,
    source: str = "openml",
    task_types: frozenset[TaskType] = ANY_TASK,
) -> Feature:
    return Feature(
        name=name, group=GROUP, formula=formula, description=description, unit=unit,
        limits=limits, source=source, task_types=task_types,
    )  # fmt: skip


FEATURES: tuple[Feature, ...] = (
    _one("NumberOfBinaryFeatures", _binary, "Columns with two values.", "columns"),
    _one("ShareOfBinaryFeatures",
         lambda p: _binary(p) / p.n_columns if p.n_columns else math.nan,
         "Share of columns with two values.", limits=_SHARE),
    _one("ShareOfNumericFeatures", _share_of("numeric", "date"), "Share of numeric columns.",
         limits=_SHARE),
    _one("ShareOfCategoricalFeatures", _share_of("categorical", "boolean"),
         "Share of categorical columns.", limits=_SHARE),
    _one("NumberOfConstantColumns", _unused("constant"), "Columns of one value.", "columns",
         source="warmstart"),
    _one("NumberOfIdentifiers", _unused("identifier"), "Columns that number the rows.",
         "columns", source="warmstart"),
    _one("ColumnsOfTwoValuesUp", _at_least(2), "Columns of two values up.", "columns"),
    _one("ColumnsOfThreeValuesUp", _at_least(3), "Columns of three values up.", "columns"),
    _one("ColumnsOfFourValuesUp", _at_least(4), "Columns of four values up.", "columns"),
    *summarised("NominalCardinality", GROUP, n_symbols,
                "distinct values of categorical columns", unit="values", limits=_POSITIVE,
                source="openml"),
    *summarised("NumericCardinality", GROUP, n_distinct, "distinct values of numeric columns",
                unit="values", limits=_POSITIVE, source="openml"),
    *summarised("ClassShare", GROUP, lambda p: p.class_shares, "shares of rows of a class",
                limits=_SHARE, task_types=CLASSIFICATION),
    _one("MajorityClassSize", _size(0), "Rows of the most frequent class.", "rows",
         task_types=CLASSIFICATION),
    _one("MinorityClassSize", _size(-1), "Rows of the least frequent class.", "rows",
         task_types=CLASSIFICATION),
    _one("DefaultAccuracy", lambda p: float(p.class_shares[0]),
         "Accuracy of always the most frequent class.", limits=_SHARE,
         task_types=CLASSIFICATION),
    _one("ClassImbalance", _imbalance, "Most over least frequent class.", source="warmstart",
         task_types=CLASSIFICATION),
    _one("ShareOfDuplicateRows", _duplicates, "Share of rows equal to an earlier one.",
         limits=_SHARE, source="warmstart"),
)  # fmt: skip

FORMULAS = {
    "NumberOfBinaryFeatures": "#{j: v_j = 2}", "ShareOfBinaryFeatures": "#{j: v_j = 2} / p",
    "ShareOfNumericFeatures": "p_num / p", "ShareOfCategoricalFeatures": "p_cat / p",
    "NumberOfConstantColumns": "#{j: v_j <= 1}",
    "NumberOfIdentifiers": "#{j: column j numbers the rows}",
    "ColumnsOfTwoValuesUp": "#{j: v_j >= 2}", "ColumnsOfThreeValuesUp": "#{j: v_j >= 3}",
    "ColumnsOfFourValuesUp": "#{j: v_j >= 4}",
    "NominalCardinality*": "v_j over categorical j",
    "NumericCardinality*": "v_j over numeric j",
    "ClassShare*": "q_k over classes k",
    "MajorityClassSize": "max n_k", "MinorityClassSize": "min n_k",
    "DefaultAccuracy": "max q_k", "ClassImbalance": "max n_k / min n_k",
    "ShareOfDuplicateRows": "1 - #distinct rows / n",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 2e-3 + 3e-7 * size.cells
