"""The scale models think on: the logarithm of what a score falls short of the best one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.metrics import METRICS

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable

Array = np.ndarray[Any, np.dtype[np.float64]]

OFFSET = 0.01
"""Added to a loss before the logarithm: below one percent of error differences fade."""

_ROOM = 2.0
"""How far above the best score seen the ideal one is, in units of the range seen, where
scores have no bound."""

_LEAST_RATE, _LARGEST_RATE = 0.02, 5.0
"""Losses that all are below, or mostly above, are in a unit of their own, and no rates."""


_FALL, _FALL_STD = 0.15, 0.20
"""Median and deviation of how far the logarithm of the loss falls from some 1,300 rows to many
times as many: of the three best learners at that size, on the LCDB's 141 datasets."""


def fall_of_rows(ratio: float) -> tuple[float, float]:
    r"""How far the logarithm of the loss falls with `ratio` times the rows, and how surely.

    .. math:: u \to u - .15 s + .2 s\,\epsilon, \quad s = 1 - 1 / \mathrm{ratio}

    Much of what more rows give is had early, and how much it is differs between datasets.

    Parameters
    ----------
    ratio : float
        At least 1; below, nothing falls.

    References
    ----------
    .. [1] Mohr, Viering, Loog, van Rijn. "LCDB 1.0: An Extensive Learning Curves Database
       for Classification Tasks." ECML PKDD 2022.

    Examples
    --------
    >>> [round(value, 3) for value in fall_of_rows(2.0)]
    [0.075, 0.1]
    """
    share = max(1.0 - 1.0 / ratio, 0.0)
    return _FALL * share, _FALL_STD * share


def log_loss_response(
    scores: Array, ideal: float, offset: float = OFFSET, kind: Any = np.float64
) -> Array:
    """u = log(e + offset) of the loss e = ideal - score, never below zero loss.

    In single precision where that is the `kind` asked for.

    Parameters
    ----------
    scores : ndarray
        Of any shape; higher is better.
    ideal : float
        Score no configuration can beat.
    offset : float
        Added to a loss before the logarithm, in units of the score.
    kind : dtype
        Precision of what is returned.
    """
    losses = np.empty(np.shape(scores), dtype=kind)
    np.subtract(ideal, scores, out=losses, casting="same_kind")
    np.maximum(losses, 0.0, out=losses)
    losses += offset
    result: Array = np.log(losses, out=losses)
    return result


def score_of(response: Array, ideal: float, offset: float = OFFSET) -> Array:
    """Invert :func:`log_loss_response`; no score is above the ideal one.

    Parameters
    ----------
    response : ndarray
        Of any shape.
    ideal : float
        Score no configuration can beat.
    offset : float
        As the responses were made with.
    """
    response = np.asarray(response)
    # Wild quantiles are still numbers.
    losses = np.exp(np.minimum(response, np.log(np.finfo(response.dtype).max) - 1))
    result: Array = ideal - np.maximum(losses - offset, 0.0)
    return result


def ideal_score(table: ScoreTable) -> float:
    """The score no configuration can beat.

    0 for losses and 1 for rates. Of scores that may be anything, and in no metric we know,
    the best there can be is unknown: it is put well above the best seen, where the
    logarithm is nearly a straight line.
    """
    if table.metric is not None and table.metric in METRICS:
        return METRICS[table.metric].best
    best, worst = float(np.nanmax(table.scores)), float(np.nanmin(table.scores))
    if is_bounded(table):
        return 0.0 if best <= 0 else 1.0
    return best + _ROOM * (best - worst or abs(best))


def is_bounded(table: ScoreTable) -> bool:
    """Whether it is known how good a score can be: of losses, rates and metrics we know."""
    if table.metric is not None and table.metric in METRICS:
        return True
    best, worst = float(np.nanmax(table.scores)), float(np.nanmin(table.scores))
    return best <= 0 or (best <= 1 and worst >= 0)


def lowest_score(table: ScoreTable) -> float:
    """The score no configuration can be below: 0 where all seen are rates, often none."""
    if table.metric is not None and table.metric in METRICS:
        return METRICS[table.metric].lowest
    best, worst = float(np.nanmax(table.scores)), float(np.nanmin(table.scores))
    return 0.0 if worst >= 0 and 0 < best <= 1 else -np.inf


def loss_unit(table: ScoreTable) -> float:
    """What an offset is a share of: 1 where losses are about as large as rates can be.

    Else a usual loss: in euros or in billionths nothing else is small or large.
    """
    losses = ideal_score(table) - table.scores
    usual, largest = float(np.nanmedian(losses)), float(np.nanmax(losses))
    bounded = np.isfinite(lowest_score(table))
    if bounded or (largest >= _LEAST_RATE and usual <= _LARGEST_RATE):
        return 1.0
    return usual or largest or 1.0
