"""N1 to N4, T1, LSC: what near rows say of the border.

Distances are Gower's: mean absolute differences of columns scaled from 0 to 1. pymfe's are in
single precision; where that breaks a tie the two differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.pairs.neighbourhood import gower_distances, pair_sample
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of each row."""

    friend: Floats
    """Distance of the nearest row of its class; infinite for the only one."""

    enemy: Floats
    """Distance of the nearest row of another class."""

    enemy_at: Integers
    row: Integers
    """The nearest row of all."""


def nearest(prepared: Prepared) -> Nearest:
    """Nearest rows by class; of several equally near, one of the most frequent class."""
    distance, sample = prepared.once(gower_distances), prepared.once(pair_sample)
    n = len(distance)
    others, friend, friend_at = distance.copy(), np.empty(n), np.empty(n, dtype=np.int64)
    # Classes lie one after the other.
    for begin, count in zip(sample.begins.tolist(), sample.counts.tolist(), strict=True):
        block = slice(begin, begin + count)
        own = others[block, block].copy()
        np.fill_diagonal(own, np.inf)
        friend_at[block] = begin + own.argmin(axis=1)
        friend[block] = own.min(axis=1)
        others[block, block] = np.inf
    enemy_at = others.argmin(axis=1)
    enemy = others[np.arange(n), enemy_at]
    by_friend = (friend < enemy) | ((friend == enemy) & (friend_at < enemy_at))
    return Nearest(friend, enemy, enemy_at, np.where(by_friend, friend_at, enemy_at))


def usable(prepared: Prepared) -> bool:
    """Whether there are two classes and rows enough to compare."""
    sample = prepared.once(pair_sample)
    return len(sample.counts) > 1 and len(sample.codes) > 2


def n1(prepared: Prepared) -> float:
    """Share of rows at an edge of the spanning tree that joins two classes."""
    if not usable(prepared):
        return math.nan
    codes = prepared.once(pair_sample).codes
    one, other = spanning_tree(prepared.once(gower_distances))
    differ = codes[one] != codes[other]
    return len(np.unique(np.concatenate([one[differ], other[differ]]))) / len(codes)


def spanning_tree(distance: Floats) -> tuple[Integers, Integers]:
    """Both ends of each edge of a minimum spanning tree, by Prim's algorithm.

    Of all pairs of rows it takes a fraction of what sorting their distances does.
    """
    n = len(distance)
    joined_to = np.zeros(n, dtype=np.int64)
    ahead = distance[0].copy()
    # Twice: to find the least of those outside, and to let none inside be joined again.
    near = ahead.copy()
    ahead[0], near[0] = np.inf, -np.inf
    new = np.empty(n - 1, dtype=np.int64)
    for step in range(n - 1):
        place = int(ahead.argmin())
        new[step] = place
        ahead[place], near[place] = np.inf, -np.inf
        row = distance[place]
        nearer = (row < near).nonzero()[0]
        joined_to[nearer] = place
        ahead[nearer] = near[nearer] = row[nearer]
    return new, joined_to[new]


def n2(prepared: Prepared) -> Floats:
    """Distance within over distance between classes, of each row."""
    if not usable(prepared):
        return np.empty(0)
    found = prepared.once(nearest)
    kept = np.isfinite(found.friend) & (found.friend + found.enemy > 0)
    friend, enemy = found.friend[kept], found.enemy[kept]
    ratio: Floats = friend / (friend + enemy)
    return ratio


def n3(prepared: Prepared) -> Floats:
    """Whether the nearest row is of another class, of each row."""
    if not usable(prepared):
        return np.empty(0)
    codes = prepared.once(pair_sample).codes
    found: Floats = (codes[prepared.once(nearest).row] != codes).astype(np.float64)
    return found


def n4(prepared: Prepared) -> Floats:
    """The same of points between two rows of one class."""
    from scipy.spatial.distance import cdist

    if not usable(prepared):
        return np.empty(0)
    sample, rng = prepared.once(pair_sample), prepared.rng("between rows")
    begins = np.repeat(sample.begins, sample.counts)
    counts = np.repeat(sample.counts, sample.counts)
    draws = (rng.random((2, len(counts))) * counts).astype(np.int64) + begins
    one, other = sample.unit[draws[0]], sample.unit[draws[1]]
    between = one + (other - one) * rng.random(one.shape)
    if not between.shape[1]:
        return np.empty(0)
    found = cdist(between, sample.unit, "cityblock").argmin(axis=1)
    lost: Floats = (sample.codes[found] != sample.codes).astype(np.float64)
    return lost


def t1(prepared: Prepared) -> float:
    """Spheres that cover the rows of their class, for each row."""
    if not usable(prepared):
        return math.nan
    distance, found = prepared.once(gower_distances), prepared.once(nearest)
    # Row by sphere, each with what it covers.
    inside = distance <= _radii(found)[:, None]
    left = np.ones(len(inside), dtype=np.int64)
    for place in np.argsort(-np.count_nonzero(inside, axis=1), kind="stable").tolist():
        if left[place] > 0:
            covered = inside[place]
            total = left[covered].sum()
            left[covered] = 0
            left[place] = total
    return int((left > 0).sum()) / len(left)


def _radii(found: Nearest) -> Floats:
    """Spheres of two nearest enemies touch; the others reach to their enemy's."""
    n = len(found.enemy)
    radius = np.full(n, -1.0)
    for begin in range(n):
        chain, place = [], begin
        while radius[place] < 0:
            radius[place] = 0.0
            chain.append(place)
            enemy = int(found.enemy_at[place])
            if found.enemy_at[enemy] == place:
                radius[place] = radius[enemy] = found.enemy[place] / 2
                chain.pop()
            place = enemy
        for place in reversed(chain):
            radius[place] = abs(found.enemy[place] - radius[found.enemy_at[place]])
    return radius


def lsc(prepared: Prepared) -> float:
    """One less the share of pairs that are nearer than the nearest enemy."""
    if not usable(prepared):
        return math.nan
    distance = prepared.once(gower_distances)
    nearer = (distance < prepared.once(nearest).enemy).sum()
    return 1 - float(nearer) / len(distance) ** 2
