"""The lazy greedy portfolio picks what the plain greedy one does.

Also of: models.rankings.by_similarity, models.rankings.knn_portfolio, models.rankings.ranked.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from warmstart.models.rankings.knn_portfolio import KNNPortfolio
from warmstart.models.rankings.portfolio import greedy_portfolio, portfolio_order
from warmstart.testing.performance_model import make_table

REGRETS = hnp.arrays(
    float,
    st.tuples(st.integers(1, 6), st.integers(1, 7)),
    elements=st.integers(0, 8).map(lambda k: k / 8),  # exact sums, many ties
)


def plain_greedy(regret, weights=None):
    """The definition, looked up in full at every step; a new round when nothing is gained."""
    weights = np.ones(len(regret)) if weights is None else weights
    share = weights / weights.sum()
    left, order = set(range(regret.shape[1])), []
    best, fresh = np.ones(len(regret)), True
    while left:
        gains = {j: share @ np.maximum(best - regret[:, j], 0) for j in left}
        pick = min(left, key=lambda j: (-round(gains[j], 9), round(share @ regret[:, j], 9), j))
        if gains[pick] <= 1e-9 and not fresh:
            best, fresh = np.ones(len(regret)), True
            continue
        fresh = False
        best = np.minimum(best, regret[:, pick])
        left.discard(pick)
        order.append(pick)
    return order


@given(REGRETS, st.data())
@settings(max_examples=200, deadline=None)
def test_lazy_is_plain(regret, data):
    """Up to the first tie that rounding breaks another way, where the gain is the same."""
    kinds = st.sampled_from([1.0, 2.0, 4.0])
    weights = data.draw(st.none() | hnp.arrays(float, len(regret), elements=kinds))
    share = np.ones(len(regret)) if weights is None else weights
    best = np.ones(len(regret))
    for mine, theirs in zip(
        greedy_portfolio(regret, weights), plain_greedy(regret, weights), strict=True
    ):
        gains = [share @ np.maximum(best - regret[:, j], 0) for j in (mine, theirs)]
        np.testing.assert_allclose(*gains, atol=1e-9)
        if mine != theirs or max(gains) < 1e-9:
            break
        best = np.minimum(best, regret[:, mine])


@given(REGRETS)
@settings(deadline=None)
def test_every_column_once(regret):
    assert sorted(greedy_portfolio(regret)) == list(range(regret.shape[1]))


def test_missing_counts_as_the_worst():
    regret = np.array([[0.0, np.nan], [np.nan, 0.9]])
    assert list(greedy_portfolio(regret)) == [0, 1]


def test_weights_of_nothing_are_ignored():
    regret = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.5]])
    assert next(greedy_portfolio(regret, np.array([0.0, 1.0]))) == 1


def test_after_the_greedy_part_by_mean_regret():
    regret = np.array([[0.0, 0.4, 0.3, 0.9], [0.0, 0.4, 0.3, 0.1]])
    assert portfolio_order(regret, 1) == [0, 2, 1, 3]


def test_portfolio_complements():
    """The second pick serves the tasks that the first does not, however good on its own."""
    regret = np.array([[0.0, 0.1, 1.0], [0.0, 0.1, 1.0], [1.0, 1.0, 0.0]])
    assert list(greedy_portfolio(regret)) == [0, 2, 1]


def test_knn_portfolio_prefers_the_near_half():
    table = make_table()
    near = table.metafeatures.iloc[1]  # kind 1: larger columns are better
    assert KNNPortfolio().fit(table).start(near).next() >= 10
    far = table.metafeatures.iloc[0]
    assert KNNPortfolio().fit(table).start(far).next() <= 1


def test_knn_portfolio_without_neighbours_is_the_portfolio():
    table = make_table()
    plain = list(greedy_portfolio(table.regret()))
    assert KNNPortfolio().fit(table).start().batch(12) == plain[:12]


def test_twins_are_all_that_counts():
    table = make_table()
    model = KNNPortfolio(n_neighbours=1).fit(table)
    weights = model.weights(model.similarity.distances(table.metafeatures.iloc[3]))
    np.testing.assert_array_equal(weights, np.arange(24) == 3)


@pytest.mark.parametrize("n", [0, -1])
def test_needs_a_neighbour(n):
    with pytest.raises(ValueError, match=f"at least 1, got {n}"):
        KNNPortfolio(n_neighbours=n)
