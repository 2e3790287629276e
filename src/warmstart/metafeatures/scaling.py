"""Columns brought to mean 0 and standard deviation 1, whatever floats they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Standardised:
    """Numeric columns of the sample with mean 0 and standard deviation 1."""

    z: Floats
    """shape (n_sampled, n_kept); missing cells are 0, the mean."""

    n_known: Floats
    """shape (n_kept,); cells that are not missing."""

    missing: npt.NDArray[np.bool_]
    """shape (n_sampled, n_kept)"""


def standardise(values: Floats) -> Standardised:
    """Columns with mean 0 and standard deviation 1, those that do not vary left out.

    Parameters
    ----------
    values : array, shape (n_rows, n_columns)
        NaN or infinite where missing; any magnitude a float holds.

    Examples
    --------
    >>> standardise(np.array([[1.0, 5.0], [3.0, 5.0]])).z.round(6).tolist()
    [[-1.0], [1.0]]
    """
    missing = ~np.isfinite(values)
    x = np.where(missing, 0.0, values)
    n_known = (~missing).sum(axis=0).astype(np.float64)
    if not x.size:
        return Standardised(x[:, :0], n_known[:0], missing[:, :0])
    # To within ±1 first: squares of 1e200 overflow, of 1e-200 vanish.
    largest = np.abs(x).max(axis=0)
    x /= np.where(largest > 0, largest, 1.0)
    mean = x.sum(axis=0) / np.maximum(n_known, 1)
    x -= mean
    x[missing] = 0.0
    std = np.sqrt(np.einsum("ij,ij->j", x, x) / np.maximum(n_known, 1))
    # Below rounding error of the mean, a column is constant.
    varies = std > 4 * np.finfo(np.float64).eps * np.maximum(np.abs(mean), 1e-300)
    if not varies.all():
        x, missing, n_known, std = (
            x[:, varies],
            missing[:, varies],
            n_known[varies],
            std[varies],
        )
    return Standardised(x / std, n_known, missing)
