"""OpenML's qualities as meta-features of our own, where meaning and unit can be made equal.

OpenML counts the target among the columns and gives shares in percent; its skewness and
kurtosis are adjusted for the size of the sample. What cannot be told apart is left out: how
many values categorical columns have, for servers of different ages count the target or do not;
entropies and mutual information, which are of categorical columns alone; pruned trees.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

FROM_QUALITIES = "openml-qualities, by own names"
"""Kept as the extractor of meta-features that come from here."""

QUALITIES = "openml-qualities"
"""The extractor of older bases, that hold qualities as OpenML names and measures them."""

_LANDMARKS = {
    "kNN1NErrRate": "Landmark1NN",
    "NaiveBayesErrRate": "LandmarkNaiveBayes",
    "DecisionStumpErrRate": "LandmarkDecisionNodeLearner",
}


def own_metafeatures(
    qualities: Mapping[str, float | None], *, is_regression: bool
) -> dict[str, float]:
    """Meta-features by our names, of the qualities of a dataset.

    Parameters
    ----------
    qualities : mapping of str to float or None
        By OpenML's names; None, NaN or a negative count where undefined.
    is_regression : bool

    Returns
    -------
    dict
        Finite floats; names of default meta-features.

    Examples
    --------
    >>> iris = {"NumberOfInstances": 150, "NumberOfFeatures": 5, "NumberOfNumericFeatures": 4,
    ...         "NumberOfSymbolicFeatures": 1, "NumberOfClasses": 3}
    >>> own_metafeatures(iris, is_regression=False)["NumberOfFeatures"]
    4.0
    """
    known = {
        name: float(value)
        for name, value in qualities.items()
        if value is not None and math.isfinite(value)
    }
    n_rows, n_columns = known.get("NumberOfInstances", 0), known.get("NumberOfFeatures", 0) - 1
    if n_rows < 1 or n_columns < 1:
        return {}
    found = {**_sizes(n_rows, n_columns), **_kinds(known, is_regression)}
    found |= _missing(known, n_rows, n_columns)
    found |= _shapes(known, n_rows, has_numbers=found.get("NumberOfNumericFeatures", 0) > 0)
    if not is_regression:
        found |= _classes(known, n_rows)
        found |= {
            ours: 1 - known[theirs]
            for theirs, ours in _LANDMARKS.items()
            if 0 <= known.get(theirs, -1) <= 1
        }
    return {name: value for name, value in found.items() if math.isfinite(value)}


def qualities_read(names: Iterable[str]) -> frozenset[str]:
    """Those of these qualities that :func:`own_metafeatures` makes use of.

    Examples
    --------
    >>> sorted(qualities_read(["ClassEntropy", "NumberOfInstances", "J48.001.AUC"]))
    ['ClassEntropy', 'NumberOfInstances']
    """
    # Of a table with every kind of column, so that all that can be told is.
    known = dict.fromkeys({*names, *_NEEDED}, 0.5) | _NEEDED
    full = own_metafeatures(known, is_regression=False)
    return frozenset(
        name
        for name in names
        if own_metafeatures({**known, name: None}, is_regression=False) != full
    )


_NEEDED = {
    "NumberOfInstances": 50.0, "NumberOfFeatures": 10.0, "NumberOfNumericFeatures": 5.0,
    "NumberOfSymbolicFeatures": 5.0, "NumberOfClasses": 3.0, "MajorityClassSize": 20.0,
    "MinorityClassSize": 10.0,
}  # fmt: skip


def _sizes(n_rows: float, n_columns: float) -> dict[str, float]:
    return {
        "NumberOfInstances": n_rows,
        "LogNumberOfInstances": math.log(n_rows),
        "NumberOfFeatures": n_columns,
        "LogNumberOfFeatures": math.log(n_columns),
        "DatasetRatio": n_columns / n_rows,
        "LogDatasetRatio": math.log(n_columns / n_rows),
        "InverseDatasetRatio": n_rows / n_columns,
        "LogInverseDatasetRatio": math.log(n_rows / n_columns),
    }


def _kinds(known: Mapping[str, float], is_regression: bool) -> dict[str, float]:
    if not {"NumberOfNumericFeatures", "NumberOfSymbolicFeatures"} <= set(known):
        return {}
    numeric = max(known["NumberOfNumericFeatures"] - is_regression, 0.0)
    categorical = max(known["NumberOfSymbolicFeatures"] - (not is_regression), 0.0)
    return {
        "NumberOfNumericFeatures": numeric,
        "NumberOfCategoricalFeatures": categorical,
        "RatioNumericalToNominal": numeric / categorical if categorical else 0.0,
        "RatioNominalToNumerical": categorical / numeric if numeric else 0.0,
    }


def _missing(known: Mapping[str, float], n_rows: float, n_columns: float) -> dict[str, float]:
    found = {}
    if (cells := known.get("NumberOfMissingValues", -1)) >= 0:
        found["NumberOfMissingValues"] = cells
        found["PercentageOfMissingValues"] = cells / (n_rows * n_columns)
    if (rows := known.get("NumberOfInstancesWithMissingValues", -1)) >= 0:
        found["NumberOfInstancesWithMissingValues"] = rows
        found["PercentageOfInstancesWithMissingValues"] = rows / n_rows
    return found


def _shapes(known: Mapping[str, float], n: float, *, has_numbers: bool) -> dict[str, float]:
    """Skewness and kurtosis by moments alone, as they are here.

    OpenML's are adjusted, G1 and G2 of Joanes and Gill: so are twelve of fourteen records of
    which the rows are known; two of an older server are not, and come out a few n-ths off.
    """
    if not has_numbers or n < 4:
        return {}
    found = {}
    for summary in ("Min", "Mean", "Max"):
        skewness = known.get(f"{summary}SkewnessOfNumericAtts")
        if skewness is not None:
            found[f"Skewness{summary}"] = skewness * (n - 2) / math.sqrt(n * (n - 1))
        kurtosis = known.get(f"{summary}KurtosisOfNumericAtts")
        if kurtosis is not None:
            adjusted = kurtosis * (n - 2) * (n - 3) / (n - 1)
            found[f"Kurtosis{summary}"] = (adjusted - 6) / (n + 1)
    return found


def _classes(known: Mapping[str, float], n_rows: float) -> dict[str, float]:
    n_classes = known.get("NumberOfClasses", 0)
    if n_classes < 1:
        return {}
    found = {"NumberOfClasses": n_classes, "ClassProbabilityMean": 1 / n_classes}
    for theirs, ours in (("Majority", "Max"), ("Minority", "Min")):
        # Sizes, for of the least class old servers give a share under the name of a percentage.
        if 0 < (size := known.get(f"{theirs}ClassSize", 0)) <= n_rows:
            found[f"ClassProbability{ours}"] = size / n_rows
    if (entropy := known.get("ClassEntropy", -1)) >= 0:
        found["ClassEntropy"] = entropy
        found["NormalizedClassEntropy"] = entropy / math.log2(max(n_classes, 2))
    return found
