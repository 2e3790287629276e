"""The recurrent policy: where it begins, its gradient, that it learns what places share.

Also of: architectures.policies.distribution.
"""

import itertools

import numpy as np
import pytest
from tests.unit.architectures.cells import cells

from warmstart.architectures.policies.distribution import FactorisedChoices
from warmstart.architectures.policies.ppo import PPO
from warmstart.architectures.policies.recurrent import RecurrentChoices
from warmstart.architectures.policies.reinforce import Reinforce

torch = pytest.importorskip("torch")
LOGITS = [np.array([0.5, -1.0]), np.array([0.0, 1.0, -0.5]), np.array([0.2, 0.1])]
ALL = np.array(list(itertools.product(range(2), range(3), range(2))))


def moved(seed=0):
    """A policy whose places depend on each other."""
    policy = RecurrentChoices(LOGITS, n_hidden=4, seed=seed)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        policy.ascend(policy.sample(4, rng), rng.normal(size=4), rate=0.5)
    return policy


def test_it_begins_as_the_factorised_policy():
    plain = FactorisedChoices(LOGITS)
    assert RecurrentChoices(LOGITS).log_chances(ALL) == pytest.approx(plain.log_chances(ALL))


def test_chances_sum_to_one_and_samples_follow_them():
    policy = moved()
    chances = np.exp(policy.log_chances(ALL))
    assert chances.sum() == pytest.approx(1.0)
    drawn = policy.sample(20_000, np.random.default_rng(1))
    counts = [(drawn == row).all(axis=1).mean() for row in ALL]
    assert counts == pytest.approx(chances.tolist(), abs=0.015)


@pytest.mark.parametrize("seed", range(3))
def test_gradient_is_that_of_finite_differences(seed):
    policy = moved(seed)
    rng = np.random.default_rng(seed)
    rows, weights = ALL[rng.integers(len(ALL), size=5)], rng.normal(size=5)
    found = policy.gradient(rows, weights)

    def goal():
        return float(weights @ policy.log_chances(rows))

    for one, step in zip(policy.parameters(), found, strict=True):
        flat, expected = one.detach().view(-1), step.ravel()
        for k in rng.choice(len(flat), min(6, len(flat)), replace=False):
            kept, sides = float(flat[k]), []
            for shift in (1e-5, -1e-5):
                flat[k] = kept + shift
                sides.append(goal())
            flat[k] = kept
            assert (sides[0] - sides[1]) / 2e-5 == pytest.approx(expected[k], abs=1e-6)


def test_the_bonus_for_staying_undecided_evens_chances_out():
    policy = RecurrentChoices([np.array([2.0, 0.0])])
    rows = np.array([[0], [1]])
    for _ in range(50):
        policy.ascend(rows, np.zeros(2), rate=0.5, entropy=1.0)
    assert np.exp(policy.log_chances(rows)) == pytest.approx([0.5, 0.5], abs=0.05)


def test_it_learns_what_no_factorised_policy_can():
    """Two places pay where they are alike: the best policy draws both pairs and no other."""
    rows = np.array(list(itertools.product(range(2), repeat=2)))
    policy = RecurrentChoices([np.zeros(2), np.zeros(2)])
    rewards = np.where(rows[:, 0] == rows[:, 1], 1.0, -1.0)
    for _ in range(100):
        policy.ascend(rows, rewards, rate=0.1, entropy=0.5)
    chances = np.exp(policy.log_chances(rows))
    assert chances[rewards > 0].min() > 0.3


@pytest.mark.parametrize("kind", [Reinforce, PPO])
def test_a_warm_start_is_ahead(kind):
    table, gaps = cells(n_tasks=5), {True: [], False: []}
    for warm, seed in itertools.product(gaps, range(6)):
        model = kind(policy="recurrent", warm=warm)
        state = model.fit(table.take(range(4)), random_state=seed).start()
        best = -np.inf
        for _ in range(5):
            k = state.next()
            state.tell(k, table.scores[4, k])
            best = max(best, table.scores[4, k])
        gaps[warm].append(table.scores[4].max() - best)
    assert np.mean(gaps[True]) < np.mean(gaps[False]) / 2


def test_every_architecture_is_named_once_and_seeds_repeat():
    table = cells(n_edges=2)
    state, again = (
        Reinforce(policy="recurrent").fit(table, random_state=3).start() for _ in range(2)
    )
    for _ in range(9):
        k = state.next()
        assert again.next() == k
        for one in (state, again):
            one.tell(k, table.scores[0, k])
    with pytest.raises(IndexError, match="every architecture has been told"):
        state.next()
