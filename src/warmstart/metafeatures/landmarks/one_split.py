"""The best split on one column by information gain, and how much each column's gains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.scaling import Floats, Integers

_DIGITS = 9
"""Gains nearer to each other are one."""


@dataclass(frozen=True, slots=True)
class OneSplit:
    """Chances of the classes below and above a threshold."""

    threshold: float
    below: Floats
    above: Floats
    """shape (n_classes,)"""

    def chances(self, x: Floats) -> Floats:
        """Of rows with these values, shape (n_rows, n_classes)."""
        found: Floats = np.where((x <= self.threshold)[:, None], self.below, self.above)
        return found


def one_split(x: Floats, y: Floats, n_classes: int) -> OneSplit:
    """Fit to a column and classes 0 to `n_classes` - 1; no split where the column is constant.

    Examples
    --------
    >>> found = one_split(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 0, 1]), 2)
    >>> found.threshold, found.above.tolist()
    (3.5, [0.0, 1.0])
    """
    # As scikit-learn's trees, in single precision; nearer values are one.
    x = x.astype(np.float32)
    order = np.argsort(x, kind="stable")
    x, member = x[order], (y[order][:, None] == np.arange(n_classes)).astype(np.float64)
    left = member.cumsum(axis=0)
    total = left[-1]
    n = len(x)
    ends = np.flatnonzero(np.diff(x) > 1e-7)
    if not len(ends) or (total > 0).sum() < 2:
        return OneSplit(np.inf, total / n, total / n)
    left = left[ends]
    impurity = _weighted_entropy(left) + _weighted_entropy(total - left)
    best = int(impurity.argmin())
    low, high = x[ends[best]], x[ends[best] + 1]
    return OneSplit(
        float(low / 2 + high / 2),
        left[best] / left[best].sum(),
        (total - left[best]) / (n - left[best].sum()),
    )


def _weighted_entropy(counts: Floats) -> Floats:
    """Entropy times the number of rows, of each row of counts."""
    sizes = counts.sum(axis=1)
    found: Floats = _x_log_x(sizes) - _x_log_x(counts).sum(axis=1)
    return found


def _x_log_x(counts: Floats) -> Floats:
    found: Floats = counts * np.log2(np.maximum(counts, 1.0))
    return found


def split_gains(X: Floats, y: Floats, n_classes: int, fold: Integers) -> dict[int, Floats]:
    """Information gain of the best split on each column, with each fold held out.

    Parameters
    ----------
    X : array, shape (n_rows, n_columns)
    y : array, shape (n_rows,)
        Classes 0 to `n_classes` - 1.
    n_classes : int
    fold : array, shape (n_rows,)
        In which fold each row is held out.

    Returns
    -------
    dict
        Of each fold that leaves rows to learn from, bits a column, shape (n_columns,); 0 where
        no split says anything.

    Examples
    --------
    >>> X = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 5.0], [2.5, 5.0]])
    >>> y, fold = np.array([0.0, 0.0, 1.0, 1.0, 0.0]), np.array([0, 0, 0, 0, 1])
    >>> split_gains(X, y, 2, fold)[1].tolist()
    [1.0, 0.0]
    """
    values = X.T.astype(np.float32)
    order = np.argsort(values, axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    classes, folds = y.astype(np.int64)[order], fold[order]
    # Rows are whole numbers: their logarithms are looked up.
    x_log_x = _x_log_x(np.arange(len(y) + 1.0))
    found = {}
    for k in np.unique(fold).tolist():
        train = folds != k
        n = int(train[0].sum()) if len(train) else 0
        if not n:
            continue
        x = values[train].reshape(-1, n)
        of = classes[train].reshape(-1, n)
        ends = np.diff(x, axis=1) > 1e-7
        below = np.arange(1, n)
        # Entropy times rows, below and above each end.
        spread = np.broadcast_to(x_log_x[below] + x_log_x[n - below], ends.shape).copy()
        whole = x_log_x[n]
        for one in range(n_classes):
            left = np.cumsum(of == one, axis=1)
            total = int(left[0, -1])
            if total:
                spread -= x_log_x[left[:, :-1]] + x_log_x[total - left[:, :-1]]
                whole -= x_log_x[total]
        spread[~ends] = whole
        gain = (whole - spread.min(axis=1, initial=whole)) / n
        found[k] = np.round(np.maximum(gain, 0.0), _DIGITS)
    return found
