"""An order of rows and columns by what is in them, so that the table's own does not matter.

Whatever draws rows, deals them out to folds or breaks ties looks at rows and columns in this
order; without a cap on reading, a table whose rows or columns were shuffled is described alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

_DIGITS = 9
"""Sums in another order differ by less."""

_KEPT = 12


def column_order(X: Floats) -> Integers:
    """Columns by shape, then by scale: the same whatever order they come in.

    Examples
    --------
    >>> column_order(np.array([[1.0, 5.0], [-1.0, 0.0]])).tolist()
    [0, 1]
    """
    if not len(X):
        return np.arange(X.shape[1])
    found: Integers = np.lexsort(np.round(_moments(X), _DIGITS))
    return found


def _moments(X: Floats) -> Floats:
    """Fourth, third, second and first of each column, shape (4, n_columns)."""
    squares = X * X
    moments = (
        np.einsum("ij,ij->j", squares, squares),
        np.einsum("ij,ij->j", squares, X),
        squares.sum(axis=0),
        X.sum(axis=0),
    )
    found: Floats = np.array(moments) / max(len(X), 1)
    return found


def encoded_order(prepared: Prepared) -> Integers:
    """Columns of the encoded matrix by :func:`column_order`, and then by what they go with.

    Columns of a design often hold the same values, equally often: then what they say of the
    target tells them apart, and with which rows their values come.
    """
    X = prepared.encoded
    keys = np.round(_moments(X), _DIGITS)
    if len(np.unique(keys, axis=1).T) < X.shape[1]:
        keys = np.vstack([np.round(_beside(prepared, X) / len(X), _DIGITS), keys])
    found: Integers = np.lexsort(keys)
    return found


def _beside(prepared: Prepared, X: Floats) -> Floats:
    """What each column goes with, shape (n_keys, n_columns)."""
    extent = np.einsum("ij,ij->i", X, X)
    keys = [extent @ X, extent**2 @ X, extent @ (X * X)]
    if prepared.is_classification:
        codes = prepared.class_codes[prepared.rows]
        counts = np.bincount(codes)
        member = codes[:, None] == np.flatnonzero(counts)
        counts = counts[counts > 0]
        means = (member / counts).T @ X
        # Whatever the classes are called, or in which order they come.
        keys += [counts @ means**2, counts @ means**3]
    else:
        keys.append(prepared.target_z @ X)
    return np.array(keys)


@dataclass(frozen=True, slots=True)
class InOrder:
    """The sampled rows by class or target, then by content."""

    rows: Integers
    """Positions among the sampled rows."""

    codes: Integers
    """Class of each, 0, 1, … ascending, the most frequent first; all 0 for regression."""


def in_order(prepared: Prepared) -> InOrder:
    """Sampled rows in the order in which what is random or tied looks at them."""
    X = prepared.encoded
    # One number a row, other for other rows but by a rare chance.
    weights = np.empty(X.shape[1])
    weights[prepared.once(encoded_order)] = np.cos(np.arange(1.0, X.shape[1] + 1))
    content = np.round(X @ weights, _DIGITS)
    if not prepared.is_classification:
        rows: Integers = np.lexsort((content, np.round(prepared.target_z, _DIGITS)))
        return InOrder(rows, np.zeros(len(rows), dtype=np.int64))
    codes = prepared.class_codes[prepared.rows]
    counts = np.bincount(codes)
    means = np.bincount(codes, content) / np.maximum(counts, 1)
    # Of equally frequent classes neither name nor place decides.
    order = np.lexsort((np.round(means, _DIGITS - 3), -counts))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    rows = np.lexsort((content, rank[codes]))
    ranked = rank[codes][rows]
    steps = np.diff(ranked, prepend=ranked[:1]) > 0
    return InOrder(rows, np.cumsum(steps))


def cells(prepared: Prepared, rows: Integers, columns: Integers | None = None) -> Floats:
    """Encoded cells of these sampled rows, columns in :func:`encoded_order` (or as told).

    Rounded to 12 digits: what the order of a sum leaves must not decide between equals.
    """
    columns = prepared.once(encoded_order) if columns is None else columns
    found: Floats = np.round(prepared.encoded[np.ix_(rows, columns)], _KEPT)
    return np.ascontiguousarray(found)


def targets(prepared: Prepared, rows: Integers) -> Floats:
    """Standardised regression target of these sampled rows, rounded alike."""
    found: Floats = np.round(prepared.target_z[rows], _KEPT)
    return found
