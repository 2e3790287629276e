"""How frequent values are, and pairs of values: numbers in bins as in "association".

References
----------
.. [1] Song, Wang, Wang. "Automatic recommendation of classification algorithms based on data
   set characteristics." Pattern Recognition 45, 2012.
"""

from __future__ import annotations

import itertools

import numpy as np

from warmstart.metafeatures.feature import summarised
from warmstart.metafeatures.groups.association import MAX_PAIRED, paired, symbols
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

GROUP = "itemset"
ABOUT = "values that occur, and together"
MAX_ITEMS = 1_000
"""Values of columns of which all pairs are counted; those of the first columns."""


def _columns(prepared: Prepared) -> list[Integers]:
    """The first columns, that have :data:`MAX_ITEMS` values or fewer together."""
    columns = prepared.once(symbols)
    n_values = np.cumsum([int(column.max()) + 1 for column in columns])
    return columns[: int((n_values <= MAX_ITEMS).sum())]


def _one(prepared: Prepared) -> Floats:
    columns = prepared.once(symbols)
    return np.concatenate([np.bincount(c) / len(c) for c in columns] or [np.empty(0)])


def _two(prepared: Prepared) -> Floats:
    """Share of rows that have exactly one of two values, for values of two columns."""
    columns = _columns(prepared)
    if len(columns) < 2:
        return np.empty(0)
    if len(columns) <= MAX_PAIRED:
        n_paired = min(len(prepared.once(symbols)), MAX_PAIRED)
        places = itertools.combinations(range(n_paired), 2)
        tables = zip(places, prepared.once(paired), strict=True)
        return np.concatenate(
            [_apart(table).ravel() for (_, last), table in tables if last < len(columns)]
        )
    return _of_many(columns)


def _apart(table: Floats) -> Floats:
    """Share of rows with exactly one of two values, of a contingency table."""
    found: Floats = table.sum(axis=1)[:, None] + table.sum(axis=0) - 2 * table
    return found


def _of_many(columns: list[Integers]) -> Floats:
    """The same from one product, where tables would be too many."""
    blocks = [(c[:, None] == np.arange(int(c.max()) + 1)).astype(np.float32) for c in columns]
    items = np.hstack(blocks)
    owners = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
    both = (items.T @ items).astype(np.float64) / len(items)
    alone = np.diag(both)
    found: Floats = (alone[:, None] + alone - 2 * both)[owners[:, None] < owners]
    return found


FEATURES = (
    *summarised("OneItemset", GROUP, _one, "shares of rows with a value of a column",
                limits=(0.0, 1.0), source="song"),
    *summarised("TwoItemset", GROUP, _two, "shares of rows with exactly one of two values",
                limits=(0.0, 1.0), source="song"),
)  # fmt: skip

FORMULAS = {
    "OneItemset*": "share of rows with x_j = a, over values a of columns j",
    "TwoItemset*": "P(a) + P(b) - 2 P(a and b) over values a, b of two columns",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    n_items = min(20 * size.columns, MAX_ITEMS)
    return 2e-3 + 1e-8 * size.rows * float(n_items**1.5)
