"""Tree search and what leads it.

Also of: architectures.trees.linear_value, architectures.trees.prefix_tree.
"""

import numpy as np
import pytest
from tests.unit.architectures.cells import cells

from warmstart.architectures.encoding import choices_of
from warmstart.architectures.trees.linear_value import LinearValue
from warmstart.architectures.trees.tree_search import TreeSearch
from warmstart.errors import ArgumentError, NotFittedError


def value(table, **more):
    return LinearValue(choices_of(table), table.scores, **more)


def test_log_odds_against_a_count_by_hand():
    table = cells(n_tasks=1, n_edges=2)
    found = value(table, top_share=1 / 3)
    codes = choices_of(table).codes
    best = codes[np.argsort(-table.scores[0])[:3]]
    usual = (np.bincount(codes[:, 0], minlength=3) + 1 / 3) / 10
    good = (np.bincount(best[:, 0], minlength=3) + 1 / 3) / 4
    assert found.gains(0, 0) == pytest.approx(np.log(good / usual))
    # A second choice after the first: its own odds, and those of the pair beyond both.
    pairs = np.zeros((3, 3))
    np.add.at(pairs, (best[:, 0], best[:, 1]), 1.0)
    good_pairs, usual_pairs = (pairs + 1 / 9) / 4, (1 + 1 / 9) / 10
    both = np.log(good_pairs / usual_pairs)
    assert found.gains(1, 2) == pytest.approx(both[2] - found.gains(0, 0)[2])


def test_what_is_observed_moves_the_weights_towards_it():
    table = cells(n_tasks=2, flipped=(1,))
    found, codes = value(table), choices_of(table).codes
    conv = found.gains(0, 0)[0]
    some = np.random.default_rng(0).choice(len(codes), 40, replace=False)
    found.observe(some.tolist(), table.scores[1, some].tolist())
    assert found.gains(0, 0)[0] < conv
    by_weights = found.weights[found.columns(codes)].sum(axis=1)
    assert np.corrcoef(by_weights, table.scores[1])[0, 1] > 0.9


def test_every_architecture_is_named_once():
    table = cells(n_edges=3)
    state = TreeSearch(n_simulations=5).fit(table).start()
    assert sorted(state.batch(27)) == list(range(27))
    found = []
    for _ in range(27):
        found.append(state.next())
        state.tell(found[-1], np.nan if len(found) % 5 == 0 else table.scores[0, found[-1]])
    assert sorted(found) == list(range(27))
    with pytest.raises(IndexError, match="every architecture"):
        state.next()


def test_what_cannot_be_had_leaves_the_tree():
    table = cells(n_edges=3)
    kept = np.random.default_rng(1).choice(27, 10, replace=False).tolist()
    state = TreeSearch().fit(table).start()
    for k in set(range(27)) - set(kept):
        state.tell(k, np.nan)
    assert set(state.batch(10)) == set(kept)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TreeSearch(exploration=-1.0), "exploration must not be negative, got -1"),
        (lambda: TreeSearch(n_simulations=0), "n_simulations must be at least 1, got 0"),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_not_fitted():
    with pytest.raises(NotFittedError, match="fit the search"):
        TreeSearch().start()
