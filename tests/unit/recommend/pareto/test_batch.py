import numpy as np
import pytest

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.batch import (
    CostCells,
    batch_by_hypervolume,
    expected_hypervolume_improvement,
)
from warmstart.recommend.pareto.hypervolume import hypervolume


def exact_greedy(samples, costs, n, worst):
    """The same choice by whole volumes of every draw."""
    picks, reference = [], np.append(0.0, -np.asarray(worst))
    while len(picks) < n:

        def volume(j, picks=picks):
            chosen = [*picks, j]
            return np.mean(
                [
                    hypervolume(np.column_stack([draw[chosen], -costs[chosen]]), reference)
                    for draw in samples
                ]
            )

        left = [j for j in range(samples.shape[1]) if j not in picks]
        picks.append(max(left, key=volume))
    return picks


@pytest.mark.parametrize("n_costs", [1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_greedy_batch_equals_whole_volumes(n_costs, seed):
    rng = np.random.default_rng(seed)
    samples, costs = rng.uniform(size=(6, 9)), rng.uniform(size=(9, n_costs))
    worst = np.full(n_costs, 1.1)
    found = batch_by_hypervolume(samples, costs, 4, worst=worst)
    assert found == exact_greedy(samples, costs, 4, worst)


def test_cells_add_up_to_the_improvement():
    rng = np.random.default_rng(0)
    samples, costs = rng.uniform(size=(5, 6)), rng.uniform(size=(6, 1))
    cells = CostCells(costs, [1.5])
    reached = np.zeros((5, len(cells.sizes)))
    reached = cells.with_candidate(0, samples[:, 0], reached)
    gains = cells.gains(samples, reached)
    for j in range(1, 6):
        expected = np.mean(
            [
                expected_hypervolume_improvement(
                    [[[draw[j], -costs[j, 0]]]], [[draw[0], -costs[0, 0]]], [0.0, -1.5]
                )
                for draw in samples
            ]
        )
        assert gains[j] == pytest.approx(expected)


def test_what_breaks_its_limits_is_named_last():
    samples = np.array([[0.9, 0.8, 0.1]] * 4)
    feasible = np.array([[False, True, True]] * 4)
    picks = batch_by_hypervolume(samples, np.array([[1.0], [1.0], [1.0]]), 3, feasible=feasible)
    assert picks == [1, 2, 0]


def test_all_costs_alike_is_the_best_score():
    samples = np.array([[0.2, 0.9, 0.5]])
    assert batch_by_hypervolume(samples, np.ones((3, 1)), 2) == [1, 2]


def test_many_costs_are_kept_apart_in_levels_that_flatter_none():
    costs = np.random.default_rng(1).uniform(size=(900, 1))
    cells = CostCells(costs)
    ends = 1 - cells.covered @ cells.sizes / cells.sizes.sum()
    assert (ends >= costs[:, 0] - costs.max() * 0.01 - 1e-9).mean() > 0.9
    assert len(cells.sizes) <= 512


def test_bad_input():
    with pytest.raises(ArgumentError, match="1 or 2"):
        CostCells(np.ones((3, 3)))
    with pytest.raises(ArgumentError, match=r"got \(2, 2\)"):
        expected_hypervolume_improvement(np.ones((2, 2)), [], [0.0, 0.0])
