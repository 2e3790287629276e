"""All meta-features as a table: what each is, in which unit, between which limits, of whom."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from warmstart.metafeatures.elsewhere.qualities import qualities_read
from warmstart.metafeatures.elsewhere.references import COUNTERPARTS
from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION, MetaFeature
from warmstart.metafeatures.formulas.table import formula_of
from warmstart.metafeatures.planning.costs import cost_class
from warmstart.metafeatures.registry import default_groups, every_feature

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


def catalogue() -> pd.DataFrame:
    """One row a meta-feature, in the order they are computed.

    Returns
    -------
    DataFrame, shape (n_metafeatures, 11)
        With the columns ``name``, ``group``, ``default`` (whether it is computed where no group
        is named), ``cost`` (of its group: cheap, moderate or dear), ``tasks``, ``unit``
        ("number" of what has none), ``low``, ``high``, ``source``, ``formula`` (in the letters
        of :data:`~warmstart.metafeatures.formulas.table.SYMBOLS`) and ``description``.

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


ABOUT = {
    "general": "rows, columns, classes, missing cells",
    "statistical": "skewness, kurtosis, correlation, principal components",
    "information": "entropies, in ten bins",
    "landmarking": "held-out scores of simple learners",
    "target": "spread and shape of a regression target",
    "counts": "kinds of columns, sizes of classes, duplicates",
    "columns": "means, spreads, quantiles of columns",
    "discriminant": "covariances, canonical correlations",
    "association": "entropies and concentration, column by column",
    "missingness": "where cells are missing, and with what",
    "text-date": "lengths of texts, regularity of dates",
    "order": "what makes random splits deceive: drift, groups of rows",
    "itemset": "values that occur, and together",
    "model-based": "shape of a full decision tree",
    "clustering": "how well classes are clusters",
    "concept": "how classes vary among near rows",
    "landmarkers": "error, kappa, AUC of fourteen simple learners",
    "complexity": "overlap of classes, borders, near rows (Lorena et al.)",
}
"""What the built-in groups tell, in a few words."""


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
                "about": ABOUT.get(str(group), ""),
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
