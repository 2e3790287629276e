"""One task's own Gaussian process, against scikit-learn's."""

import numpy as np
from scipy.stats import multivariate_normal
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from warmstart.models.gaussian.feature_gp import (
    FeatureGP,
    configuration_features,
    log_evidence,
    matern52,
    median_distance,
)
from warmstart.testing.performance_model import make_table


def test_prediction_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    features = rng.random((20, 2))
    process = FeatureGP(features, 0.5)
    told, values = [0, 3, 7, 11], np.array([1.0, 2.0, 4.0, 3.0])
    for j, value in zip(told, values, strict=True):
        process.tell(j, value)
    gaps = np.linalg.norm(features[told][:, None] - features[told][None], axis=2)
    y = (values - values.mean()) / values.std()
    lengthscale, noise = process.most_likely(gaps, y)
    other = GaussianProcessRegressor(
        Matern(lengthscale, nu=2.5), alpha=noise, optimizer=None
    ).fit(features[told], y)
    mean, std = other.predict(features, return_std=True)
    means, stds = process.predict()
    np.testing.assert_allclose(means, mean, atol=1e-8)
    np.testing.assert_allclose(stds, std, atol=1e-6)


def test_evidence_is_the_gaussian_density():
    points = np.random.default_rng(1).random((5, 1))
    covariance = matern52(np.abs(points - points.T), 0.3) + 0.01 * np.eye(5)
    y = np.arange(5.0)
    expected = multivariate_normal(np.zeros(5), covariance).logpdf(y)
    assert abs(log_evidence(covariance, y) - expected) < 1e-8


def test_features_leave_out_what_a_configuration_does_not_have():
    table = make_table(n_configs=4)
    table.configurations["depth"] = [1.0, np.nan, 3.0, np.nan]
    features = configuration_features(table)
    assert np.isfinite(features).all()
    assert median_distance(features) > 0
