"""From scores of single folds to what each configuration is worth, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from warmstart.recommend.look.measuring.likely import Likely

Array = np.ndarray[Any, np.dtype[np.float64]]

_N_SWEEPS = 10
_PRIOR_FREEDOM = 3.0
"""Folds' worth of belief in the first guess of the noise, while little was measured."""

_GUESS = 1.2
"""Noise of a fold in units of the loss over the root of the rows scored, before any."""

_SHARED = 2.0
"""Variance of how hard a fold is for all, in units of the noise's, before any."""

_WILD = 10.0
"""Times the usual loss, from which on losses without bound are all alike."""

_REDIVIDED = 0.05
"""Variance of the level of another division of the same rows, in units of one fold's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folds:
    """The folds that scores are of."""

    weights: Sequence[float]
    """How much more a fold says than one of the first, such as for more rows."""

    divisions: Sequence[int] | None = None
    """Of each fold, where every division scores each of the same rows once: then one fold is
    as much harder as the others of its division are easier. None where the rows differ."""

    n_each: int = 0
    """Folds of a whole division."""

    @property
    def links(self) -> Array:
        """Covariance of how hard folds are, over the variance of one of the first."""
        if self.divisions is None:
            return np.diag(1.0 / np.asarray(self.weights, dtype=float))
        of, k = np.asarray(self.divisions), self.n_each
        same = of[:, None] == of
        result: Array = np.eye(len(of)) - same * (1.0 / k - _REDIVIDED)
        return result

    @property
    def contrasts(self) -> Array:
        """What takes the mean off, of each division where rows are the same; a projection."""
        of = np.asarray(self.divisions or [0] * len(self.weights))
        same = of[:, None] == of
        result: Array = np.eye(len(of)) - same / same.sum(axis=1)
        return result

    @property
    def n_distinct(self) -> float:
        """For how many folds of the first kind the rows would do that were scored."""
        if self.divisions is None:
            return float(np.sum(self.weights))
        return float(np.unique(self.divisions, return_counts=True)[1].max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Averages:
    """Scores of configurations, each free of the luck of which folds it had."""

    means: Array
    """Shape (n_configs,)."""

    stds: Array
    """Standard errors of the means, relative to each other, shape (n_configs,)."""

    likely: Array
    """What each is worth, less what the best of so many owe to luck, shape (n_configs,)."""

    likely_stds: Array
    """Standard errors of what each is worth, shape (n_configs,)."""

    folds: Array
    """How much easier each fold is than usual, shape (n_folds,)."""

    fold_std: float
    """Of one fold's score, given its configuration and how hard the fold is."""

    shared_std: float
    """Of how hard a fold is for all."""

    level_std: float
    """Standard error of what all means have in common: other rows may all be harder."""


def average_scores(
    scores: Array, folds: Folds, *, ideal: float, lowest: float, n_scored: int
) -> Averages:
    """As :func:`average`, of scores between the worst and the best there can be.

    Where scores have no worst one, a wild fold, as of a linear model that meets an outlier,
    must not hide what all others say: a loss counts as ten times the usual one at most.

    Parameters
    ----------
    scores : ndarray, shape (n_configs, n_folds)
        NaN where a configuration was not fitted to a fold.
    folds : Folds
    ideal : float
        The best score there can be.
    lowest : float
        The worst one; -inf where there is none.
    n_scored : int
        Rows that a fold is scored on.

    Examples
    --------
    >>> found = average_scores(np.array([[0.7, -1e9], [0.6, 0.5]]), Folds(weights=[1, 1]),
    ...                        ideal=1.0, lowest=-np.inf, n_scored=100)
    >>> bool(-2 < found.means[0] < found.means[1])
    True
    """
    usual = max(ideal - float(np.nanmedian(scores)), 1e-6)
    if not np.isfinite(lowest):
        scores = np.maximum(scores, ideal - _WILD * usual)
    found = average(scores, folds, _GUESS * usual / max(n_scored, 1) ** 0.5)
    # Without the luck of its folds a score may seem better than any can be.
    return replace(
        found,
        means=np.clip(found.means, lowest, ideal),
        likely=np.clip(found.likely, lowest, ideal),
    )


