"""How frequent values are, and pairs of values: numbers in bins as in "association".

References
----------
.. [1] Song, Wang, Wang. "Automatic recommendation of classification algorithms based on data
   set characteristics." Pattern Recognition 45, 2012.
"""

from __future__ import annotations

import numpy as np

from warmstart.metafeatures.feature import summarised
from warmstart.metafeatures.groups.association import symbols
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

GROUP = "itemset"
MAX_ITEMS = 1_000
"""Values of columns of which all pairs are counted; those of the first columns."""


def _items(prepared: Prepared) -> tuple[Floats, Floats]:
    """0/1 a value of a column, shape (n_rows, n_items), and the column of each."""
    blocks, owners = [], []
    n_items = 0
    for j, column in enumerate(prepared.once(symbols)):
        values = int(column.max()) + 1
        if n_items + values > MAX_ITEMS:
            break
        n_items += values
        blocks.append((column[:, None] == np.arange(values)).astype(np.float32))
        owners.append(np.full(values, j))
    if not blocks:
        return np.empty((len(prepared.rows), 0)), np.empty(0)
    return np.hstack(blocks), np.concatenate(owners)


def _one(prepared: Prepared) -> Floats:
    columns = prepared.once(symbols)
    return np.concatenate([np.bincount(c) / len(c) for c in columns] or [np.empty(0)])


def _two(prepared: Prepared) -> Floats:
    """Share of rows that have exactly one of two values, for values of two columns."""
    items, owners = prepared.once(_items)
    if not items.shape[1]:
        return np.empty(0)
    both = (items.T @ items).astype(np.float64) / len(items)
    alone = np.diag(both)
    upper = owners[:, None] < owners
    found: Floats = (alone[:, None] + alone - 2 * both)[upper]
    return found


FEATURES = (
    *summarised("OneItemset", GROUP, _one, "shares of rows with a value of a column",
                limits=(0.0, 1.0), source="song"),
    *summarised("TwoItemset", GROUP, _two, "shares of rows with exactly one of two values",
                limits=(0.0, 1.0), source="song"),
)  # fmt: skip
