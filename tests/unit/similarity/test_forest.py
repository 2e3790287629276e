"""A forest as weights on training tasks, against the trees it is made of."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from warmstart.similarity.forest import ForestWeights


@pytest.fixture
def tasks():
    rng = np.random.default_rng(0)
    points = rng.random((40, 6))
    targets = np.column_stack([points[:, 0] > 0.5, points[:, 1], rng.normal(size=40)])
    return points, targets.astype(float)


def trees(points, targets, *, n_trees, random_state, min_samples_leaf=3, max_features=1 / 3):
    """The same bagged trees, grown by scikit-learn alone."""
    rng = np.random.default_rng(random_state)
    for _ in range(n_trees):
        drawn = rng.integers(len(points), size=len(points))
        yield DecisionTreeRegressor(
            min_samples_leaf=min_samples_leaf,
            max_features=max_features,
            random_state=int(rng.integers(2**31)),
        ).fit(points[drawn].astype("float32"), targets[drawn])


def test_predicts_the_mean_of_its_trees(tasks):
    points, targets = tasks
    queries = np.vstack([np.random.default_rng(1).random((7, 6)), points[:3]])
    forest = ForestWeights.fit(points, targets, n_trees=25, random_state=3)
    expected = np.mean(
        [
            tree.predict(queries.astype("float32"))
            for tree in trees(points, targets, n_trees=25, random_state=3)
        ],
        axis=0,
    )
    np.testing.assert_allclose(forest.weights(queries) @ targets, expected, atol=1e-12)


def test_weights_are_shares(tasks):
    forest = ForestWeights.fit(*tasks, n_trees=10)
    weights = forest.weights(np.random.default_rng(1).random((5, 6)))
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)


def test_queries_exactly_on_a_threshold_go_where_the_trees_send_them(tasks):
    points, targets = tasks
    forest = ForestWeights.fit(points, targets, n_trees=5, random_state=0)
    at = forest.threshold[forest.feature == 0]
    queries = np.tile(points[:1], (len(at), 1))
    queries[:, 0] = at
    grown = trees(points, targets, n_trees=5, random_state=0)
    expected = np.mean([tree.predict(queries.astype("float32")) for tree in grown], axis=0)
    np.testing.assert_allclose(forest.weights(queries) @ targets, expected, atol=1e-12)


def test_nearby_tasks_weigh_most(tasks):
    points, targets = tasks
    weights = ForestWeights.fit(points, targets[:, :1]).weights(np.full((1, 6), 0.9))[0]
    assert weights[points[:, 0] > 0.5].sum() > 0.7


def test_the_same_seed_gives_the_same_forest(tasks):
    one, same, other = (ForestWeights.fit(*tasks, n_trees=5, random_state=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one.threshold, same.threshold)
    assert not np.array_equal(one.counts, other.counts)


@pytest.mark.parametrize("n_tasks", [1, 2, 5])
def test_few_tasks(n_tasks):
    rng = np.random.default_rng(0)
    forest = ForestWeights.fit(rng.random((n_tasks, 2)), rng.random((n_tasks, 2)), n_trees=4)
    np.testing.assert_allclose(forest.weights(rng.random((3, 2))).sum(axis=1), 1.0)


def test_without_features_all_tasks_weigh_by_how_often_they_were_drawn():
    forest = ForestWeights.fit(np.zeros((4, 0)), np.arange(4.0)[:, None], n_trees=6)
    expected = forest.counts.mean(axis=0) / 4
    np.testing.assert_allclose(forest.weights(np.zeros((2, 0))), [expected, expected])
