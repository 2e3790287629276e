"""Whether a few rows decide how good a regression looks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

_SHARE = 0.01
_DECISIVE = 0.5
_FEWEST = 50


def note_on_tails(y: npt.NDArray[Any], metric: str | None) -> str:
    """A warning where the most extreme hundredth of a target holds most of its variance.

    Squared errors, and R² with them, are then decided by those rows: on others a fit may be
    good or bad unseen.

    Parameters
    ----------
    y : array, shape (n_rows,)
    metric : str, optional
        What suggestions are judged by; the mean absolute error needs no warning.

    Examples
    --------
    >>> note_on_tails(np.arange(100.0), "r2")
    ''
    >>> note_on_tails(np.append(np.arange(99.0), 1e4), "r2").split(" of the target")[0]
    '1 % of the rows hold 99 % of the variance'
    """
    if metric == "mae" or len(y) < _FEWEST:
        return ""
    squares = np.sort((y - y.mean()) ** 2)
    if not squares[-1] > 0:
        return ""
    share = float(squares[-math.ceil(_SHARE * len(y)) :].sum() / squares.sum())
    if share < _DECISIVE:
        return ""
    positive = " or predict the logarithm of the target," if y.min() > 0 else ""
    return (
        f"1 % of the rows hold {100 * share:.0f} % of the variance of the target, so they "
        f"decide R² and squared errors; ask for metric='mae',{positive} if the other rows "
        "matter as well."
    )
