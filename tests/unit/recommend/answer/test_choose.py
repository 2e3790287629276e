"""What an answer may cost: none but the first takes over a third of its seconds.

Also of: recommend.base.begin.
"""

import numpy as np
import pytest

from warmstart.recommend.acquisition.batch import best_of_n
from warmstart.recommend.answer.choose import pick_without_hogs


def picker(draws, n):
    def pick(left):
        return [int(left[k]) for k in best_of_n(draws[:, left], n)]

    return pick


@pytest.mark.parametrize("n", [5, 7, 10])
@pytest.mark.parametrize("seed", range(8))
def test_no_complement_takes_over_a_third(n, seed):
    rng = np.random.default_rng(seed)
    draws = rng.uniform(size=(30, 40))
    costs = np.exp(rng.normal(0, 2, 40))
    picks = pick_without_hogs(picker(draws, n), costs)
    assert len(picks) == len(set(picks)) == n
    assert (costs[picks[1:]] <= costs[picks].sum() / 3 + 1e-9).all()


def test_the_best_may_cost_what_it_costs():
    draws = np.tile(np.arange(8.0), (5, 1))
    costs = np.array([100.0, *[1.0] * 7])
    assert pick_without_hogs(picker(draws, 5), costs) == [0, 1, 2, 3, 4]


def test_a_dear_complement_makes_way():
    draws = np.tile(np.arange(8.0), (5, 1))
    costs = np.array([1.0, 100.0, *[1.0] * 6])
    assert pick_without_hogs(picker(draws, 5), costs) == [0, 2, 3, 4, 5]


def test_nothing_is_missing_for_it():
    draws = np.tile(np.arange(5.0), (5, 1))
    costs = np.array([1.0, 100.0, *[1.0] * 3])
    assert pick_without_hogs(picker(draws, 5), costs) == [0, 1, 2, 3, 4]


def test_without_costs_nothing_changes():
    draws = np.random.default_rng(0).uniform(size=(30, 9))
    pick = picker(draws, 4)
    assert pick_without_hogs(pick, np.full(9, np.nan)) == pick(np.arange(9))
