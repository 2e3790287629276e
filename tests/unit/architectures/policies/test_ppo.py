"""Proximal policy optimisation: its gradient, that it learns, what it refuses."""

import numpy as np
import pytest
from tests.unit.architectures.cells import cells

from warmstart.architectures.policies.distribution import FactorisedChoices
from warmstart.architectures.policies.ppo import PPO, clipped_weights
from warmstart.errors import ArgumentError


class TestPPO:
    @pytest.mark.parametrize("seed", range(5))
    def test_gradient_is_that_of_finite_differences(self, seed):
        rng = np.random.default_rng(seed)
        logits = [rng.normal(size=3), rng.normal(size=4)]
        rows = np.column_stack([rng.integers(3, size=6), rng.integers(4, size=6)])
        advantages = rng.normal(size=6)
        before = [one + 0.3 * rng.normal(size=len(one)) for one in logits]
        old = FactorisedChoices(before).log_chances(rows)

        def objective(flat):
            now = FactorisedChoices([flat[:3], flat[3:]])
            ratio = np.exp(now.log_chances(rows) - old)
            clipped = np.clip(ratio, 0.8, 1.2)
            gain = np.minimum(ratio * advantages, clipped * advantages).mean()
            return gain - 0.1 * sum((s * np.log(s)).sum() for s in now.probabilities())

        flat = np.concatenate(logits)
        steps = np.eye(7) * 1e-6
        expected = [(objective(flat + e) - objective(flat - e)) / 2e-6 for e in steps]
        policy = FactorisedChoices(logits)
        weights = clipped_weights(policy.log_chances(rows) - old, advantages, 0.2)
        found = np.concatenate(policy.gradient(rows, weights, 0.1))
        assert found == pytest.approx(expected, abs=1e-6)

    def test_it_learns_what_pays(self):
        table = cells(n_tasks=2)
        state = PPO(warm=False, batch_size=4).fit(table).start()
        for _ in range(60):
            index = state.next()
            state.tell(index, float(table.scores[1, index]))
        conv = [shares[0] for shares in state.distribution.probabilities()]
        assert np.mean(conv) > 0.5

    def test_nothing_moves_before_a_batch(self):
        state = PPO(batch_size=3).fit(cells()).start()
        before = [one.copy() for one in state.distribution.logits]
        for index, score in ((0, 0.9), (1, np.nan), (2, 0.1)):
            state.tell(index, score)
        after = state.distribution.logits
        assert all((a == b).all() for a, b in zip(before, after, strict=True))
        state.tell(3, 0.5)
        assert any((a != b).any() for a, b in zip(before, after, strict=True))

    @pytest.mark.parametrize("name", ["batch_size", "n_epochs", "clip", "learning_rate"])
    def test_bad_input(self, name):
        with pytest.raises(ArgumentError, match=f"{name} must be"):
            PPO(**{name: 0})
        with pytest.raises(ArgumentError, match="entropy must not be negative, got -1"):
            PPO(entropy=-1)
        with pytest.raises(ArgumentError, match=r"policy must be one of .* got 'gru'"):
            PPO(policy="gru")
