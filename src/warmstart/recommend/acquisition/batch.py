"""Choosing several configurations at once, before any of them is evaluated."""

from __future__ import annotations

from typing import Any

import numpy as np

from warmstart.errors import ArgumentError

Array = np.ndarray[Any, np.dtype[np.float64]]
Single = np.ndarray[Any, np.dtype[np.float32]]

N_SAMPLES = 1000
"""Posterior draws a batch is chosen on; more changes little."""

_TIED = 1e-6
"""Gains this close, in units of regret, are told apart by rounding alone."""


def best_of_n(
    samples: Array,
    n: int,
    *,
    costs: Array | None = None,
    budget_s: float | None = None,
    per_second: bool = False,
) -> list[int]:
    """Greedily pick the set whose best member is expected to be best.

    Picking the n highest means instead gives near copies of one configuration.

    Parameters
    ----------
    samples : ndarray, shape (n_samples, n_configs)
        Joint posterior draws of the response; lower is better. Each is min-max
        normalised, so the expectation is of normalised regret.
    n : int
        How many to pick; fewer when fewer exist or fit.
    costs : ndarray, shape (n_configs,), optional
        Predicted seconds.
    budget_s : float, optional
        Seconds the picks may cost together.
    per_second : bool
        Order by gain for each second of `costs`: for a list that is run from its top and
        may be stopped at any time.

    Returns
    -------
    list of int
        Distinct, best first: each lowers the expected best-so-far the most; of those that
        lower it alike, or not at all any more, the one expected to be best by itself.
        Within a budget the better of two greedy sets: most gain, and most gain per second.

    References
    ----------
    .. [1] Leskovec et al. "Cost-Effective Outbreak Detection in Networks." KDD 2007
       (why the better of the two is never far from the best set).

    Examples
    --------
    >>> draws = np.array([[0.0, 0.1, 1.0], [0.1, 0.2, 1.0], [1.0, 1.0, 0.0]])
    >>> best_of_n(draws, 2)  # the second column is a near copy of the first
    [0, 2]
    >>> best_of_n(draws, 2, costs=np.array([9.0, 1.0, 1.0]), budget_s=5.0)
    [1, 2]
    >>> best_of_n(draws, 2, costs=np.array([9.0, 1.0, 1.0]), per_second=True)
    [1, 2]
    >>> best_of_n(np.array([[3.0, 2.0, 1.0, 0.0]]), 4)  # after the best its next best
    [3, 2, 1, 0]
    """
    low = samples.min(axis=1, keepdims=True)
    spread = samples.max(axis=1, keepdims=True) - low
    if n == 1 and costs is None and not per_second:
        # The least mean regret, without writing every regret down.
        per_unit = (1.0 / np.where(spread > 0, spread, 1.0)).astype(samples.dtype)
        total = per_unit[:, 0] @ samples
        tied = np.flatnonzero(total <= total.min() + _TIED * len(samples))
        if len(tied) == 1:
            return [int(tied[0])]
        # What is so close is told apart as in a larger batch.
        few = (samples[:, tied] - low) / np.where(spread > 0, spread, 1.0)
        first = _greedy(few.astype("float32"), 1, np.zeros(len(tied)), np.inf, per_second=False)
        return [int(tied[first[0]])]
    regret = ((samples - low) / np.where(spread > 0, spread, 1.0)).astype("float32")
    if per_second:
        if costs is None:
            raise ArgumentError("gain per second needs costs")
        within = np.inf if budget_s is None else budget_s
        return _greedy(regret, n, costs, within, per_second=True)
    if costs is None or budget_s is None:
        return _greedy(regret, n, np.zeros(samples.shape[1]), np.inf, per_second=False)
    candidates = [_greedy(regret, n, costs, budget_s, per_second=p) for p in (False, True)]
    return min(candidates, key=lambda picks: _expected_best(regret, picks))


def _expected_best(regret: Single, picks: list[int]) -> float:
    return float(regret[:, picks].min(axis=1).mean()) if picks else 1.0


def _greedy(
    regret: Single, n: int, costs: Array, budget_s: float, *, per_second: bool
) -> list[int]:
    open_ = np.ones(regret.shape[1], dtype=bool)
    best_so_far = np.ones((len(regret), 1), dtype="float32")
    alone = regret.mean(axis=0, dtype=np.float64)
    picks: list[int] = []
    while len(picks) < n:
        open_ &= costs <= budget_s
        if not open_.any():
            break
        gain = (best_so_far - np.minimum(regret, best_so_far)).mean(axis=0)
        worth = gain / np.maximum(costs, 1e-9) if per_second else gain
        worth = np.where(open_, worth, -1.0)
        tied = np.flatnonzero(worth >= worth.max() - _TIED)
        pick = int(tied[alone[tied].argmin()])
        picks.append(pick)
        open_[pick] = False
        budget_s -= float(costs[pick])
        best_so_far = np.minimum(best_so_far, regret[:, [pick]])
    return picks
