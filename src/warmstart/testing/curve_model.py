"""What every model of learning curves promises; a plugin's tests inherit it.

from warmstart.testing.curve_model import CurveModelContract

class TestMine(CurveModelContract):
    @pytest.fixture
    def model(self):
        return Mine()
"""

import copy

import numpy as np
import pytest

from warmstart.models.curves.curves import Curves
from warmstart.protocols import CurveModel

BUDGETS = np.array([1.0, 2.0, 4.0, 8.0, 16.0])


def rising(n=20, seed=0):
    """Curves that rise ever more slowly, each to an end of its own."""
    rng = np.random.default_rng(seed)
    ends, speeds = rng.uniform(0.6, 0.95, n), rng.uniform(0.3, 0.9, n)
    return Curves(budgets=BUDGETS, values=ends[:, None] - 0.3 * BUDGETS ** -speeds[:, None])


class CurveModelContract:
    """Subclass with a fixture `model` that returns an unfitted model."""

    def test_is_a_curve_model(self, model):
        assert isinstance(model, CurveModel)
        assert model.fit(rising()) is model

    def test_a_mean_and_a_deviation(self, model):
        mean, std = model.fit(rising()).predict([1, 2, 4], [0.5, 0.6, 0.65], 16)
        assert np.isfinite(mean)
        assert std >= 0

    def test_the_same_again(self, model):
        twin = copy.deepcopy(model)
        seen = [1, 2, 4], [0.5, 0.6, 0.65], 16
        fitted = model.fit(rising())
        assert (
            fitted.predict(*seen) == fitted.predict(*seen) == twin.fit(rising()).predict(*seen)
        )

    def test_the_end_that_was_seen_is_known(self, model):
        mean, _ = model.fit(rising()).predict(list(BUDGETS), [0.5, 0.6, 0.65, 0.68, 0.7], 16)
        assert mean == pytest.approx(0.7, abs=0.05)

    def test_a_prior_of_the_end_draws_and_narrows(self, model):
        fitted, seen = model.fit(rising()), ([1, 2, 4], [0.5, 0.6, 0.65], 16)
        mean, std = fitted.predict(*seen)
        drawn, less = fitted.predict(*seen, prior=(mean + 0.2, std + 0.05))
        assert mean <= drawn <= mean + 0.2
        assert less <= std

    def test_the_curves_are_left_alone(self, model):
        curves = rising()
        model.fit(curves).predict([1, 2], [0.5, 0.6], 8)
        np.testing.assert_array_equal(curves.values, rising().values)
