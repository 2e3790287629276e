"""The best split on one column by information gain: a decision tree of depth 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.scaling import Floats


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
