"""From scores of single folds to what each configuration is worth, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_SWEEPS = 20
_PRIOR_FREEDOM = 3.0
"""Folds' worth of belief in the first guess of the noise, while little was measured."""

_GUESS = 1.2
"""Noise of a fold in units of the loss over the root of the rows scored, before any."""

_WILD = 10.0
"""Times the usual loss, from which on losses without bound are all alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Averages:
    """Scores of configurations, each free of the luck of which folds it had."""

    means: Array
    """Shape (n_configs,)."""

    stds: Array
    """Standard errors of the means, relative to each other, shape (n_configs,)."""

    folds: Array
    """How much easier each fold is than their mean, shape (n_folds,)."""

    fold_std: float
    """Of one fold's score, given its configuration and how hard the fold is."""

    level_std: float
    """Standard error of what all means have in common: other folds may all be harder."""


def average_scores(
    scores: Array, weights: Sequence[float], *, ideal: float, lowest: float, n_scored: int
) -> Averages:
    """As :func:`average`, of scores between the worst and the best there can be.

    Where scores have no worst one, a wild fold, as of a linear model that meets an outlier,
    must not hide what all others say: a loss counts as ten times the usual one at most.

    Parameters
    ----------
    scores : ndarray, shape (n_configs, n_folds)
        NaN where a configuration was not fitted to a fold.
    weights : sequence of float, length n_folds
    ideal : float
        The best score there can be.
    lowest : float
        The worst one; -inf where there is none.
    n_scored : int
        Rows that a fold is scored on.

    Examples
    --------
    >>> found = average_scores(np.array([[0.7, -1e9], [0.6, 0.5]]), [1.0, 1.0], ideal=1.0,
    ...                        lowest=-np.inf, n_scored=100)
    >>> found.means.round(2).tolist()
    [-1.4, 0.55]
    """
    usual = max(ideal - float(np.nanmedian(scores)), 1e-6)
    if not np.isfinite(lowest):
        scores = np.maximum(scores, ideal - _WILD * usual)
    found = average(scores, weights, _GUESS * usual / max(n_scored, 1) ** 0.5)
    # Without the luck of its folds a score may seem better than any can be.
    return replace(found, means=np.clip(found.means, lowest, ideal))


def average(scores: Array, weights: Sequence[float], guess: float) -> Averages:
    r"""Fit configurations and folds as two additive effects.

    .. math:: y_{if} = m_i + b_f + e_{if}, \quad
              e_{if} \sim N(0, \sigma^2 / w_f), \quad \sum_f n_f b_f = 0

    where :math:`n_f` weighs a fold by how often it was used. How hard a fold is is no reason
    to prefer a configuration that missed it.

    Parameters
    ----------
    scores : ndarray, shape (n_configs, n_folds)
        NaN where a configuration was not fitted to a fold; each has one score at least.
    weights : sequence of float, length n_folds
        How much more a fold says than one of the first, such as for more rows.
    guess : float
        Standard deviation expected of one fold, believed as much as three folds are.

    Examples
    --------
    >>> nan = float("nan")
    >>> scores = np.array([[0.9, 0.7, nan], [0.8, 0.6, 0.5]])  # the last fold is harder
    >>> average(scores, [1.0, 1.0, 1.0], 0.01).means.round(2).tolist()
    [0.76, 0.66]
    """
    known = np.isfinite(scores)
    y = np.where(known, scores, 0.0)
    w = known * np.asarray(weights, dtype=float)
    of_row, of_column = w.sum(axis=1), np.maximum(w.sum(axis=0), 1e-12)
    freedom = max(known.sum() - known.any(axis=1).sum() - known.any(axis=0).sum() + 1, 0)
    folds, variance = np.zeros(scores.shape[1]), guess**2
    means = (w * y).sum(axis=1) / of_row
    # Only the differences between folds that share configurations are known; the folds
    # every configuration has come first, and one sweep solves those exactly.
    centre = w.sum(axis=0) / w.sum()
    for _ in range(_N_SWEEPS):
        # Who goes on to further folds was lucky on the first, and falls back there: that a
        # fold is hard is told by how those do against what was to be expected of them.
        differ = max(float(means.var()) - float((variance / of_row).mean()), 1e-3 * variance)
        trusted = of_row / (of_row + variance / differ)
        likely = means.mean() + trusted * (means - means.mean())
        folds = (w * (y - likely[:, None])).sum(axis=0) / of_column
        folds -= centre @ folds
        means = (w * (y - folds)).sum(axis=1) / of_row
        residual = np.where(known, y - means[:, None] - folds, 0.0)
        squares = float((w * residual**2).sum())
        variance = (squares + _PRIOR_FREEDOM * guess**2) / (freedom + _PRIOR_FREEDOM)
    n_used = int(known.any(axis=0).sum())
    spread = float(np.var(folds[known.any(axis=0)], ddof=1)) if n_used > 1 else 0.0
    return Averages(
        means=means,
        stds=np.sqrt(variance / of_row),
        folds=folds,
        fold_std=float(np.sqrt(variance)),
        level_std=float(np.sqrt(spread / max(n_used, 1))),
    )
