"""One kernel for many tasks, against scikit-learn and against finite differences."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from warmstart.models.gaussian.shared_gp import (
    PRIOR_COUNT,
    LowRank,
    SharedKernel,
    negative_evidence,
)


def wavy(seed, n=30, n_features=3):
    """A response that the first feature moves fast, the second slowly, the third not."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(n, n_features))
    y = np.sin(6 * x[:, 0] + seed) + x[:, 1]
    return x, (y - y.mean()) / y.std()


def test_predicts_as_scikit_learn_does_about_the_likeliest_level():
    x, y = wavy(0)
    at = np.random.default_rng(9).uniform(size=(5, 3))
    kernel = SharedKernel(np.array([0.4, 1.0, 2.0]), 0.05)
    process = GaussianProcessRegressor(
        Matern(length_scale=kernel.lengthscales, nu=2.5), alpha=0.05, optimizer=None
    )
    precision = np.linalg.inv(kernel.between(x, x) + 0.05 * np.eye(len(x)))
    level = np.ones(len(x)) @ precision @ y / precision.sum()
    mean, std = process.fit(x, y - level).predict(at, return_std=True)
    power = (y - level) @ precision @ (y - level)
    signal = (power + PRIOR_COUNT) / (len(x) + PRIOR_COUNT)
    means, variances = kernel.predict(x, y, at)
    np.testing.assert_allclose(means, level + mean)
    np.testing.assert_allclose(variances, signal * std**2)


@pytest.mark.parametrize("seed", range(3))
def test_gradient_is_that_of_the_evidence(seed):
    x, y = wavy(seed)
    at = np.random.default_rng(seed).normal(size=4) * 0.3 - 1.0
    numeric = approx_fprime(at, lambda p: negative_evidence(x, y, p)[0], 1e-6)
    np.testing.assert_allclose(negative_evidence(x, y, at)[1], numeric, rtol=1e-3, atol=1e-3)


def test_lengthscales_tell_what_matters():
    kernel = SharedKernel.fit([wavy(seed) for seed in range(6)])
    fast, slow, none = kernel.lengthscales
    assert fast < slow < none


def test_tasks_with_the_same_features_may_come_as_one():
    x, _ = wavy(0)
    tasks = [np.cos(5 * x[:, 0] + k) + x[:, 1] for k in range(4)]
    tasks = [(y - y.mean()) / y.std() for y in tasks]
    one_by_one = SharedKernel.fit([(x, y) for y in tasks])
    together = SharedKernel.fit([(x, np.column_stack(tasks))])
    np.testing.assert_allclose(together.lengthscales, one_by_one.lengthscales, rtol=1e-3)
    assert together.noise == pytest.approx(one_by_one.noise, rel=1e-3)


def test_equal_responses_have_a_kernel_too():
    x, _ = wavy(0)
    kernel = SharedKernel.fit([(x, np.zeros(len(x)))])
    mean, variance = kernel.predict(x, np.zeros(len(x)), x[:3])
    np.testing.assert_allclose(mean, 0.0, atol=1e-9)
    assert (variance >= 0).all()


def test_low_rank_is_the_kernel_where_there_are_few():
    x, _ = wavy(1)
    kernel = SharedKernel(np.array([0.4, 1.0, 2.0]), 0.05)
    factor = LowRank.fit(kernel, x).factor(x)
    covariance = factor.loadings @ factor.loadings.T + np.diag(factor.noise)
    np.testing.assert_allclose(
        covariance, kernel.between(x, x) + 0.05 * np.eye(len(x)), atol=1e-4
    )


def test_low_rank_keeps_variances_where_there_are_many():
    x, _ = wavy(1, n=300)
    kernel = SharedKernel(np.array([0.2, 0.5, 2.0]), 0.05)
    np.testing.assert_allclose(
        LowRank.fit(kernel, x, n_latent=20).factor(x).variances(), 1.05, atol=1e-4
    )