def _first_variances(rest: Array, w: Array, hard: Array, guess: float) -> tuple[float, float]:
    """Of the noise and of folds, as if both effects were fixed; to begin with."""
    known = w > 0
    freedom = max(int(known.sum()) - sum(known.shape) + 1, 0)
    squares = float((w * rest**2).sum()) + _PRIOR_FREEDOM * guess**2
    noise = squares / (freedom + _PRIOR_FREEDOM)
    return noise, max(_SHARED * guess**2, float(hard.var()))


def average(scores: Array, folds: Folds, guess: float) -> Averages:
    r"""Fit configurations and folds as two additive effects, both of them random.

    .. math:: y_{if} = m_i + b_f + e_{if}, \quad m_i \sim \pi, \quad
              b \sim N(0, \tau^2 C), \quad e_{if} \sim N(0, \sigma^2 / w_f)

    How hard a fold is is no reason to prefer a configuration that missed it. Who goes on to
    further folds was lucky on the first ones, and falls back there: that a fold is hard is
    told by how those do against what they are likely to be worth (:class:`Likely`), and, of
    the same rows, by its being the opposite of the others of its division. Fitted by
    expectation maximisation, one effect given the other.

    Parameters
    ----------
    scores : ndarray, shape (n_configs, n_folds)
        NaN where a configuration was not fitted to a fold; each has one score at least.
    folds : Folds
        Weights :math:`w` and links :math:`C`.
    guess : float
        Standard deviation expected of one fold, believed as much as three folds are.

    Examples
    --------
    >>> nan = float("nan")
    >>> scores = np.array([[0.9, 0.7, nan], [0.8, 0.6, 0.5]])  # the last fold is harder
    >>> average(scores, Folds(weights=[1, 1, 1]), 0.01).means.round(2).tolist()
    [0.73, 0.63]
    """
    known = np.isfinite(scores)
    y = np.where(known, scores, 0.0)
    w = known * np.asarray(folds.weights, dtype=float)
    of_row, of_column = w.sum(axis=1), w.sum(axis=0)
    inverse, contrasts = np.linalg.inv(folds.links), folds.contrasts
    centre = inverse.sum(axis=0) / inverse.sum()
    means, prior = (w * y).sum(axis=1) / of_row, Likely(len(scores))
    hard = (w * (y - means[:, None])).sum(axis=0) / of_column
    noise, shared = _first_variances(y - means[:, None] - hard, w, hard, guess)
    for _ in range(_N_SWEEPS):
        likely, spreads = prior.step(means, np.sqrt(noise / of_row))
        covariance = np.linalg.inv(np.diag(of_column) / noise + inverse / shared)
        hard = covariance @ ((w * (y - likely[:, None])).sum(axis=0) / noise)
        hard -= centre @ hard
        unsure = spreads[:, None] ** 2 + np.diag(covariance)
        squares = float((w * ((y - likely[:, None] - hard) ** 2 + unsure)).sum())
        noise = (squares + _PRIOR_FREEDOM * guess**2) / (known.sum() + _PRIOR_FREEDOM)
        # What the folds have in common says nothing of how they differ.
        squares = float(hard @ contrasts @ hard + (contrasts * covariance).sum())
        prior_squares = _PRIOR_FREEDOM * _SHARED * guess**2
        shared = (squares + prior_squares) / (float(contrasts.trace()) + _PRIOR_FREEDOM)
        means = (w * (y - hard)).sum(axis=1) / of_row
    stds = np.sqrt(noise / of_row)
    # A variance from few folds: the deviation of Student's t is larger.
    freedom = float(contrasts.trace()) + _PRIOR_FREEDOM
    level = shared / folds.n_distinct * freedom / (freedom - 2.0)
    return Averages(
        means=means,
        stds=stds,
        likely=likely,
        likely_stds=np.hypot(stds, spreads),
        folds=hard,
        fold_std=float(np.sqrt(noise)),
        shared_std=float(np.sqrt(shared)),
        level_std=float(np.sqrt(level)),
    )
