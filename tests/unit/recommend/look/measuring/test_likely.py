"""What is measured with errors is worth less, the more it owes to luck."""

import numpy as np
import pytest

from warmstart.recommend.look.measuring.likely import Likely


def stepped(values, errors, n=10):
    likely = Likely(len(values))
    for _ in range(n):
        found = likely.step(values, errors)
    return found


def test_one_step_is_the_posterior_of_equal_shares():
    values, errors = np.array([0.2, 0.5, 0.6]), np.array([0.1, 0.2, 0.1])
    density = np.exp(-0.5 * ((values[:, None] - values) / errors[:, None]) ** 2)
    shares = density / density.sum(axis=1, keepdims=True)
    means, stds = stepped(values, errors, n=1)
    assert means == pytest.approx(shares @ values)
    assert stds == pytest.approx(np.sqrt(shares @ values**2 - means**2))


def test_what_stands_alone_stays_and_what_is_known_better_moves_less():
    values = np.array([0.0, 1.0, 1.01, 1.02, 1.05])
    rough, _ = stepped(values, np.array([0.02, 0.02, 0.02, 0.02, 0.02]))
    sure, _ = stepped(values, np.array([0.02, 0.02, 0.02, 0.02, 0.005]))
    assert rough[0] == pytest.approx(0.0)
    assert rough[-1] < sure[-1] <= 1.05


def test_values_far_apart_and_tiny_errors_are_no_trouble():
    values = np.array([-1e6, 0.5, 1e6])
    means, stds = stepped(values, np.full(3, 1e-9))
    assert means == pytest.approx(values)
    assert stds == pytest.approx(0.0)
