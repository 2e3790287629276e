r"""Content sketches that find a dataset again, however its rows and columns were shuffled.

A row becomes one 64-bit token, the sum of its cells' hashes, so neither the order nor the
names of columns matter. The smallest tokens of a table are a uniform sample of its distinct
rows (bottom-k MinHash [1]_), from which the overlap of two tables is estimated.

A dropped or added column changes every row. So the rows are seen through up to 20 narrow
*views* as well: three columns each, out of the six with the smallest cell hash, which are
mostly the most varied ones and mostly stay the same six when rows or columns go. Where
few threes tell rows apart, up to 16 views of about half of the columns are added, chosen and
told apart by the sum of their hashes, which outlives other columns but not rows.

Views look at columns of at least twenty levels alone. Sex, stage and treatment coded 0, 1, 2
are the same in any two clinical trials, and a few such columns together look like a row.

References
----------
.. [1] Broder. "On the Resemblance and Containment of Documents." SEQUENCES, 1997.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.fingerprints.cell_hashes import HashedColumn, HashedTable, mixed
from warmstart.datasets.fingerprints.sketch import (
    PREFIX,
    Sketch,
    containment,
    packed,
    sketch_of,
    unpacked,
)

_K_ROWS = 128
_K_VIEW = 16
_N_NARROW, _VIEW_WIDTH = 6, 3
_ENOUGH_NARROW = 14
"""Of 20 views, ten hold any one column; with 14, four do without the best of them."""

_N_HALVED, _N_HALVINGS = 64, 8
_FEWEST_LEVELS = 20
"""Columns of fewer levels say nothing of where a table comes from."""

_BEST_VIEWS = 2
"""One view may agree by chance; of tables of four varied columns hardly more survive."""


def fingerprint(X: pd.DataFrame, y: pd.Series[Any] | None = None) -> str:
    """Content sketch of a typed table, its target one column among the others.

    Numbers count to six significant digits, words without surrounding blanks. Permuted
    rows or columns and other names give the same string.

    Parameters
    ----------
    X : pandas.DataFrame, shape (n_rows, n_columns)
        As in :class:`warmstart.datasets.dataset.Dataset`.
    y : pandas.Series, shape (n_rows,), optional

    Returns
    -------
    str
        At most 4,400 ASCII characters; compare two with :func:`similarity`.

    Examples
    --------
    >>> X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "z"]})
    >>> fingerprint(X) == fingerprint(X.iloc[[2, 0, 1], [1, 0]].set_axis(["p", "q"], axis=1))
    True
    """
    table = HashedTable(X, y)
    views: list[Sketch] = []
    if len(table.columns) > _VIEW_WIDTH:
        varied = [column for column in table.columns[:_N_HALVED] if _is_varied(table, column)]
        views = _narrow_views(table, varied[:_N_NARROW])
        if len(views) < _ENOUGH_NARROW:
            views += _half_views(table, varied)
    return PREFIX + packed([sketch_of(mixed(table.row_sums), _K_ROWS), *views])


def similarity(a: str, b: str) -> float:
    r"""Share of the smaller table's rows found in the larger, estimated from fingerprints.

    .. math:: \frac{|A \cap B|}{\min(|A|, |B|)}
              = \frac{J}{1 + J} \cdot \frac{|A| + |B|}{\min(|A|, |B|)}

    with :math:`J` the share of common tokens among the smallest of the union. Taken of whole
    rows and, where columns were dropped or added, of the two best matching pairs of views;
    the larger counts. Overlap resting on fewer than four tokens counts in proportion.

    Parameters
    ----------
    a, b : str
        From :func:`fingerprint`. An empty string, a table unknown, is like nothing.

    Returns
    -------
    float
        In [0, 1]; 1 for equal fingerprints. Standard error about 0.05 where the tables are
        of similar size, more where one is many times larger.

    Raises
    ------
    ValueError
        If `a` or `b` is not a fingerprint.

    Notes
    -----
    It cannot see through changes of the cells themselves: rescaled or imputed numbers,
    renamed or one-hot encoded levels; nor tables of which less than about 1/30 is shared.
    Tables of codes, with fewer than three columns of twenty levels or more, are found only
    whole or with rows missing: what they share with others proves nothing.

    Examples
    --------
    >>> X = pd.DataFrame({"a": np.arange(300.0), "b": np.arange(300.0) % 7})
    >>> whole = fingerprint(X)
    >>> similarity(whole, fingerprint(X[:200])) > 0.8, similarity(whole, fingerprint(X + 0.5))
    (True, 0.0)
    """
    if not a or not b:
        return 0.0
    mine, theirs = unpacked(a), unpacked(b)
    if a == b:
        return 1.0
    if _tokens(a).isdisjoint(_tokens(b)):  # as nearly all tables are
        return 0.0
    # A table of few columns may be a view of the other.
    best = max(containment(mine[0], other) for other in theirs)
    best = max(best, *(containment(one, theirs[0]) for one in mine))
    best *= min(mine[0].weight, theirs[0].weight)
    if len(mine) > 1 and len(theirs) > 1:
        alike = np.array([[containment(a, b) for b in theirs[1:]] for a in mine[1:]])
        n_needed = min(_BEST_VIEWS, *alike.shape)
        # Two views of one table that both resemble one of the other's are one finding.
        found = [np.sort(alike.max(axis=axis))[-n_needed:].mean() for axis in (0, 1)]
        best = max(best, float(min(found)))
    return best


# --- views ---------------------------------------------------------------------------


def _is_varied(table: HashedTable, column: HashedColumn) -> bool:
    return len(pd.unique(table.keys(column))) >= _FEWEST_LEVELS


def _narrow_views(table: HashedTable, columns: list[HashedColumn]) -> list[Sketch]:
    hashes = [mixed(table.keys(column)) for column in columns]
    sums = [a + b + c for a, b, c in combinations(hashes, _VIEW_WIDTH)]
    views = [sketch_of(mixed(one), _K_VIEW) for one in sums]
    # Combinations that recur prove nothing; most rows must differ.
    return [view for view in views if view.full and 2 * view.n_distinct >= view.n_rows]


def _half_views(table: HashedTable, columns: list[HashedColumn]) -> list[Sketch]:
    """Each bit of a hash of a column's content halves the columns."""
    sides = np.zeros((2 * _N_HALVINGS, len(table.row_sums)), dtype=np.uint64)
    width = np.zeros(len(sides), dtype=int)
    for column in columns:
        salt = mixed(np.array([column.total], dtype=np.uint64))[0]
        hashes = mixed(table.keys(column) ^ salt)
        for i in range(_N_HALVINGS):
            side = 2 * i + (int(salt) >> i & 1)
            sides[side] += hashes
            width[side] += 1
    views = [sketch_of(mixed(sides[i]), _K_VIEW) for i in np.flatnonzero(width >= 2)]
    return [view for view in views if view.full]


# --- hashes to sketches --------------------------------------------------------------


@lru_cache(maxsize=4096)
def _tokens(text: str) -> frozenset[int]:
    """All that a fingerprint holds, whichever sketch it is in."""
    return frozenset(np.concatenate([one.smallest for one in unpacked(text)]).tolist())
