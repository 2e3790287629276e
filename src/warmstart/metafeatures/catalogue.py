"""All meta-features as a table: what each is, in which unit, between which limits, of whom."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from warmstart.metafeatures.elsewhere.references import COUNTERPARTS
from warmstart.metafeatures.feature import CLASSIFICATION, REGRESSION, MetaFeature
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
    DataFrame, shape (n_metafeatures, 10)
        With the columns ``name``, ``group``, ``default`` (whether it is computed where no group
        is named), ``cost`` (of its group: cheap, moderate or dear), ``tasks``, ``unit``,
        ``low``, ``high``, ``source`` and ``description``.

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
        "unit": unit,
        "low": limits[0],
        "high": limits[1],
        "source": source,
        "description": getattr(feature, "description", ""),
    }


def _tasks(feature: MetaFeature) -> str:
    classifies, regresses = feature.task_types & CLASSIFICATION, feature.task_types & REGRESSION
    if classifies and regresses:
        return "any"
    return "classification" if classifies else "regression"


def counterparts() -> pd.DataFrame:
    """One row a meta-feature of auto-sklearn, OpenML or pymfe, and what it is called here.

    Columns system, theirs, ours, how and note.

    Examples
    --------
    >>> counterparts().groupby("system").size().to_dict()
    {'auto-sklearn': 46, 'openml': 119, 'pymfe': 112}
    """
    return pd.DataFrame(
        [
            {
                "system": one.system,
                "theirs": one.theirs,
                "ours": one.ours,
                "how": one.how,
                "note": one.note,
            }
            for one in COUNTERPARTS
        ]
    )
