"""What columns say of the class and of each other, numbers in bins of equal frequency.

The number of bins is the cubic root of the number of rows; a missing cell is a value of its
own. Entropies are in bits. Where pymfe adds 1e-8 to every cell of a contingency table, nothing
is added here.

References
----------
.. [1] Michie, Spiegelhalter, Taylor. "Machine Learning, Neural and Statistical
   Classification." 1994.
.. [2] Kalousis, Hilario. "Model selection via meta-learning: a comparative study." 2001
   (the concentration coefficients).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.metafeatures.feature import CLASSIFICATION, Feature, summarised
from warmstart.metafeatures.groups.sorted_columns import Ordered, ordered, quantile
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

GROUP = "association"
ABOUT = "entropies and concentration, column by column"
MAX_PAIRED = 50
"""Columns of which all pairs are compared; the first of the sample."""

_TOLERANCE = 1e-12
"""Of the range of a column: cuts nearer to each other are one."""

_POSITIVE = (0.0, math.inf)
_SHARE = (0.0, 1.0)


def quantile_bins(columns: Ordered, values: Floats) -> list[Integers]:
    """Bin of each cell of each column, 0, 1, …; missing cells share the first.

    Parameters
    ----------
    columns : Ordered
        The columns sorted; only those that have a cell.
    values : array, shape (n_rows, n_columns)
        NaN or infinite where missing.
    """
    n_bins = max(int(len(values) ** (1 / 3)), 1)
    shares = np.linspace(0, 1, n_bins + 1)[1:]
    cuts = np.array([quantile(columns, share) for share in shares])
    kept = np.ones(cuts.shape, dtype=bool)
    reach = quantile(columns, 1.0) - columns.values[0] if len(columns.n) else 0.0
    kept[1:] = np.diff(cuts, axis=0) > _TOLERANCE * reach
    cuts[~kept] = np.inf
    found = []
    for j in range(values.shape[1]):
        column = np.ascontiguousarray(values[:, j])
        known = np.isfinite(column)
        bins = known.astype(np.int16)
        # Few cuts: comparing all cells with each is faster than a search for each cell.
        for cut in cuts[np.isfinite(cuts[:, j]), j]:
            bins += column > cut
        bins[~known] = 0
        found.append(without_gaps(bins))
    return found


def without_gaps(column: npt.NDArray[np.signedinteger[Any]]) -> Integers:
    """Numbers that occur, counted from 0."""
    there = np.bincount(column) > 0
    found: Integers = (np.cumsum(there) - 1)[column]
    return found


def symbols(prepared: Prepared) -> list[Integers]:
    """Each column as numbers 0, 1, … without gaps: bins, then levels."""
    numbers = prepared.numeric
    empty = [np.zeros(len(numbers), dtype=np.int64)] * int(
        (~np.isfinite(numbers).any(axis=0)).sum()
    )
    numbers = numbers[:, np.isfinite(numbers).any(axis=0)]
    bins = quantile_bins(prepared.once(ordered), numbers)
    return [*bins, *empty, *(without_gaps(column.codes + 1) for column in prepared.levels)]


@dataclass(frozen=True, slots=True)
class AssociationTable:
    """Of each column against the class."""

    own: Floats
    joint: Floats
    mutual: Floats
    """Entropies, in bits."""

    concentration: Floats
    """Goodman and Kruskal's tau of the column, given the class."""


def _entropy(shares: Floats) -> float:
    positive = shares[shares > 0]
    return max(0.0, -float(positive @ np.log2(positive)))


