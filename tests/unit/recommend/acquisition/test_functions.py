"""Expected improvement against quadrature, and the law it keeps.

Also of: recommend.acquisition.by_name, recommend.acquisition.protocol.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.stats import norm

from warmstart.recommend.acquisition.by_name import FUNCTIONS
from warmstart.recommend.acquisition.functions import (
    expected_improvement,
    most_improving,
)
from warmstart.testing.acquisition import AcquisitionFunctionContract

WEIGHTS = np.array([0.2, 0.5, 0.3])


@pytest.fixture(params=[expected_improvement, *dict.fromkeys(FUNCTIONS.values())])
def worth(request):
    return request.param


class TestContract(AcquisitionFunctionContract):
    """Every built-in function keeps what a plugin's must."""


def by_quadrature(means, stds, weights, incumbent):
    def gain(x):
        return (incumbent - x) * (weights @ norm.pdf(x, means, stds))

    return quad(gain, incumbent - 30 * stds.max() - 10, incumbent, points=[0.0], limit=400)[0]


@pytest.mark.parametrize("incumbent", [-1.5, 0.0, 0.7])
def test_is_the_integral_it_stands_for(incumbent):
    rng = np.random.default_rng(0)
    means, stds = rng.normal(size=(3, 4)), rng.uniform(0.2, 2, size=(3, 4))
    found = expected_improvement(means, stds, WEIGHTS, incumbent)
    expected = [
        by_quadrature(means[:, j], stds[:, j], WEIGHTS, incumbent)
        for j in range(means.shape[1])
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(
    arrays(float, (3, 4), elements=st.floats(-1e3, 1e3)),
    arrays(float, (3, 4), elements=st.floats(0, 1e3)),
    st.floats(-1e3, 1e3),
)
@settings(max_examples=80, deadline=None)
def test_never_below_the_certain_gain(means, stds, incumbent):
    found = expected_improvement(means, stds, WEIGHTS, incumbent)
    certain = np.maximum(incumbent - WEIGHTS @ means, 0.0)
    assert np.isfinite(found).all()
    assert (found >= certain - 1e-9 * (1 + np.abs(certain))).all()


def test_where_it_is_known_the_gain_is_certain():
    means, stds = np.array([[0.3, 0.7]]), np.zeros((1, 2))
    np.testing.assert_allclose(
        expected_improvement(means, stds, np.ones(1), 0.5), [0.2, 0.0], atol=1e-12
    )


@pytest.mark.parametrize(
    ("means", "stds", "message"),
    [
        (np.zeros((1, 2)), np.zeros((1, 3)), r"means have shape \(1, 2\), stds \(1, 3\)"),
        (np.zeros((1, 2)), np.array([[0.1, -0.1]]), "must not be negative, smallest is -0.1"),
    ],
)
def test_refuses(means, stds, message):
    with pytest.raises(ValueError, match=message):
        expected_improvement(means, stds, np.ones(1), 0.0)


@pytest.mark.parametrize("spread", [0.0, 0.1, 3.0])
@pytest.mark.parametrize("incumbent", [-30.0, -2.0, 0.0, 3.0])
@pytest.mark.parametrize("weights", [[0.5, 0.3, 0.2], [1.0, 1e-12, 0.0], [1e-9, 1.0, 1e-15]])
def test_most_improving_is_where_improvement_is_highest(spread, incumbent, weights):
    rng = np.random.default_rng(0)
    for n_configs in (50, 4000):
        means = rng.standard_normal((3, n_configs))
        stds = rng.uniform(0.0, 1.0, means.shape) * spread
        weights = np.array(weights)
        open_ = rng.random(n_configs) < 0.9
        gain = np.where(open_, expected_improvement(means, stds, weights, incumbent), -1.0)
        found = most_improving(means, stds**2, weights, incumbent, open_)
        assert open_[found]
        assert gain[found] == pytest.approx(gain.max(), rel=1e-12)
