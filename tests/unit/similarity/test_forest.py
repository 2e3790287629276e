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


def trees(points, targets, *, n_trees, random_state):
    """The same bagged trees, grown by scikit-learn alone, with what each has drawn."""
    rng = np.random.default_rng(random_state)
    for _ in range(n_trees):
        drawn = rng.integers(len(points), size=len(points))
        tree = DecisionTreeRegressor(max_features=0.5, random_state=int(rng.integers(2**31)))
        weights = np.bincount(drawn, minlength=len(points))
        yield tree.fit(points.astype("float32"), targets, sample_weight=weights), drawn


def test_predicts_the_mean_of_its_trees(tasks):
    points, targets = tasks
    queries = np.vstack([np.random.default_rng(1).random((7, 6)), points[:3]])
    forest = ForestWeights.fit(points, targets, n_trees=25, random_state=3)
    expected = np.mean(
        [
            tree.predict(queries.astype("float32"))
            for tree, _ in trees(points, targets, n_trees=25, random_state=3)
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
    expected = np.mean([tree.predict(queries.astype("float32")) for tree, _ in grown], axis=0)
    np.testing.assert_allclose(forest.weights(queries) @ targets, expected, atol=1e-12)


def test_nearby_tasks_weigh_most(tasks):
    points, targets = tasks
    weights = ForestWeights.fit(points, targets[:, :1]).weights(np.full((1, 6), 0.9))[0]
    assert weights[points[:, 0] > 0.5].sum() > 0.7


def test_the_same_seed_gives_the_same_forest(tasks):
    one, same, other = (ForestWeights.fit(*tasks, n_trees=5, random_state=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one.threshold, same.threshold)
    assert not np.array_equal(one.counts, other.counts)


def test_out_of_bag_is_predicted_by_the_trees_that_did_not_draw_a_task(tasks):
    points, targets = tasks
    forest = ForestWeights.fit(points, targets, n_trees=25, random_state=3)
    expected = np.full((25, *targets.shape), np.nan)
    for k, (tree, drawn) in enumerate(trees(points, targets, n_trees=25, random_state=3)):
        out = np.setdiff1d(np.arange(len(points)), drawn)
        expected[k, out] = tree.predict(points[out].astype("float32"))
    np.testing.assert_allclose(
        forest.out_of_bag(targets), np.nanmean(expected, axis=0), atol=1e-12
    )


def test_families_are_drawn_together(tasks):
    points, targets = tasks
    families = np.arange(40) // 4
    counts = ForestWeights.fit(points, targets, families, n_trees=9).counts
    assert (counts.reshape(9, 10, 4) == counts[:, ::4, None]).all()
    assert (counts.sum(axis=1) == 40).all()


def test_a_task_in_every_bag_is_predicted_as_average(tasks):
    points, targets = tasks
    forest = ForestWeights.fit(points, targets, np.zeros(40), n_trees=3)
    assert (forest.out_of_bag(targets) == 0).all()


@pytest.mark.parametrize("n_tasks", [1, 2, 5])
def test_few_tasks(n_tasks):
    rng = np.random.default_rng(0)
    forest = ForestWeights.fit(rng.random((n_tasks, 2)), rng.random((n_tasks, 2)), n_trees=4)
    np.testing.assert_allclose(forest.weights(rng.random((3, 2))).sum(axis=1), 1.0)


def test_without_features_all_tasks_weigh_by_how_often_they_were_drawn():
    forest = ForestWeights.fit(np.zeros((4, 0)), np.arange(4.0)[:, None], n_trees=6)
    expected = forest.counts.mean(axis=0) / 4
    np.testing.assert_allclose(forest.weights(np.zeros((2, 0))), [expected, expected])
