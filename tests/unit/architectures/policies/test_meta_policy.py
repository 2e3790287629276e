"""The meta-policy: it begins as the portfolio, learns from episodes, adapts within a task.

Also of: architectures.policies.episodes, architectures.policies.memory.
"""

import numpy as np
import pytest
from tests.unit.architectures.cells import cells

from warmstart.architectures.policies.memory import Memory, observation
from warmstart.architectures.policies.meta_policy import MetaPolicy
from warmstart.architectures.policies.pool import PolicyPool
from warmstart.errors import ArgumentError, NotFittedError
from warmstart.models.rankings.portfolio import Portfolio

torch = pytest.importorskip("torch")


def followed(model, table, task, n):
    state = model.start()
    found = []
    for _ in range(n):
        found.append(state.next())
        state.tell(found[-1], float(table.scores[task, found[-1]]))
    return found


def test_hardly_trained_it_is_the_fixed_portfolio():
    table = cells(n_tasks=6, flipped=(1, 4))
    model = MetaPolicy(n_steps=1, horizon=4).fit(table)
    assert followed(model, table, 0, 4) == Portfolio().fit(table).start().batch(4)


def test_what_the_last_results_were():
    pool = PolicyPool.of(cells(n_tasks=2, n_edges=1))
    places = np.array([0, 2])
    told = [(places, np.array([0.5, 0.6])), (places[::-1].copy(), np.array([0.7, 0.1]))]
    assert observation(pool, told[:1]).tolist() == [[0, 0, 0.1], [0, 0, 0.1]]
    found = observation(pool, told)
    beyond = (0.7 - pool.usual[2]) - (0.5 - pool.usual[0])
    assert found[0, 0] == pytest.approx(np.clip(beyond / pool.spread, -3, 3))
    assert found[0, 1] == pytest.approx(np.clip(0.2 / pool.spread, -3, 3))
    assert found[:, 2].tolist() == [0.2, 0.2]


def test_a_memory_begins_with_what_is_best_on_average():
    table = cells(n_tasks=3)
    pool = PolicyPool.of(table)
    memory = Memory(pool, n_hidden=4, seed=0)
    logits = pool.features @ memory.query(memory.begin(1)).detach().numpy()[0]
    assert np.corrcoef(logits, table.scores.mean(axis=0))[0, 1] > 0.95


def test_trained_on_two_kinds_of_tasks_it_turns_to_the_kind_it_meets():
    """On half of the tasks convolutions are bad, and nothing but results says so."""
    table = cells(n_tasks=12, n_edges=3, flipped=range(0, 12, 2))
    model = MetaPolicy(n_steps=60, horizon=4, learning_rate=0.03)
    model.fit(table.take(range(10)), random_state=1)
    for task in (10, 11):
        found = followed(model, table, task, 4)
        gap = table.scores[task].max() - table.scores[task, found].max()
        assert gap < 0.1 * np.ptp(table.scores[task])


def test_every_architecture_is_named_once_and_seeds_repeat():
    table = cells(n_edges=2)
    table.scores[1, 3] = np.nan
    state, again = (
        MetaPolicy(n_steps=3, horizon=3).fit(table, random_state=7).start() for _ in range(2)
    )
    found = []
    for k in range(9):
        found.append(state.next())
        assert again.next() == found[-1]
        for one in (state, again):
            one.tell(found[-1], np.nan if k == 2 else float(k))
    assert sorted(found) == list(range(9))
    with pytest.raises(IndexError, match="every architecture has been told"):
        state.next()


def test_bad_settings():
    for name in ("horizon", "n_steps", "n_hidden"):
        with pytest.raises(ArgumentError, match=f"{name} must be at least 1, got 0"):
            MetaPolicy(**{name: 0})
    with pytest.raises(ArgumentError, match="learning_rate must be positive, got 0"):
        MetaPolicy(learning_rate=0)
    with pytest.raises(ArgumentError, match="entropy must not be negative, got -1"):
        MetaPolicy(entropy=-1)
    with pytest.raises(NotFittedError, match="fit the meta-policy"):
        MetaPolicy().start()
