"""Greedy best-of-n: laws of the set it names, with and without a budget."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warmstart.recommend.acquisition.batch import best_of_n


def normalised(samples):
    low, high = samples.min(axis=1, keepdims=True), samples.max(axis=1, keepdims=True)
    return (samples - low) / np.where(high > low, high - low, 1.0)


def expected_best(samples, picks):
    return normalised(samples)[:, picks].min(axis=1).mean()


SHAPES = st.tuples(st.integers(1, 20), st.integers(1, 9))
SEEDS = st.integers(0, 2**32 - 1)


@given(SHAPES, SEEDS, st.integers(1, 12))
@example((2, 2), 4335243, 2)  # each is the best of one draw: a tie but for rounding
@settings(max_examples=60, deadline=None)
def test_laws(shape, seed, n):
    samples = np.random.default_rng(seed).normal(size=shape)
    picks = best_of_n(samples, n)
    assert len(picks) == len(set(picks)) == min(n, shape[1])
    assert all(0 <= pick < shape[1] for pick in picks)
    # Whoever asks for fewer gets the first of them.
    assert best_of_n(samples, max(1, n // 2)) == picks[: max(1, n // 2)]
    # The first is best on its own, and every further one helps or does no harm.
    alone = [expected_best(samples, [k]) for k in range(shape[1])]
    assert alone[picks[0]] == pytest.approx(min(alone), abs=1e-6)
    so_far = [expected_best(samples, picks[: k + 1]) for k in range(len(picks))]
    assert (np.diff(so_far) <= 1e-6).all()


@given(SHAPES, SEEDS, st.integers(1, 12), st.floats(0.01, 5.0))
@settings(max_examples=80, deadline=None)
def test_laws_within_a_budget(shape, seed, n, budget_s):
    rng = np.random.default_rng(seed)
    samples, costs = rng.normal(size=shape), rng.lognormal(size=shape[1])
    picks = best_of_n(samples, n, costs=costs, budget_s=budget_s)
    assert len(picks) == len(set(picks)) <= n
    assert costs[picks].sum() <= budget_s + 1e-9
    # Nothing is named only where nothing is affordable, and no room is left unused.
    assert bool(picks) == bool((costs <= budget_s).any())
    if len(picks) < min(n, shape[1]):
        others = np.delete(costs, picks)
        assert (others > budget_s - costs[picks].sum() - 1e-9).all()
    if picks:
        alone = [expected_best(samples, [k]) for k in np.flatnonzero(costs <= budget_s)]
        assert expected_best(samples, picks) <= min(alone) + 1e-6


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_near_the_best_set_there_is(seed):
    samples = np.random.default_rng(seed).normal(size=(12, 8))
    greedy = 1 - expected_best(samples, best_of_n(samples, 3))
    best = 1 - min(expected_best(samples, list(c)) for c in combinations(range(8), 3))
    # Greedy maximisation of a submodular gain (Nemhauser et al. 1978).
    assert greedy >= (1 - 1 / np.e) * best


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_scale_and_level_of_a_draw_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, 50, (9, 6)).astype(float)
    moved = samples * 2.0 ** rng.integers(-3, 4, (9, 1)) + rng.integers(-9, 9, (9, 1))
    assert best_of_n(samples, 4) == best_of_n(moved, 4)


def test_a_large_budget_is_none():
    rng = np.random.default_rng(0)
    samples, costs = rng.normal(size=(50, 8)), np.ones(8)
    assert best_of_n(samples, 5, costs=costs, budget_s=1e9) == best_of_n(samples, 5)


def test_unknown_costs_do_not_count_without_a_budget():
    samples = np.random.default_rng(0).normal(size=(50, 4))
    assert best_of_n(samples, 4, costs=np.full(4, np.nan)) == best_of_n(samples, 4)


def test_draws_without_any_difference():
    assert sorted(best_of_n(np.ones((3, 4)), 9)) == [0, 1, 2, 3]


@given(SEEDS)
@settings(max_examples=30, deadline=None)
def test_where_nothing_helps_any_more_the_next_best_follow(seed):
    """One draw: after its best no gain is left, and no order of columns decides."""
    one = np.random.default_rng(seed).permutation(30).astype(float)[None, :]
    assert best_of_n(one, 30) == one[0].argsort().tolist()


def test_one_pick_is_the_first_of_many():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        samples = np.exp(rng.standard_normal((50, 12)))
        samples[3] = 0.5  # a draw in which nothing differs
        assert best_of_n(samples, 1) == best_of_n(samples, 2)[:1]
