"""Ranges of a learner's hyperparameters that hold most of its good configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warmstart.errors import ArgumentError
from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.guide.learner_scores import Estimate, LearnerScores, over_families
from warmstart.metadataset.core.score_table import Floats
from warmstart.recommend.answer.ranges import (
    Narrowed,
    NumberRange,
    heaviest,
    is_wide,
    log_scales,
)

GOOD_SHARE = 0.1
"""A configuration is good on a task where it is among this share of the learner's best."""

_N_FOLDS = 10
_N_RESAMPLES = 100
_TAIL = 5
"""Per cent outside an interval on either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodRange:
    """Where good values of one hyperparameter lie."""

    hyperparameter: str
    range: Narrowed

    low: tuple[float, float] | None
    """90 % interval of the lower end, over resampled families; None of a choice."""

    high: tuple[float, float] | None

    held_out: Estimate
    """Share of the good configurations of families left out that lie in a range found
    without them."""

    share_tried: float
    """Share of all configurations tried that lie in the range: what is not ruled out."""


def good_per_family(scores: LearnerScores) -> Floats:
    """Which configurations are good, shape (n_families, n_configs); rows sum to 1.

    On a task the best tenth of those tried, at least one, share a weight of 1; ties at the
    border share theirs. Tasks on which all did alike say nothing.

    Examples
    --------
    >>> scores = LearnerScores(
    ...     learner="x", task_type="binary", metric="r2", in_target_stds=False,
    ...     regret=np.array([[0.0, 0.0, 1.0], [1.0, 0.5, 0.0]]), loss=np.zeros((2, 3)),
    ...     families=np.array(["a", "a"]), configuration_ids=(0, 1, 2),
    ...     configurations=({}, {}, {}))
    >>> good_per_family(scores)
    array([[0.25, 0.25, 0.5 ]])
    """
    tried = np.isfinite(scores.loss)
    n_good = np.maximum(1, np.round(GOOD_SHARE * tried.sum(axis=1))).astype(int)
    worst = np.take_along_axis(
        np.sort(np.where(tried, scores.regret, np.inf), axis=1), n_good[:, None] - 1, axis=1
    )
    good = (tried & (scores.regret <= worst)).astype(float)
    good[np.ptp(scores.regret, axis=1) == 0] = 0.0
    totals = good.sum(axis=1, keepdims=True)
    by_family = scores.family_means @ (good / np.maximum(totals, 1.0))
    known = by_family.sum(axis=1, keepdims=True)
    shares: Floats = np.divide(by_family, known, out=np.zeros_like(by_family), where=known > 0)
    return shares


def good_ranges(
    scores: LearnerScores, share: float = 0.9, *, random_state: int = 0
) -> tuple[GoodRange, ...]:
    """Ranges that hold a share of the good configurations, one a hyperparameter.

    Of a number the range that does so with the fewest of the configurations tried inside, so
    that it rules out most; of a choice its heaviest values. See :func:`good_per_family` for
    what is good. Every family has the same weight.

    Parameters
    ----------
    scores : LearnerScores
    share : float
        Of the good configurations, in (0, 1].
    random_state : int
        Of folds and resamples.

    Returns
    -------
    tuple of GoodRange
        Hyperparameters of which a single value was tried are left out.

    Raises
    ------
    ArgumentError
        If the share is none, or there are fewer than two families.

    References
    ----------
    .. [1] van Rijn, Hutter. "Hyperparameter Importance Across Datasets." KDD 2018.
    """
    if not 0 < share <= 1:
        raise ArgumentError(f"share is one of good configurations in (0, 1], got {share!r}")
    if scores.n_families < 2:
        raise ArgumentError(f"ranges need at least two families, got {scores.n_families}")
    good = good_per_family(scores)
    rng = np.random.default_rng(random_state)
    n = scores.n_families
    draws = rng.multinomial(n, np.full(n, 1 / n), size=_N_RESAMPLES) @ good
    n_folds = min(_N_FOLDS, n)
    folds = assign_folds(np.arange(n), n_folds, random_state=random_state)
    logs = log_scales({scores.learner}, scores.task_type)
    found = []
    for name in scores.hyperparameters():
        active = [k for k, v in enumerate(scores.configurations) if name in v]
        values = [scores.configurations[k][name] for k in active]
        if not good[:, active].sum():
            continue
        one = _Values(values, logs.get(name), share)
        whole = one.range(good[:, active].sum(axis=0))
        low, high = one.intervals(draws[:, active], whole)
        found.append(
            GoodRange(
                hyperparameter=name,
                range=whole,
                low=low,
                high=high,
                held_out=_held_out(one, good[:, active], folds),
                share_tried=float(np.mean([value in whole for value in values])),
            )
        )
    return tuple(found)


def tightest(
    values: Sequence[float], weights: Floats, share: float, log: bool | None = None
) -> NumberRange:
    """The range that holds a share of the weight with the fewest values inside.

    Parameters
    ----------
    values : sequence of float, shape (n,)
    weights : array, shape (n,)
        Not negative, summing to one.
    share : float
        In (0, 1].
    log : bool, optional
        Whether the number is on a log scale; judged by its values without.

    Examples
    --------
    >>> tightest([1, 2, 3, 40], np.array([0.1, 0.4, 0.5, 0.0]), 0.8)
    NumberRange(low=2, high=3, log=True, integer=True, mass=0.9)
    """
    # Of equal values none is inside without the others.
    known, places, counts = np.unique(
        np.asarray(values, float), return_inverse=True, return_counts=True
    )
    reached = np.concatenate([[0.0], np.cumsum(np.bincount(places, weights))])
    tried = np.concatenate([[0], np.cumsum(counts)])
    starts = np.arange(len(known))
    ends = np.searchsorted(reached, reached[:-1] + share - 1e-9)
    starts, ends = starts[ends <= len(known)], ends[ends <= len(known)]
    n_inside, mass = tried[ends] - tried[starts], reached[ends] - reached[starts]
    best = int(np.lexsort((-mass, n_inside))[0])
    integer = all(isinstance(v, int) for v in values)
    low, high = float(known[starts[best]]), float(known[ends[best] - 1])
    return NumberRange(
        low=int(low) if integer else low,
        high=int(high) if integer else high,
        log=is_wide(values) if log is None else log,
        integer=integer,
        mass=min(1.0, round(float(mass[best]), 12)),
    )


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of one hyperparameter and how a range of them is read."""

    values: Sequence[Any]
    log: bool | None
    share: float

    def range(self, weights: Floats) -> Narrowed:
        weights = weights / weights.sum()
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values):
            return tightest(self.values, weights, self.share, self.log)
        return heaviest(self.values, weights, self.share)

    def intervals(
        self, draws: Floats, whole: Narrowed
    ) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
        if not isinstance(whole, NumberRange):
            return None, None
        drawn = [self.range(weights) for weights in draws if weights.sum() > 0]
        ends = [[r.low for r in drawn if isinstance(r, NumberRange)]]
        ends.append([r.high for r in drawn if isinstance(r, NumberRange)])
        # A bound is one of the values tried, and so is the end of its interval.
        bounds = [
            np.percentile(end, (_TAIL, 100 - _TAIL), method="nearest").tolist() for end in ends
        ]
        return tuple(bounds[0]), tuple(bounds[1])


def _held_out(one: _Values, good: Floats, folds: NDArray[np.intp]) -> Estimate:
    """Coverage on families left out, a value a family."""
    inside = np.full(len(good), np.nan)
    for fold in np.unique(folds):
        in_fold = folds == fold
        elsewhere = good[~in_fold].sum(axis=0)
        if not elsewhere.sum():
            continue
        found = one.range(elsewhere)
        within = np.array([value in found for value in one.values])
        total = good[in_fold].sum(axis=1)
        hit = good[in_fold][:, within].sum(axis=1)
        inside[in_fold] = np.divide(
            hit, total, out=np.full_like(total, np.nan), where=total > 0
        )
    return over_families(inside)
