import numpy as np
import pytest

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.costs import Costs
from warmstart.recommend.pareto.drawn_costs import largest_drawn_front
from warmstart.recommend.pareto.hypervolume import hypervolume


def exact_greedy(scores, costs, n, worst):
    """The same choice by whole volumes of every draw."""
    picks, reference = [], np.append(0.0, -worst * np.ones(costs.shape[2]))
    while len(picks) < n:

        def volume(j, picks=picks):
            chosen = [*picks, j]
            return np.mean(
                [
                    hypervolume(np.column_stack([s[chosen], -c[chosen]]), reference)
                    for s, c in zip(scores, costs, strict=True)
                ]
            )

        left = [j for j in range(scores.shape[1]) if j not in picks]
        picks.append(max(left, key=volume))
    return picks


@pytest.mark.parametrize(("n_costs", "n_levels"), [(1, 64), (2, 16)])
@pytest.mark.parametrize("seed", range(4))
def test_greedy_batch_equals_whole_volumes(n_costs, n_levels, seed):
    rng = np.random.default_rng(seed)
    scores = rng.uniform(size=(6, 9))
    # Where cells begin, so that nothing is rounded: the range is 7/8 of all that counts.
    costs = rng.integers(0, n_levels * 7 // 8 + 1, (6, 9, n_costs)) / n_levels
    costs[:, 0], costs[:, 1] = 0.0, 7 / 8
    found = largest_drawn_front(scores, costs, 4, margin=1 / 7)
    assert found == exact_greedy(scores, costs, 4, 1.0)


def test_what_nothing_can_be_said_of_is_named_last():
    scores = np.array([[0.0, 0.8, 0.1]] * 4)
    assert largest_drawn_front(scores, np.ones((4, 3, 1)), 3, margin=0.1) == [1, 2, 0]


def test_of_costs_told_alike_a_front_has_several():
    """Two differ in cost by nothing that is known: both are worth a place."""
    told = Costs({"fit_s": np.array([9.0, 1.0, 1.02, 8.0])}, {"fit_s": np.full(4, 0.3)})
    scores = np.array([[0.9, 0.5, 0.5, 0.52]] * 200)
    known = np.log(told.medians["fit_s"])[None, :, None].repeat(200, axis=0)
    drawn = told.draw(["fit_s"], 200, np.random.default_rng(0))
    assert largest_drawn_front(scores, known, 3, margin=0.1) == [1, 0, 3]
    assert set(largest_drawn_front(scores, drawn, 3, margin=0.1)) == {0, 1, 2}


def test_draws_have_the_spread_that_is_told_and_share_half_of_it():
    rng = np.random.default_rng(0)
    costs = Costs({"fit_s": np.ones(3)}, {"fit_s": np.full(3, 0.4)}, ["a", "a", "b"])
    drawn = costs.draw(["fit_s"], 20_000, rng)[:, :, 0]
    assert drawn.std(axis=0) == pytest.approx(0.4, rel=0.03)
    together = np.corrcoef(drawn.T)
    assert together[0, 1] == pytest.approx(0.5, abs=0.03)
    assert together[0, 2] == pytest.approx(0.0, abs=0.03)


def test_bad_input():
    with pytest.raises(ArgumentError, match="1 or 2"):
        largest_drawn_front(np.ones((3, 3)), np.ones((3, 3, 3)), 1, margin=0.1)
