"""What every acquisition function promises; a plugin's tests inherit it.

from warmstart.testing.acquisition import AcquisitionFunctionContract

class TestMine(AcquisitionFunctionContract):
    @pytest.fixture
    def worth(self):
        return mine
"""

import numpy as np
import pytest

from warmstart.protocols import AcquisitionFunction

MEANS = np.array([[0.4, 0.1, 0.3, 0.2, 0.1], [0.5, 0.2, 0.1, 0.6, 0.1]])
STDS = np.array([[0.1, 0.2, 0.1, 0.3, 0.1], [0.2, 0.1, 0.1, 0.1, 0.1]])
WEIGHTS = np.array([0.7, 0.3])


class AcquisitionFunctionContract:
    """Subclass with a fixture `worth` that returns the function."""

    def test_is_an_acquisition_function(self, worth):
        assert isinstance(worth, AcquisitionFunction)

    @pytest.mark.parametrize("incumbent", [-0.5, 0.15, 2.0])
    def test_one_number_a_configuration(self, worth, incumbent):
        found = worth(MEANS, STDS, WEIGHTS, incumbent)
        assert found.shape == (5,)
        assert not np.isnan(found).any()

    def test_the_order_of_configurations_does_not_matter(self, worth):
        order = np.array([3, 0, 4, 2, 1])
        found = worth(MEANS[:, order], STDS[:, order], WEIGHTS, 0.15)
        np.testing.assert_allclose(found, worth(MEANS, STDS, WEIGHTS, 0.15)[order])

    def test_the_order_of_components_does_not_matter(self, worth):
        found = worth(MEANS[::-1], STDS[::-1], WEIGHTS[::-1], 0.15)
        np.testing.assert_allclose(found, worth(MEANS, STDS, WEIGHTS, 0.15), atol=1e-12)

    def test_a_component_that_is_ruled_out_says_nothing(self, worth):
        both = worth(MEANS, STDS, np.array([1.0, 0.0]), 0.15)
        alone = worth(MEANS[:1], STDS[:1], np.ones(1), 0.15)
        np.testing.assert_allclose(both, alone, atol=1e-12)

    def test_of_equally_uncertain_ones_the_lower_response_is_worth_more(self, worth):
        means = np.array([[0.3, 0.2, 0.1]])
        found = worth(means, np.full((1, 3), 0.1), np.ones(1), 0.15)
        assert (np.diff(found) > 0).all()

    def test_the_arguments_are_left_alone(self, worth):
        given = MEANS.copy(), STDS.copy(), WEIGHTS.copy()
        worth(*given, 0.15)
        for one, before in zip(given, (MEANS, STDS, WEIGHTS), strict=True):
            np.testing.assert_array_equal(one, before)
