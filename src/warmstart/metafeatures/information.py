"""Information-theoretic meta-features: entropies and mutual information, in bits.

References
----------
.. [1] Michie, Spiegelhalter, Taylor. "Machine Learning, Neural and Statistical
   Classification." 1994.
.. [2] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
   Automated Machine Learning." NeurIPS 2015 (the class entropy).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.feature import CLASSIFICATION, Feature
from warmstart.metafeatures.planning.order import in_order
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

GROUP = "information"
ABOUT = "entropies, in ten bins"

N_BINS = 10
"""Bins of equal frequency a numeric column is read in."""

INFORMATION_ROWS = 3_000
INFORMATION_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Information:
    """Of each binned column."""

    entropy: Floats
    """bits"""

    mutual: Floats
    """Shared with the target, in bits; between 0 and the smaller entropy."""


def entropy(counts: Floats) -> float:
    r"""Shannon entropy :math:`-\sum_i p_i \log_2 p_i` of counts or probabilities, in bits.

    Examples
    --------
    >>> entropy(np.array([5.0, 5.0, 0.0]))
    1.0
    """
    positive = counts[counts > 0]
    shares = positive / positive.sum()
    return max(0.0, -float(shares @ np.log2(shares)))


def equal_frequency_bins(values: Floats, n_bins: int = N_BINS) -> Integers:
    """Bin of each value, the bins being quantiles of the column; missing ones share a bin.

    Parameters
    ----------
    values : array, shape (n_rows, n_columns)
        NaN where missing.

    Returns
    -------
    array of int, shape (n_rows, n_columns)
        0 to `n_bins` - 1, and `n_bins` where missing. Equal values share a bin.

    Examples
    --------
    >>> equal_frequency_bins(np.array([[1.0], [2.0], [9.0], [np.nan]]), n_bins=2).T
    array([[0, 1, 1, 2]])
    """
    n_rows, n_columns = values.shape
    missing = ~np.isfinite(values)
    ordered = np.sort(np.where(missing, np.inf, values), axis=0)
    n_known = n_rows - missing.sum(axis=0)
    bins = np.zeros(values.shape, dtype=np.int64)
    for k in range(1, n_bins):
        cut = ordered[np.minimum(n_known * k // n_bins, n_rows - 1), np.arange(n_columns)]
        # A cut at the column's minimum would leave a bin empty.
        bins += (values >= cut) & (cut > ordered[0])
    bins[missing] = n_bins
    return bins


def information(prepared: Prepared) -> Information:
    """Entropy of each column and what it shares with the target, numbers in bins."""
    rng = prepared.rng("information")
    n_rows = len(prepared.rows)
    # Drawn from rows in an order of their own: a shuffled table gives the same.
    rows = np.sort(prepared.once(in_order).rows[rng.permutation(n_rows)[:INFORMATION_ROWS]])
    symbols = [column.codes[rows] for column in prepared.levels]
    numeric = prepared.numeric
    chosen = np.sort(rng.permutation(numeric.shape[1] + len(symbols))[:INFORMATION_COLUMNS])
    numbers = equal_frequency_bins(numeric[rows][:, chosen[chosen < numeric.shape[1]]])
    columns = [
        *numbers.T,
        *(symbols[i - numeric.shape[1]] + 1 for i in chosen if i >= numeric.shape[1]),
    ]
    if prepared.is_classification:
        target = prepared.class_codes[prepared.rows][rows]
    else:
        target = equal_frequency_bins(prepared.target[rows, None])[:, 0]
    n_targets = int(target.max()) + 1
    own, shared = np.zeros(len(columns)), np.zeros(len(columns))
    target_entropy = entropy(np.bincount(target).astype(np.float64))
    for j, column in enumerate(columns):
        # Levels are renumbered so that the table has at most one row a level seen.
        seen = np.cumsum(np.bincount(column) > 0) - 1
        joint = np.bincount(seen[column] * n_targets + target).astype(np.float64)
        own[j] = entropy(np.bincount(column).astype(np.float64))
        shared[j] = own[j] + target_entropy - entropy(joint)
    return Information(own, np.clip(shared, 0.0, np.minimum(own, target_entropy)))


def _class_entropy(prepared: Prepared) -> float:
    return entropy(prepared.class_shares)


def _normalised_class_entropy(prepared: Prepared) -> float:
    return _class_entropy(prepared) / math.log2(max(len(prepared.class_shares), 2))


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else 0.0


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="ClassEntropy",
        group=GROUP,
        formula=_class_entropy,
        description="Entropy of the class, in bits.",
        task_types=CLASSIFICATION,
    ),
    Feature(
        name="NormalizedClassEntropy",
        group=GROUP,
        formula=_normalised_class_entropy,
        description="Entropy of the class over that of equally frequent classes.",
        task_types=CLASSIFICATION,
    ),
    Feature(
        name="AttributeEntropyMean",
        group=GROUP,
        formula=lambda p: _mean(p.once(information).entropy),
        description="Mean entropy of the columns, numbers in ten bins, in bits.",
    ),
    Feature(
        name="MutualInformationMean",
        group=GROUP,
        formula=lambda p: _mean(p.once(information).mutual),
        description="Mean mutual information of a column and the target, in bits.",
    ),
    Feature(
        name="MutualInformationMax",
        group=GROUP,
        formula=lambda p: float(p.once(information).mutual.max(initial=0.0)),
        description="Largest mutual information of a column and the target, in bits.",
    ),
)

LOOKS_AT = (INFORMATION_ROWS, INFORMATION_COLUMNS)

FORMULAS = {
    "ClassEntropy": "H(y) = -sum q_k log2 q_k",
    "NormalizedClassEntropy": "H(y) / log2 K",
    "AttributeEntropyMean": "mean of H(x_j), numbers in ten bins of equal frequency",
    "MutualInformationMean": "mean of H(x_j) + H(y) - H(x_j, y)",
    "MutualInformationMax": "max of H(x_j) + H(y) - H(x_j, y)",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-3 + 1e-4 * size.columns + 2e-7 * min(size.rows, INFORMATION_ROWS) * size.columns
