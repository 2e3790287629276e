import numpy as np
import pytest

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.batch import CostCells, expected_hypervolume_improvement


def test_cells_add_up_to_the_improvement():
    rng = np.random.default_rng(0)
    scores, costs = rng.uniform(size=6), rng.uniform(size=(6, 1))
    cells = CostCells(costs, [1.5])
    reached = np.where(cells.covered[0], scores[0], 0.0)
    for j in range(1, 6):
        above = np.where(cells.covered[j], np.maximum(scores[j] - reached, 0.0), 0.0)
        expected = expected_hypervolume_improvement(
            [[[scores[j], -costs[j, 0]]]], [[scores[0], -costs[0, 0]]], [0.0, -1.5]
        )
        assert above @ cells.sizes == pytest.approx(expected)


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
