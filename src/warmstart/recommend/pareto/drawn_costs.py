"""Which configurations to name for a front where their costs are not known for sure either."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]

_LEVELS = {1: 64, 2: 16}
"""Steps from the cheapest to the dearest that are told apart, by the number of costs."""

_TIED = 1e-9


def largest_drawn_front(
    scores: Array, costs: Array, n: int, *, margin: float, first: int | None = None
) -> list[int]:
    """Greedily pick the set whose front is the largest, mean over draws of scores and costs.

    Each draw's volume is measured in its own range of costs, from its cheapest candidate to
    somewhat above its dearest: what is told a little cheaper than others may not be so, and a
    front is better of several such than of one.

    Parameters
    ----------
    scores : ndarray, shape (n_samples, n_configs)
        Higher is better; volume counts above 0.
    costs : ndarray, shape (n_samples, n_configs, n_costs)
        Joint draws of one or two costs, in the units that volume is measured in.
    n : int
        How many to pick; fewer where no more are left.
    margin : float
        How much dearer than the dearest the reference is, as a share of the range.
    first : int, optional
        A configuration that is picked in any case, before all others.

    Returns
    -------
    list of int
        Distinct, the one that adds most first; once nothing adds any more, by mean score.

    References
    ----------
    .. [1] Daulton, Balandat, Bakshy. "Differentiable Expected Hypervolume Improvement for
       Parallel Multi-Objective Bayesian Optimization." NeurIPS 2020 (greedy batches).

    Examples
    --------
    >>> scores = np.array([[0.9, 0.89, 0.5]] * 2)
    >>> costs = np.array([[[2.0], [1.9], [0.0]], [[2.0], [2.1], [0.0]]])
    >>> largest_drawn_front(scores, costs, 2, margin=0.1)
    [2, 0]
    """
    if costs.ndim != 3 or costs.shape[2] not in _LEVELS or costs.shape[:2] != scores.shape:
        raise ArgumentError(
            f"costs must have shape (n_samples, n_configs, 1 or 2) with the first two of the "
            f"scores, {scores.shape}, got {costs.shape}"
        )
    covered = _covered(costs, margin)
    mean = scores.mean(axis=0)
    reached = np.zeros((len(scores), covered.shape[2]))
    left = np.ones(scores.shape[1], dtype=bool)
    picks: list[int] = []
    while len(picks) < n and left.any():
        if first is not None and not picks:
            pick = first
        else:
            gains = np.zeros(scores.shape[1])
            for score, cells, reach in zip(scores, covered, reached, strict=True):
                gains += (np.maximum(score[:, None] - reach, 0.0) * cells).sum(axis=1)
            gains = np.where(left, gains / (len(scores) * covered.shape[2]), -1.0)
            tied = np.flatnonzero(gains >= gains.max() - _TIED)
            pick = int(tied[mean[tied].argmax()])
        picks.append(pick)
        left[pick] = False
        higher = np.maximum(reached, scores[:, pick, None])
        reached = np.where(covered[:, pick], higher, reached)
    return picks


def _covered(costs: Array, margin: float) -> npt.NDArray[np.bool_]:
    """Whether each candidate is cheap enough for each cell, (n_samples, n_configs, n_cells)."""
    low, high = costs.min(axis=1, keepdims=True), costs.max(axis=1, keepdims=True)
    span = (1.0 + margin) * (high - low)
    share = (costs - low) / np.where(span > 0, span, 1.0)
    n_levels = _LEVELS[costs.shape[2]]
    # Rounded up: a candidate never dominates what it may be dearer than.
    place = np.ceil(share * n_levels - 1e-9)
    cells = np.ones((*costs.shape[:2], 1), dtype=bool)
    for k in range(costs.shape[2]):
        within = place[:, :, k, None] <= np.arange(n_levels)
        cells = (cells[:, :, :, None] & within[:, :, None, :]).reshape(*costs.shape[:2], -1)
    return cells
