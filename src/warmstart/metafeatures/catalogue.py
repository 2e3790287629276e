"""All meta-features as a table: what each is, in which unit, between which limits, of whom."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

import pandas as pd

from warmstart.metafeatures.elsewhere.qualities import qualities_read
from warmstart.metafeatures.elsewhere.references import COUNTERPARTS
from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION, MetaFeature
from warmstart.metafeatures.planning.costs import cost_class
from warmstart.metafeatures.registry import default_groups, every_feature, group_module, groups

_COUNT, _SHARE, _ANY = (0.0, math.inf), (0.0, 1.0), (-math.inf, math.inf)
_OF_DEFAULTS = (
    (r"Landmark.*R2", "R²", (-1.0, 1.0), "landmarking"),
    (r"Landmark.*", "accuracy", _SHARE, "landmarking"),
    (r"NumberOfInstances.*", "rows", _COUNT, "auto-sklearn"),
    (r"NumberOfMissingValues", "cells", _COUNT, "auto-sklearn"),
    (r"NumberOfClasses", "classes", _COUNT, "auto-sklearn"),
    (r"NumberOf(Text|Date)Features", "columns", _COUNT, "warmstart"),
    (r"NumberOf.*", "columns", _COUNT, "auto-sklearn"),
    (r"Percentage.*|ClassProbability.*|PCAFraction.*", "", _SHARE, "auto-sklearn"),
    (r"Log.*|Skewness.*|Kurtosis.*|PCA.*", "", _ANY, "auto-sklearn"),
    (r"Ratio.*|.*DatasetRatio", "", _COUNT, "auto-sklearn"),
    (r"Symbols.*", "values", _COUNT, "auto-sklearn"),
    (r"ClassEntropy", "bits", _COUNT, "auto-sklearn"),
    (r"NormalizedClassEntropy|Correlation.*", "", _SHARE, "statlog"),
    (r"AttributeEntropyMean|MutualInformation.*", "bits", _COUNT, "statlog"),
    (r"TargetStd|TargetMAD", "of the target", _COUNT, "amasyali"),
    (r"TargetSkewness|TargetKurtosis", "", _ANY, "amasyali"),
    (r"TargetDistinctRatio|TargetOutlierRatio|TargetCorrelation.*", "", _SHARE, "amasyali"),
    (r"Target.*", "", _COUNT, "amasyali"),
)


SYMBOLS = (
    "n rows, p columns (p_num numeric, p_cat categorical), x_j column j, x_ij its cells, v_j "
    "its distinct values, y the target, n_k rows of class k of K, q_k = n_k / n, H entropy in "
    "bits, I mutual information, r correlation, m central moments, E the encoded columns "
    "(standardised numbers, 0/1 a level), d a distance of two rows, [.] 1 where true, # a "
    "count; missing cells are left out"
)
"""What the letters stand for."""

_SUMMARIES = {
    "Mean": "mean", "SD": "sd", "STD": "sd (over n)", "Min": "min", "Q1": "Q1",
    "Median": "median", "Q3": "Q3", "Max": "max",
}  # fmt: skip
_MEASURES = {
    "ErrorRate": "#{i: predicted != y_i} / n",
    "Kappa": "(accuracy - chance) / (1 - chance)",
    "AUC": "sum q_k AUC(class k against the rest)",
}
_FOLDS = "held-out rows of five folds"


def catalogue() -> pd.DataFrame:
    """One row a meta-feature, in the order they are computed.

    Returns
    -------
    DataFrame, shape (n_metafeatures, 11)
        With the columns ``name``, ``group``, ``default`` (whether it is computed where no group
        is named), ``cost`` (of its group: cheap, moderate or dear), ``tasks``, ``unit``
        ("number" of what has none), ``low``, ``high``, ``source``, ``formula`` (in the letters
        of :data:`SYMBOLS`) and ``description``.

    Examples
    --------
    >>> found = catalogue().set_index("name")
    >>> found.loc["ClassEntropy", ["group", "unit", "cost"]].tolist()
    ['information', 'bits', 'cheap']
    """
    default = set(default_groups())
    return pd.DataFrame(
        [_row(feature, feature.group in default) for feature in every_feature()]
    )


@cache
def formulas() -> dict[str, str]:
    """Of the built-in groups, by name; one that ends in ``*`` stands for all its summaries.

    Examples
    --------
    >>> formulas()["LogDatasetRatio"]
    'ln(p / n)'
    """
    modules = [group_module(group) for group in groups()]
    return {
        name: text for one in modules for name, text in getattr(one, "FORMULAS", {}).items()
    }


def formula_of(name: str) -> str:
    """The formula of a built-in meta-feature in :data:`SYMBOLS`; empty of others.

    Examples
    --------
    >>> formula_of("LogDatasetRatio"), formula_of("ColumnRangeQ1")
    ('ln(p / n)', 'Q1 of max x_j - min x_j over numeric j')
    """
    known = formulas()
    if name in known:
        return known[name]
    for suffix, summary in _SUMMARIES.items():
        if name.endswith(suffix) and (base := known.get(f"{name[: -len(suffix)]}*")):
            return f"{summary} of {base}"
    if name.startswith("RankOf"):
        return "rank of the error among seven landmarkers, ties share"
    measured = re.fullmatch(r"Landmark.+?(ErrorRate|Kappa|AUC)", name)
    if measured:
        return f"{_MEASURES[measured[1]]}, {_FOLDS}"
    if re.fullmatch(r"Landmark.+R2", name):
        return f"max(1 - sum (y - predicted)^2 / sum (y - mean y)^2, -1), {_FOLDS}"
    if name.startswith("Landmark"):
        return f"#{{i: predicted = y_i}} / n, {_FOLDS}"
    return ""


def group_table() -> pd.DataFrame:
    """One row a group: how many meta-features, by default or not, its cost, what it tells.

    Examples
    --------
    >>> group_table().set_index("group").loc["landmarking", "cost"]
    'moderate'
    """
    found = catalogue().groupby("group", sort=False)
    return pd.DataFrame(
        [
            {
                "group": group,
                "number": len(part),
                "default": bool(part["default"].iloc[0]),
                "cost": part["cost"].iloc[0],
                "about": getattr(group_module(str(group)), "ABOUT", ""),
            }
            for group, part in found
        ]
    )


def _row(feature: MetaFeature, is_default: bool) -> dict[str, Any]:
    unit = getattr(feature, "unit", "")
    limits = getattr(feature, "limits", _ANY)
    source = getattr(feature, "source", "")
    if is_default and not source:
        for pattern, *rest in _OF_DEFAULTS:
            if re.fullmatch(pattern, feature.name):
                unit, limits, source = rest
                break
    return {
        "name": feature.name,
        "group": feature.group,
        "default": is_default,
        "cost": cost_class(feature.group),
        "tasks": _tasks(feature),
        "unit": unit or "number",
        "low": limits[0],
        "high": limits[1],
        "source": source,
        "formula": getattr(feature, "written", "") or formula_of(feature.name),
        "description": getattr(feature, "description", ""),
    }


def _tasks(feature: MetaFeature) -> str:
    classifies, regresses = feature.task_types & CLASSIFICATION, feature.task_types & REGRESSION
    if classifies and regresses:
        return "any"
    return "classification" if classifies else "regression"


def counterparts() -> pd.DataFrame:
    """One row a meta-feature of auto-sklearn, OpenML or pymfe, and what it is called here.

    Returns
    -------
    DataFrame
        With the columns ``system``, ``theirs``, ``ours`` (empty where there is none), ``how``
        ("equal" in definition and unit, in another "unit", "differs", "none"), ``note`` and
        ``in_builds`` (whether ``warmstart build openml`` describes tasks by it).

    Examples
    --------
    >>> counterparts().groupby("system").size().to_dict()
    {'auto-sklearn': 46, 'openml': 119, 'pymfe': 112}
    """
    taken = qualities_read([one.theirs for one in COUNTERPARTS if one.system == "openml"])
    return pd.DataFrame(
        [
            {
                "system": one.system,
                "theirs": one.theirs,
                "ours": one.ours,
                "how": one.how,
                "note": one.note,
                "in_builds": one.system == "openml" and one.theirs in taken,
            }
            for one in COUNTERPARTS
        ]
    )


def coverage() -> pd.DataFrame:
    """One row a system: how many of its meta-features are here, and how.

    Examples
    --------
    >>> coverage().set_index("system")[["theirs", "none"]].to_dict("index")
    {'auto-sklearn': {'theirs': 46, 'none': 0}, 'openml': {'theirs': 119, 'none': 12}, \
'pymfe': {'theirs': 112, 'none': 0}}
    """
    how = ["equal", "unit", "differs", "none"]
    found = counterparts().groupby("system")["how"].value_counts().unstack(fill_value=0)
    found = found.reindex(columns=how, fill_value=0)
    found.insert(0, "theirs", found.sum(axis=1))
    return found.rename_axis(columns=None).reset_index()
