"""The measures of Lorena et al. against loops, and on borders that are known.

Also of: metafeatures.complexity.graph, metafeatures.complexity.neighbours,
metafeatures.pairs.neighbourhood.
"""

import numpy as np
import pytest
import scipy.sparse.csgraph
import scipy.spatial
from sklearn.datasets import load_iris

from warmstart.metafeatures.complexity import graph, neighbours
from warmstart.metafeatures.extract import described
from warmstart.metafeatures.pairs.neighbourhood import gower_distances
from warmstart.metafeatures.prepared import Prepared
from warmstart.testing.tables import numeric_table

X, Y = load_iris(return_X_y=True)
X = X + np.random.default_rng(0).normal(scale=1e-3, size=X.shape)  # no ties
IRIS = numeric_table(X, Y)
FOUND = described(IRIS, groups=["complexity"]).values
UNIT = (X - X.min(axis=0)) / np.ptp(X, axis=0)
DISTANCE = np.abs(UNIT[:, None] - UNIT).mean(axis=2)


def test_distances():
    found = gower_distances(Prepared(IRIS))
    np.testing.assert_allclose(found, found.T)
    # Rows are in an order of their own.
    np.testing.assert_allclose(np.sort(found, None), np.sort(DISTANCE, None), atol=1e-12)


def test_a_spanning_tree_is_as_short_as_any():
    distance = scipy.spatial.distance_matrix(UNIT, UNIT)
    one, other = neighbours.spanning_tree(distance)
    assert len({*one, *other}) == 150
    shortest = scipy.sparse.csgraph.minimum_spanning_tree(distance).sum()
    assert distance[one, other].sum() == pytest.approx(shortest)


def test_columns_that_tell_classes_apart():
    means = np.array([X[k == Y].mean(axis=0) for k in range(3)])
    between = sum(50 * (means[k] - X.mean(axis=0)) ** 2 for k in range(3))
    within = sum(((X[k == Y] - means[k]) ** 2).sum(axis=0) for k in range(3))
    assert FOUND["ComplexityF1Mean"] == pytest.approx((1 / (1 + between / within)).mean())
    pairs = [(0, 1), (0, 2), (1, 2)]
    f2, f3, f4, f1v = [], [], [], []
    for i, j in pairs:
        one, other = X[i == Y], X[j == Y]
        low = np.maximum(one.min(axis=0), other.min(axis=0))
        high = np.minimum(one.max(axis=0), other.max(axis=0))
        both = np.vstack([one, other])
        f2.append(np.prod(np.maximum(high - low, 0) / np.ptp(both, axis=0)))
        f3.append(((both >= low) & (both <= high)).mean(axis=0).min())
        f4.append(_f4(one, other))
        gap = one.mean(axis=0) - other.mean(axis=0)
        spread = (np.cov(one.T) + np.cov(other.T)) / 2
        f1v.append(1 / (1 + gap @ np.linalg.solve(spread, gap)))
    assert FOUND["ComplexityF2Mean"] == pytest.approx(np.mean(f2))
    assert FOUND["ComplexityF3Mean"] == pytest.approx(np.mean(f3))
    assert FOUND["ComplexityF4Mean"] == pytest.approx(np.mean(f4))
    assert FOUND["ComplexityF1vMean"] == pytest.approx(np.mean(f1v))


def _f4(one, other):
    n, columns = len(one) + len(other), list(range(one.shape[1]))
    while columns and len(one) and len(other):
        best, kept = None, None
        for c in columns:
            low = max(one[:, c].min(), other[:, c].min())
            high = min(one[:, c].max(), other[:, c].max())
            inside = [(rows[:, c] >= low) & (rows[:, c] <= high) for rows in (one, other)]
            count = sum(i.sum() for i in inside)
            if best is None or count < best[0]:
                best, kept = (count, c), inside
        one, other = one[kept[0]], other[kept[1]]
        columns.remove(best[1])
    # A class that is gone is told apart from the other.
    return (len(one) + len(other)) / n if not columns else 0.0


def test_near_rows():
    others = DISTANCE + np.diag(np.full(150, np.inf))
    nearest = others.argmin(axis=1)
    assert FOUND["ComplexityN3Mean"] == pytest.approx((Y[nearest] != Y).mean())
    enemy = np.array([DISTANCE[i][Y[i] != Y].min() for i in range(150)])
    friend = np.array([others[i][Y[i] == Y].min() for i in range(150)])
    assert FOUND["ComplexityN2Mean"] == pytest.approx((friend / (friend + enemy)).mean())
    local = sum((DISTANCE[i] < enemy[i]).sum() for i in range(150))
    assert FOUND["ComplexityLSC"] == pytest.approx(1 - local / 150**2)
    tree = scipy.sparse.csgraph.minimum_spanning_tree(DISTANCE).toarray() > 0
    one, other = np.nonzero(tree)
    border = {*one[Y[one] != Y[other]], *other[Y[one] != Y[other]]}
    assert FOUND["ComplexityN1"] == pytest.approx(len(border) / 150)


def test_graph_of_near_rows():
    others = DISTANCE + np.diag(np.full(150, np.inf))
    edges = np.zeros((150, 150), dtype=bool)
    for i in range(150):
        for j in np.argsort(others[i])[: round(150 * 0.15)]:
            if Y[i] == Y[j]:
                edges[i, j] = edges[j, i] = True
    assert FOUND["ComplexityDensity"] == pytest.approx(1 - edges.sum() / (150 * 149))
    A = edges.astype(float)
    triangles, degree = np.trace(A @ A @ A), A.sum(axis=0)
    closed = triangles / (degree * (degree - 1)).sum()
    assert FOUND["ComplexityClusteringCoefficient"] == pytest.approx(1 - closed)
    leading = np.abs(np.linalg.eigh(A)[1][:, -1])
    expected = 1 - leading / leading.max()
    found = np.sort(graph.hubs(Prepared(IRIS)))
    np.testing.assert_allclose(found, np.sort(expected), atol=1e-5)


def test_shares_of_classes():
    y = np.repeat([0, 1], [90, 10])
    found = described(numeric_table(np.arange(100.0)[:, None], y), groups=["complexity"]).values
    assert found["ComplexityC1"] == pytest.approx(-(0.9 * np.log2(0.9) + 0.1 * np.log2(0.1)))
    ratio = 0.5 * (90 / 10 + 10 / 90)
    assert found["ComplexityC2"] == pytest.approx(1 - 1 / ratio)


def test_a_simple_border_is_simpler_than_a_hard_one():
    rng = np.random.default_rng(1)
    y = np.arange(200) % 2
    apart = described(numeric_table(rng.normal(size=(200, 2)) + 9 * y[:, None], y),
                      groups=["complexity"]).values  # fmt: skip
    mixed = described(numeric_table(rng.normal(size=(200, 2)), y), groups=["complexity"]).values
    names = ["F1Mean", "F1vMean", "F3Mean", "F4Mean", "L1Mean", "L2Mean", "L3Mean", "N1",
             "N2Mean", "N3Mean", "N4Mean", "T1", "LSC"]  # fmt: skip
    for name in names:
        assert apart[f"Complexity{name}"] < mixed[f"Complexity{name}"], name
    assert apart["ComplexityL2Mean"] == apart["ComplexityN3Mean"] == 0
