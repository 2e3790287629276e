"""RGPE: leave-one-out draws, ranking losses and the ensemble of both.

Also of: models.surrogates.process_belief, models.surrogates.task_ensemble.
"""

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from warmstart.models.gaussian.feature_gp import FeatureGP
from warmstart.models.surrogates.rgpe import RGPE, misordered_out
from warmstart.testing.performance_model import make_table


def test_leave_one_out_is_a_fit_without_that_result():
    features = np.random.default_rng(0).random((20, 2))
    process = FeatureGP(features, 0.5)
    told, values = [0, 3, 7, 11, 15], np.array([1.0, 2.0, 4.0, 3.0, 2.5])
    for j, value in zip(told, values, strict=True):
        process.tell(j, value)
    y = (values - process.centre) / process.scale
    x = features[told]
    gaps = np.linalg.norm(x[:, None] - x[None], axis=2)
    lengthscale, noise = process.most_likely(gaps, y)
    mean, std = process.leave_one_out()
    for i in range(len(told)):
        rest = np.arange(len(told)) != i
        other = GaussianProcessRegressor(
            Matern(lengthscale, nu=2.5), alpha=noise, optimizer=None
        ).fit(x[rest], y[rest])
        expected, spread = other.predict(x[[i]], return_std=True)
        assert mean[i] == pytest.approx(expected[0], abs=1e-8)
        # The left-out result has its own noise, which scikit-learn's does not count.
        assert std[i] ** 2 == pytest.approx(spread[0] ** 2 + noise, abs=1e-8)


def test_own_losses_pair_by_pair():
    rng = np.random.default_rng(2)
    draws, y = rng.standard_normal((3, 5)), rng.standard_normal(5)
    for draw, found in zip(draws, misordered_out(draws, y), strict=True):
        pairs = [(i, j) for i in range(5) for j in range(5) if i != j]
        assert found == sum((draw[i] < y[j]) != (y[i] < y[j]) for i, j in pairs) / 2


def test_ensemble_adds_means_and_squared_weights():
    model = RGPE().fit(make_table())
    belief = model.start()
    for j, score in {0: 0.4, 5: 0.6, 11: 0.5, 7: 0.62}.items():
        belief.tell(j, score)
    weights, own = belief.weights()
    assert weights.sum() + own == pytest.approx(1.0)
    mean, std = belief.process.predict()
    means, stds, _ = belief.predict()
    np.testing.assert_allclose(means, own * mean + weights @ model.known.responses)
    np.testing.assert_allclose(stds**2, (own * std) ** 2 + 0.01 * (weights**2).sum())
