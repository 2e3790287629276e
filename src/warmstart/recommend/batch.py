"""Choosing several configurations at once, before any of them is evaluated."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def best_of_n(
    samples: Array, n: int, *, costs: Array | None = None, budget: float | None = None
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
    budget : float, optional
        Seconds the picks may cost together.

    Returns
    -------
    list of int
        Distinct, best first: each lowers the expected best-so-far the most (with costs,
        the most per second once the cheapest gain no longer fits).

    Examples
    --------
    >>> draws = np.array([[0.0, 0.1, 1.0], [0.1, 0.2, 1.0], [1.0, 1.0, 0.0]])
    >>> best_of_n(draws, 2)  # the second column is a near copy of the first
    [0, 2]
    """
    low = samples.min(axis=1, keepdims=True)
    spread = samples.max(axis=1, keepdims=True) - low
    regret = ((samples - low) / np.where(spread > 0, spread, 1.0)).astype("float32")
    allowed = np.ones(samples.shape[1], dtype=bool)
    left = np.inf if budget is None else float(budget)
    best_so_far = np.ones((len(regret), 1), dtype="float32")
    picks: list[int] = []
    while len(picks) < n:
        if costs is not None:
            allowed &= costs <= left
        if not allowed.any():
            break
        expected = np.minimum(regret, best_so_far).mean(axis=0)
        pick = int(np.where(allowed, expected, np.inf).argmin())
        picks.append(pick)
        allowed[pick] = False
        best_so_far = np.minimum(best_so_far, regret[:, [pick]])
        if costs is not None:
            left -= float(costs[pick])
    return picks
