"""Acquisition functions against quadrature, simulation and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from warmstart.recommend.acquisition import functions as acq

MEANS = np.array([[0.3, 0.1, -0.4], [0.6, 0.2, 0.9]])
STDS = np.array([[0.1, 0.3, 0.7], [0.2, 0.05, 0.4]])
WEIGHTS = np.array([0.3, 0.7])


@pytest.mark.parametrize("incumbent", [-0.5, 0.1, 0.8])
def test_log_improvement_is_the_logarithm_of_the_improvement(incumbent):
    plain = acq.expected_improvement(MEANS, STDS, WEIGHTS, incumbent)
    np.testing.assert_allclose(
        acq.log_expected_improvement(MEANS, STDS, WEIGHTS, incumbent), np.log(plain), rtol=1e-9
    )


@pytest.mark.parametrize("z", [10.0, 24.0, 26.0, 38.0])
def test_log_improvement_holds_where_the_plain_one_underflows(z):
    def integrand(t):  # gain below the incumbent, with exp(-z²/2) taken out
        return t * np.exp(-z * t - 0.5 * t * t) / np.sqrt(2 * np.pi)

    inside, _ = integrate.quad(integrand, 0, np.inf, epsabs=0, epsrel=1e-12)
    expected = np.log(inside) - 0.5 * z * z
    found = acq.log_expected_improvement(np.array([[z]]), np.ones((1, 1)), np.ones(1), 0.0)
    assert found[0] == pytest.approx(expected, rel=2e-5)


def test_a_component_that_was_ruled_out_changes_nothing():
    means, stds = np.array([[60.0, 50.0], [0.0, 0.0]]), np.ones((2, 2))
    both = acq.log_expected_improvement(means, stds, np.array([1.0, 0.0]), 0.0)
    alone = acq.log_expected_improvement(means[:1], stds[:1], np.ones(1), 0.0)
    assert both == pytest.approx(alone)


def test_probability_of_improvement_is_the_mixture_cdf():
    found = acq.probability_of_improvement(MEANS, STDS, WEIGHTS, 0.15)
    np.testing.assert_allclose(found, WEIGHTS @ stats.norm.cdf(0.15, MEANS, STDS))


def test_lower_confidence_bound_uses_the_mixture_moments():
    rng = np.random.default_rng(0)
    component = rng.choice(2, size=200_000, p=WEIGHTS)
    draws = MEANS[component] + STDS[component] * rng.standard_normal((200_000, 3))
    expected = draws.mean(axis=0) - 2 * draws.std(axis=0)
    np.testing.assert_allclose(
        acq.lower_confidence_bound(MEANS, STDS, WEIGHTS), expected, atol=0.02
    )


@given(st.floats(-3, 3), st.floats(0, 2), st.floats(-3, 3))
def test_improvement_is_at_least_the_certain_gain(mean, std, incumbent):
    found = acq.expected_improvement(
        np.array([[mean]]), np.array([[std]]), np.ones(1), incumbent
    )
    assert found[0] >= max(incumbent - mean, 0.0) - 1e-12


def test_shapes_and_signs_are_checked():
    with pytest.raises(ValueError, match=r"means have shape \(2, 3\), stds \(2, 2\)"):
        acq.log_expected_improvement(MEANS, STDS[:, :2], WEIGHTS, 0.0)
    with pytest.raises(ValueError, match=r"smallest is -0\.1"):
        acq.expected_improvement(MEANS, -STDS / 7, WEIGHTS, 0.0)
