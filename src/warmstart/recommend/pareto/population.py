"""A first population: suggestions, and variations of them where more are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError
from warmstart.spaces.encoding import ConfigurationEncoder
from warmstart.spaces.neighbourhood import Neighbourhood

Array = npt.NDArray[np.float64]

_TRIES = 8
"""Variations drawn for each one that is kept."""

_MOST_ROUNDS = 50


def first_population(
    configurations: Sequence[Mapping[str, Any]],
    n: int,
    *,
    diversity: float = 0.5,
    random_state: int = 0,
) -> list[dict[str, Any]]:
    """Some of the configurations, best first, and variations of them where there are too few.

    Parameters
    ----------
    configurations : sequence of mapping
        Best first; at least one.
    n : int
        Members, at least 1.
    diversity : float
        From 0, the best and their nearest variations, to 1, as far apart as possible: the
        weight of the distance to the members so far against that of the rank.
    random_state : int

    Returns
    -------
    list of dict, length n
        Distinct; fewer only where the configurations have nothing that can be varied.

    Raises
    ------
    ValueError
        If there is no configuration, or `n` or `diversity` is out of range.

    Examples
    --------
    >>> ten = [{"C": 10.0 ** k} for k in range(10)]
    >>> [one["C"] for one in first_population(ten, 3, diversity=0.0)]
    [1.0, 10.0, 100.0]
    >>> sorted(one["C"] for one in first_population(ten, 2, diversity=1.0))
    [1.0, 1000000000.0]
    >>> len(first_population(ten[:2], 5))
    5
    """
    if not configurations:
        raise ArgumentError("a population needs at least one configuration to begin with")
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ArgumentError(f"n is a number of members, at least 1, got {n!r}")
    if not 0 <= diversity <= 1:
        raise ArgumentError(f"diversity must be from 0 to 1, got {diversity}")
    distinct = list({_name(one): dict(one) for one in configurations}.values())
    if n <= len(distinct):
        return _spread(distinct, int(n), diversity)
    varied = _variations(distinct, int(n) - len(distinct), diversity, random_state)
    return distinct + varied


def _spread(pool: list[dict[str, Any]], n: int, diversity: float) -> list[dict[str, Any]]:
    """The first, then one after another by rank and by distance to those before."""
    x = ConfigurationEncoder.fit(pool, activity=True).transform(pool)
    rank = 1.0 - np.arange(len(pool)) / max(len(pool) - 1, 1)
    picks = [0]
    while len(picks) < n:
        apart = _apart(x, x[picks]).min(axis=1)
        worth = (1 - diversity) * rank + diversity * apart / max(apart.max(), 1e-12)
        worth[picks] = -np.inf
        picks.append(int(worth.argmax()))
    return [pool[k] for k in sorted(picks)]


def _variations(
    known: list[dict[str, Any]], n: int, diversity: float, random_state: int
) -> list[dict[str, Any]]:
    """Steps from the better ones, those kept that are the farthest from what there is."""
    rng = np.random.default_rng(random_state)
    near = Neighbourhood.fit(known)
    encoder = ConfigurationEncoder.fit(known, activity=True)
    weights = 1.0 / (1.0 + np.arange(len(known)))
    taken = {_name(one) for one in known}
    placed, found = encoder.transform(known), []
    for _ in range(_MOST_ROUNDS * n):
        parent = known[int(rng.choice(len(known), p=weights / weights.sum()))]
        n_tries = 1 + round(diversity * (_TRIES - 1))
        fresh = [one for one in near.around(parent, n_tries, rng) if _name(one) not in taken]
        if not fresh:
            continue
        x = encoder.transform(fresh)
        farthest = int(_apart(x, placed).min(axis=1).argmax())
        found.append(fresh[farthest])
        taken.add(_name(fresh[farthest]))
        placed = np.concatenate([placed, x[[farthest]]])
        if len(found) == n:
            break
    return found


def _apart(a: Array, b: Array) -> Array:
    distances: Array = np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))
    return distances


def _name(one: Mapping[str, Any]) -> str:
    return repr(sorted(one.items(), key=lambda item: item[0]))
