"""Kernel ridge as weights, against scikit-learn's kernel ridge and the definition."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import laplacian_kernel

from warmstart.similarity.kernels.spectra import fit_ridge
from warmstart.similarity.laplace import laplace_kernel, mean_distance


def ridge_of(points, ridge=0.5):
    """A ridge with nothing to choose."""
    return fit_ridge(points, np.zeros((len(points), 1)), scales=[0.5], ridges=[ridge])


@pytest.fixture
def points():
    return np.random.default_rng(0).random((12, 5))


def test_kernel_is_scikit_learns_laplacian(points):
    queries = np.random.default_rng(1).random((4, 5))
    expected = laplacian_kernel(queries, points, gamma=1 / (5 * 0.5))
    np.testing.assert_allclose(laplace_kernel(queries, points), expected)
    np.testing.assert_allclose(
        laplace_kernel(queries, points, scale=2.0), expected**0.25, rtol=1e-12
    )


def test_weights_predict_as_kernel_ridge(points):
    rng = np.random.default_rng(1)
    queries, targets = rng.random((4, 5)), rng.normal(size=(12, 3))
    ridge = KernelRidge(alpha=0.5, kernel="laplacian", gamma=1 / (5 * 0.5))
    expected = ridge.fit(points, targets).predict(queries)
    np.testing.assert_allclose(ridge_of(points).weights(queries) @ targets, expected)


def test_little_ridge_interpolates(points):
    targets = np.random.default_rng(1).normal(size=12)
    weights = ridge_of(points, 1e-9).weights(points)
    np.testing.assert_allclose(weights @ targets, targets, atol=1e-6)


def test_distance_is_a_mean_over_features():
    a, b = np.array([[0.0, 1.0]]), np.array([[0.5, 0.5], [0.0, 1.0]])
    np.testing.assert_allclose(mean_distance(a, b), [[0.5, 0.0]])


def test_without_features_all_are_alike():
    points = np.zeros((3, 0))
    np.testing.assert_array_equal(mean_distance(points, points), np.zeros((3, 3)))
    weights = ridge_of(points).weights(points)
    np.testing.assert_allclose(weights, np.full((3, 3), 1 / 3.5))


def test_left_out_is_another_fit_without_the_family():
    rng = np.random.default_rng(0)
    points, targets = rng.random((30, 3)), rng.standard_normal((30, 2))
    families = np.array([*range(20), *[20] * 3, *[21] * 7])
    found = ridge_of(points, 0.3).left_out(targets, families)
    for family in np.unique(families):
        own = families == family
        rest = ridge_of(points[~own], 0.3)
        np.testing.assert_allclose(rest.weights(points[own]) @ targets[~own], found[own])


def test_scale_and_ridge_predict_left_out_families_best():
    rng = np.random.default_rng(1)
    points = rng.random((40, 2))
    targets = np.sin(9 * points) + 0.3 * rng.standard_normal((40, 2))
    targets -= targets.mean(axis=0)
    families = np.repeat(np.arange(20), 2)

    def loss(scale, ridge):
        fit = fit_ridge(points, targets, scales=[scale], ridges=[ridge])
        return ((fit.left_out(targets, families) - targets) ** 2).sum()

    options = [(scale, ridge) for scale in (0.05, 0.2, 2.0) for ridge in (0.01, 0.3, 5.0)]
    best = min(options, key=lambda option: loss(*option))
    assert best not in (options[0], options[-1])
    chosen = fit_ridge(
        points, targets, families, scales=(0.05, 0.2, 2.0), ridges=(0.01, 0.3, 5.0)
    )
    expected = fit_ridge(points, targets, scales=best[:1], ridges=best[1:])
    assert chosen.scale == best[0]
    np.testing.assert_allclose(chosen.inverse, expected.inverse, atol=1e-9)