def _tau(table: Floats) -> float:
    """How much better the row is guessed where the column of the table is known."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    chance = float(rows @ rows)
    if chance >= 1 - 1e-12:
        return math.nan
    return (float((table**2 / np.where(columns > 0, columns, 1.0)).sum()) - chance) / (
        1 - chance
    )


def contingency(one: Integers, other: Integers) -> Floats:
    """Share of rows with each value of the one (rows) and of the other (columns)."""
    n_other = int(other.max()) + 1
    counts = np.bincount(one * n_other + other, minlength=(int(one.max()) + 1) * n_other)
    found: Floats = counts.reshape(-1, n_other) / len(one)
    return found


def paired(prepared: Prepared) -> list[Floats]:
    """Contingency table of each two of the first columns, (0, 1), (0, 2), …, (1, 2), …"""
    columns = prepared.once(symbols)[:MAX_PAIRED]
    return [contingency(*two) for two in itertools.combinations(columns, 2)]


def tables(prepared: Prepared) -> AssociationTable:
    """One contingency table a column, read in every way it is needed."""
    codes = without_gaps(prepared.class_codes[prepared.rows])
    of_class = _entropy(np.bincount(codes) / len(codes))
    own, joint, tau = [], [], []
    for column in prepared.once(symbols):
        table = contingency(column, codes)
        own.append(_entropy(table.sum(axis=1)))
        joint.append(_entropy(table.ravel()))
        tau.append(_tau(table))
    own_, joint_ = np.array(own), np.array(joint)
    mutual = np.clip(own_ + of_class - joint_, 0.0, None)
    return AssociationTable(own_, joint_, mutual, np.array(tau))


def _own(prepared: Prepared) -> Floats:
    columns = prepared.once(symbols)
    return np.array([_entropy(np.bincount(column) / len(column)) for column in columns])


def _between(prepared: Prepared) -> Floats:
    return np.array(
        [_tau(each) for table in prepared.once(paired) for each in (table, table.T)]
    )


def _class_entropy(prepared: Prepared) -> float:
    codes = prepared.class_codes[prepared.rows]
    return _entropy(np.bincount(codes) / len(codes))


def _equivalent(prepared: Prepared) -> float:
    mutual = prepared.once(tables).mutual
    total = float(mutual.sum())
    return len(mutual) * _class_entropy(prepared) / total if total > 1e-12 else math.nan


def _noise(prepared: Prepared) -> float:
    found = prepared.once(tables)
    total = float(found.mutual.sum())
    return (float(found.own.sum()) - total) / total if total > 1e-12 else math.nan


def _nominal(values: str) -> Callable[[Prepared], Floats]:
    """Of the categorical columns alone, which come last."""

    def found(prepared: Prepared) -> Floats:
        every: Floats = getattr(prepared.once(tables), values)
        return every[len(every) - len(prepared.levels) :]

    return found


FEATURES: tuple[Feature, ...] = (
    *summarised("ColumnEntropy", GROUP, _own, "entropies of columns", unit="bits",
                limits=_POSITIVE),
    *summarised("JointEntropy", GROUP, lambda p: p.once(tables).joint,
                "joint entropies of a column and the class", unit="bits", limits=_POSITIVE,
                task_types=CLASSIFICATION),
    *summarised("ColumnInformation", GROUP, lambda p: p.once(tables).mutual,
                "mutual information of a column and the class", unit="bits", limits=_POSITIVE,
                task_types=CLASSIFICATION),
    *summarised("NominalEntropy", GROUP, _nominal("own"), "entropies of categorical columns",
                unit="bits", limits=_POSITIVE, source="openml", task_types=CLASSIFICATION),
    *summarised("NominalInformation", GROUP, _nominal("mutual"),
                "mutual information of a categorical column and the class", unit="bits",
                limits=_POSITIVE, source="openml", task_types=CLASSIFICATION),
    *summarised("ColumnConcentration", GROUP, _between,
                "Goodman and Kruskal's tau of one column given another", limits=_SHARE),
    *summarised("ClassConcentration", GROUP, lambda p: p.once(tables).concentration,
                "Goodman and Kruskal's tau of a column given the class", limits=_SHARE,
                task_types=CLASSIFICATION),
    Feature(
        name="EquivalentNumberOfColumns", group=GROUP, formula=_equivalent,
        description="Entropy of the class over the mean mutual information of a column.",
        unit="columns", limits=_POSITIVE, source="statlog", task_types=CLASSIFICATION,
    ),
    Feature(
        name="NoiseToSignalRatio", group=GROUP, formula=_noise,
        description="Entropy of the columns that does not tell of the class, over that that "
        "does.", limits=_POSITIVE, source="statlog", task_types=CLASSIFICATION,
    ),
)  # fmt: skip

FORMULAS = {  # numbers in floor(n^(1/3)) bins of equal frequency
    "ColumnEntropy*": "H(x_j) over columns j", "JointEntropy*": "H(x_j, y) over columns j",
    "ColumnInformation*": "H(x_j) + H(y) - H(x_j, y) over columns j",
    "NominalEntropy*": "H(x_j) over categorical j",
    "NominalInformation*": "H(x_j) + H(y) - H(x_j, y) over categorical j",
    "ColumnConcentration*":
        "tau = (sum_ab P_ab^2 / P_b - sum_a P_a^2) / (1 - sum_a P_a^2) of x_j given x_l",
    "ClassConcentration*": "tau of x_j given y",
    "EquivalentNumberOfColumns": "H(y) / mean I(x_j; y)",
    "NoiseToSignalRatio": "(mean H(x_j) - mean I(x_j; y)) / mean I(x_j; y)",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 2e-3 + 4e-7 * size.cells + 1.5e-4 * min(size.columns, 50) ** 2
