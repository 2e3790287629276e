"""The conditioned controller: its gradient, what it learns, how it tells tasks apart.

Also of: architectures.policies.pool.
"""

import numpy as np
import pytest
from tests.unit.architectures.cells import cells

from warmstart.architectures.policies.conditioned import ConditionedController, objective
from warmstart.architectures.policies.pool import PolicyPool
from warmstart.errors import ArgumentError, NotFittedError


def test_gradient_is_that_of_finite_differences():
    table = cells(n_tasks=3, n_edges=2)
    table.scores[0, 4] = np.nan
    pool, rng = PolicyPool.of(table), np.random.default_rng(0)
    n = pool.features.shape[1]
    parts = [rng.normal(size=n), rng.normal(size=(n, 2)), rng.normal(size=(3, 2))]
    _, gradient = objective(parts, pool, 0.3)
    for k, part in enumerate(parts):
        for at in np.ndindex(part.shape):
            kept, sides = part[at], []
            for shift in (1e-6, -1e-6):
                part[at] = kept + shift
                sides.append(objective(parts, pool, 0.3)[0])
            part[at] = kept
            assert gradient[k][at] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-7)


def test_a_pool_by_hand():
    table = cells(n_tasks=2, n_edges=1)
    table.scores[:] = [[0.2, 0.4, 0.9], [0.1, np.nan, 0.5]]
    pool = PolicyPool.of(table)
    first = (np.array([0.2, 0.4, 0.9]) - 0.5) / np.std([0.2, 0.4, 0.9])
    assert pool.advantages[0] == pytest.approx(first)
    assert np.isnan(pool.advantages[1, 1])
    assert pool.usual[1] == pytest.approx(-0.1 + (0.5 + 0.3) / 2)
    assert pool.features.sum(axis=0) == pytest.approx(0.0, abs=1e-12)


def test_it_begins_with_what_is_good_elsewhere_and_leaves_it_where_it_fails():
    """Convolutions are bad on two of eight tasks; the new one is of those."""
    table = cells(n_tasks=9, flipped=(6, 7, 8))
    state = ConditionedController().fit(table.take(range(8))).start()
    first = state.next()
    assert set(table.configurations.iloc[first]) == {"conv"}
    assert state.weights() == pytest.approx(1 / 8)
    for _ in range(4):
        k = state.next()
        state.tell(k, table.scores[8, k])
    assert state.weights()[[6, 7]].sum() > 0.99
    assert set(table.configurations.iloc[state.next()]) <= {"skip", "pool"}


def test_every_architecture_is_named_once():
    table = cells(n_edges=2)
    state = ConditionedController(n_steps=5).fit(table).start()
    assert sorted(state.batch(20)) == list(range(9))
    found = []
    for k in range(9):
        found.append(state.next())
        state.tell(found[-1], np.nan if k % 3 == 0 else 1e9 * k)
    assert sorted(found) == list(range(9))
    with pytest.raises(IndexError, match="every architecture has been told"):
        state.next()


def test_bad_settings():
    for name in ("n_embedding", "n_steps"):
        with pytest.raises(ArgumentError, match=f"{name} must be at least 1, got 0"):
            ConditionedController(**{name: 0})
    for name in ("entropy", "evidence", "served"):
        with pytest.raises(ArgumentError, match=f"{name} must be positive, got -1"):
            ConditionedController(**{name: -1})
    with pytest.raises(NotFittedError, match="fit the controller"):
        ConditionedController().start()
