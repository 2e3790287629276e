"""N1 to N4, T1, LSC, density, clustering coefficient, hubs: what near rows say of the border.

Distances are Gower's: mean absolute differences of columns scaled from 0 to 1. pymfe's are in
single precision; where that breaks a tie the two differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warmstart.metafeatures.pairs.neighbourhood import gower_distances, pair_sample
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, Integers

NEAR = 0.15
"""Share of the rows that count as near in the graph."""


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
    """Nearest rows by class."""
    distance, codes = prepared.once(gower_distances), prepared.once(pair_sample).codes
    same = codes[:, None] == codes
    others = np.where(same, np.inf, distance)
    own = np.where(same, distance, np.inf)
    np.fill_diagonal(own, np.inf)
    every = np.minimum(own, others)
    enemy_at = others.argmin(axis=0)
    return Nearest(own.min(axis=0), others.min(axis=0), enemy_at, every.argmin(axis=0))


def _usable(prepared: Prepared) -> bool:
    sample = prepared.once(pair_sample)
    return len(sample.counts) > 1 and len(sample.codes) > 2


def n1(prepared: Prepared) -> float:
    """Share of rows at an edge of the spanning tree that joins two classes."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    if not _usable(prepared):
        return math.nan
    distance, codes = prepared.once(gower_distances), prepared.once(pair_sample).codes
    # A distance of 0 would be no edge; the order of all distances stays as it is.
    upper = np.triu(distance + 1.0, k=1)
    one, other = minimum_spanning_tree(upper).nonzero()
    differ = codes[one] != codes[other]
    return len(np.unique(np.concatenate([one[differ], other[differ]]))) / len(codes)


def n2(prepared: Prepared) -> Floats:
    """Distance within over distance between classes, of each row."""
    if not _usable(prepared):
        return np.empty(0)
    found = prepared.once(nearest)
    kept = np.isfinite(found.friend) & (found.friend + found.enemy > 0)
    friend, enemy = found.friend[kept], found.enemy[kept]
    ratio: Floats = friend / (friend + enemy)
    return ratio


def n3(prepared: Prepared) -> Floats:
    """Whether the nearest row is of another class, of each row."""
    if not _usable(prepared):
        return np.empty(0)
    codes = prepared.once(pair_sample).codes
    found: Floats = (codes[prepared.once(nearest).row] != codes).astype(np.float64)
    return found


def n4(prepared: Prepared) -> Floats:
    """The same of points between two rows of one class."""
    from scipy.spatial.distance import cdist

    if not _usable(prepared):
        return np.empty(0)
    sample, rng = prepared.once(pair_sample), prepared.rng("between rows")
    order = np.argsort(sample.codes, kind="stable")
    begins = np.repeat(np.cumsum(sample.counts) - sample.counts, sample.counts)
    counts = np.repeat(sample.counts, sample.counts)
    draws = (rng.random((2, len(order))) * counts).astype(np.int64) + begins
    one, other = sample.unit[order[draws[0]]], sample.unit[order[draws[1]]]
    between = one + (other - one) * rng.random(one.shape)
    if not between.shape[1]:
        return np.empty(0)
    found = cdist(between, sample.unit, "cityblock").argmin(axis=1)
    lost: Floats = (sample.codes[found] != sample.codes[order]).astype(np.float64)
    return lost


def t1(prepared: Prepared) -> float:
    """Spheres that cover the rows of their class, for each row."""
    if not _usable(prepared):
        return math.nan
    distance, found = prepared.once(gower_distances), prepared.once(nearest)
    inside = distance <= _radii(found)
    left = np.ones(len(inside), dtype=np.int64)
    for place in np.argsort(-inside.sum(axis=0), kind="stable"):
        if left[place] > 0:
            covered = inside[:, place]
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
    if not _usable(prepared):
        return math.nan
    distance = prepared.once(gower_distances)
    nearer = (distance < prepared.once(nearest).enemy).sum()
    return 1 - float(nearer) / len(distance) ** 2


def graph(prepared: Prepared) -> npt.NDArray[np.bool_]:
    """Whether two rows of a class are near: one is among the nearest 15 % of the other."""
    distance, codes = prepared.once(gower_distances), prepared.once(pair_sample).codes
    n = len(codes)
    n_near = min(max(round(n * NEAR), 1), n - 1)
    others = distance.copy()
    np.fill_diagonal(others, np.inf)
    edges = np.zeros((n, n), dtype=bool)
    order = np.argsort(others, axis=1, kind="stable")[:, :n_near]
    np.put_along_axis(edges, order, True, axis=1)
    edges &= codes[:, None] == codes
    found: npt.NDArray[np.bool_] = edges | edges.T
    return found


def density(prepared: Prepared) -> float:
    """One less the share of pairs of rows that the graph joins."""
    if not _usable(prepared):
        return math.nan
    edges = prepared.once(graph)
    n = len(edges)
    return 1 - float(edges.sum()) / (n * (n - 1))


def clustering_coefficient(prepared: Prepared) -> float:
    """One less the share of paths of two edges that are closed."""
    if not _usable(prepared):
        return math.nan
    edges = prepared.once(graph).astype(np.float32)
    degree = edges.sum(axis=0, dtype=np.float64)
    paths = float((degree * (degree - 1)).sum())
    # Six times the triangles; an entry of the square is a whole number below 2 ** 24.
    closed = float(np.einsum("ij,ij->", edges @ edges, edges, dtype=np.float64))
    return 1 - closed / paths if paths else 1.0


def hubs(prepared: Prepared) -> Floats:
    """One less each row's score as a hub of the graph."""
    if not _usable(prepared):
        return np.empty(0)
    edges = prepared.once(graph).astype(np.float64)
    score = np.ones(len(edges))
    for _ in range(200):
        # Of the square: a graph of two sides would swing between them.
        step = edges @ (edges @ score)
        largest = step.max()
        if largest <= 0:
            return np.ones(len(edges))
        step /= largest
        done = np.abs(step - score).max() < 1e-12
        score = step
        if done:
            break
    return 1 - score
