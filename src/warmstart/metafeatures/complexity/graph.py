"""Density, clustering coefficient and hubs of the graph that joins near rows of a class."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from warmstart.metafeatures.complexity.neighbours import usable
from warmstart.metafeatures.pairs.neighbourhood import gower_distances, pair_sample
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats

NEAR = 0.15
"""Share of the rows that count as near in the graph."""


def graph(prepared: Prepared) -> npt.NDArray[np.bool_]:
    """Whether two rows of a class are near: one is among the nearest 15 % of the other.

    Rows as far as the last of these are, too.
    """
    distance, sample = prepared.once(gower_distances), prepared.once(pair_sample)
    n = len(distance)
    n_near = min(max(round(n * NEAR), 1), n - 1)
    # The row itself is the nearest of all.
    reach = np.partition(distance, n_near, axis=1)[:, n_near]
    edges = np.zeros((n, n), dtype=bool)
    for begin, count in zip(sample.begins.tolist(), sample.counts.tolist(), strict=True):
        block = slice(begin, begin + count)
        near = distance[block, block] <= reach[block, None]
        edges[block, block] = near | near.T
    np.fill_diagonal(edges, False)
    return edges


def density(prepared: Prepared) -> float:
    """One less the share of pairs of rows that the graph joins."""
    if not usable(prepared):
        return math.nan
    edges = prepared.once(graph)
    n = len(edges)
    return 1 - float(edges.sum()) / (n * (n - 1))


def clustering_coefficient(prepared: Prepared) -> float:
    """One less the share of paths of two edges that are closed."""
    if not usable(prepared):
        return math.nan
    edges, sample = prepared.once(graph), prepared.once(pair_sample)
    degree = edges.sum(axis=0, dtype=np.float64)
    paths = float((degree * (degree - 1)).sum())
    closed = 0.0
    for begin, count in zip(sample.begins.tolist(), sample.counts.tolist(), strict=True):
        block = edges[begin : begin + count, begin : begin + count].astype(np.float32)
        # Six times the triangles; an entry of the square is a whole number below 2 ** 24.
        closed += float(np.einsum("ij,ij->", block @ block.T, block, dtype=np.float64))
    return 1 - closed / paths if paths else 1.0


def hubs(prepared: Prepared) -> Floats:
    """One less each row's score as a hub of the graph."""
    if not usable(prepared):
        return np.empty(0)
    edges, sample = prepared.once(graph), prepared.once(pair_sample)
    found, largest = np.zeros(len(edges)), 0.0
    # No edge joins two classes: the hubs are those of the class whose graph is the densest.
    for begin, count in zip(sample.begins.tolist(), sample.counts.tolist(), strict=True):
        block = slice(begin, begin + count)
        growth, score = _leading(edges[block, block].astype(np.float64))
        if growth > largest * (1 + 1e-9):
            found[:] = 0.0
            found[block], largest = score, growth
        elif growth > 0 and growth > largest * (1 - 1e-9):
            found[block] = score
    return 1 - found if largest > 0 else np.ones(len(edges))


def _leading(edges: Floats) -> tuple[float, Floats]:
    """Largest eigenvalue, squared, and its vector, of which the largest entry is 1."""
    score, growth = np.ones(len(edges)), 0.0
    for _ in range(200):
        # Of the square: a graph of two sides would swing between them.
        step = edges @ (edges @ score)
        growth = float(step.max())
        if growth <= 0:
            break
        step /= growth
        done = np.abs(step - score).max() < 1e-12
        score = step
        if done:
            break
    return growth, score
