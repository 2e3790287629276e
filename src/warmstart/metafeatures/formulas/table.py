"""The formula of a meta-feature by its name."""

from __future__ import annotations

import re

from warmstart.metafeatures.formulas import classes, columns

SYMBOLS = (
    "n rows, p columns (p_num numeric, p_cat categorical), x_j column j, x_ij its cells, v_j "
    "its distinct values, y the target, n_k rows of class k of K, q_k = n_k / n, H entropy in "
    "bits, I mutual information, r correlation, m central moments, E the encoded columns "
    "(standardised numbers, 0/1 a level), d a distance of two rows, [.] 1 where true, # a "
    "count; missing cells are left out"
)
"""What the letters stand for."""

FORMULAS = columns.FORMULAS | classes.FORMULAS
"""By name, or by what the names of summaries begin with and a star."""

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


def formula_of(name: str) -> str:
    """The formula of a built-in meta-feature in :data:`SYMBOLS`; empty of others.

    Examples
    --------
    >>> formula_of("LogDatasetRatio"), formula_of("ColumnRangeQ1")
    ('ln(p / n)', 'Q1 of max x_j - min x_j over numeric j')
    """
    if name in FORMULAS:
        return FORMULAS[name]
    for suffix, summary in _SUMMARIES.items():
        if name.endswith(suffix) and (base := FORMULAS.get(f"{name[: -len(suffix)]}*")):
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
