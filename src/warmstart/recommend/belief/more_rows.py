"""What is expected of scores when there are more rows than those of the scores known."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warmstart.execution.resampling import MAX_ROWS
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.spaces.pipelines.learners import SPACE

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.recommend.base.fitted import Fitted

_FALL, _FALL_STD = 0.22, 0.20
"""Mean and deviation of how far the logarithm of the loss falls from some 1,300 rows to many
times as many: of the three best learners at that size, on the LCDB's 141 datasets."""


def with_rows(belief: PMFPosterior, ratio: float) -> PMFPosterior:
    r"""What a belief of scores from some rows says of scores from `ratio` times as many.

    .. math:: u \to u - .22 s + .2 s\,\epsilon, \quad s = 1 - 1 / \mathrm{ratio}

    of the loss's logarithm: much of what more rows give is had early, and how much it is
    differs from dataset to dataset.

    Parameters
    ----------
    belief : PMFPosterior
        Stays as it is.
    ratio : float
        Below 1, nothing changes.

    References
    ----------
    .. [1] Mohr, Viering, Loog, van Rijn. "LCDB 1.0: An Extensive Learning Curves Database
       for Classification Tasks." ECML PKDD 2022.
    """
    if not ratio > 1.0:
        return belief
    share = 1.0 - 1.0 / ratio
    wide = copy.copy(belief.mixture)
    wide.means = wide.means - _FALL * share
    wide.variances = wide.variances + (_FALL_STD * share) ** 2
    return PMFPosterior(wide, belief.ideal, belief.offset)


def rows_ratio(
    fitted: Fitted, metafeatures: pd.Series[Any] | None, columns: Sequence[int]
) -> float:
    """How many times as many rows a dataset has as were used of the known ones; at least 1.

    Parameters
    ----------
    fitted : Fitted
    metafeatures : Series, optional
        Of the new task.
    columns : sequence of int
        Of the base. Only of its own pipelines it is known how many rows were used.
    """
    n_rows = math.nan if metafeatures is None else metafeatures.get("NumberOfInstances")
    if n_rows is None or not n_rows > MAX_ROWS:
        return 1.0
    if any(fitted.spaces[column] != SPACE for column in columns):
        return 1.0
    return float(n_rows) / MAX_ROWS
