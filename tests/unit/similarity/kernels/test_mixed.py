"""Sums of kernels, and which measure's counts.

Also of: similarity.kernels.spectra.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.similarity.kernels.mixed import mixed_spectra
from warmstart.similarity.kernels.spectra import fit_ridge
from warmstart.similarity.laplace import laplace_kernel, mean_distance

GROUPS = np.array([0, 0, 1, 1, 1, 2])


@given(seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_sum_is_each_groups_kernel_times_its_share(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(size=(4, 6)), rng.uniform(size=(7, 6))
    shares = rng.dirichlet(np.ones(3))
    expected = sum(
        share * np.exp(-np.abs(a[:, None, k == GROUPS] - b[None, :, k == GROUPS]).mean(2) / 0.3)
        for k, share in enumerate(shares)
    )
    found = laplace_kernel(a, b, scale=0.3, groups=GROUPS, shares=shares)
    np.testing.assert_allclose(found, expected)
    own = laplace_kernel(b, b, scale=0.3, groups=GROUPS, shares=shares)
    assert np.linalg.eigvalsh(own).min() > -1e-9


def test_the_measure_that_tells_the_targets_takes_the_sum():
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(60, 6))
    targets = np.column_stack([np.sin(4 * points[:, 5]), points[:, 5] ** 2])
    targets -= targets.mean(axis=0)
    spectra = mixed_spectra(points, GROUPS, targets, np.arange(60))
    assert spectra[0].shares[2] > 0.5
    assert sum(spectra[0].shares) == pytest.approx(1)


def test_several_measures_share_where_both_tell_something():
    rng = np.random.default_rng(1)
    points = rng.uniform(size=(80, 6))
    targets = np.sin(4 * points[:, [5]]) + np.sin(4 * points[:, [0]])
    shares = mixed_spectra(points, GROUPS, targets - targets.mean(), np.arange(80))[0].shares
    assert shares[0] > 0.1
    assert shares[2] > 0.1


def test_a_ridge_of_a_sum_is_the_plain_solution():
    rng = np.random.default_rng(2)
    points, queries = rng.uniform(size=(30, 6)), rng.uniform(size=(5, 6))
    targets = rng.normal(size=(30, 2))
    spectra = mixed_spectra(points, GROUPS, targets, np.arange(30))
    ridge = fit_ridge(points, targets, spectra=spectra, groups=GROUPS)
    kernel = laplace_kernel(
        points, points, scale=ridge.scale, groups=GROUPS, shares=ridge.shares
    )
    noise = np.linalg.inv(ridge.inverse) - kernel
    np.testing.assert_allclose(noise, noise[0, 0] * np.eye(30), atol=1e-6)
    new = laplace_kernel(queries, points, scale=ridge.scale, groups=GROUPS, shares=ridge.shares)
    expected = new @ np.linalg.solve(kernel + noise[0, 0] * np.eye(30), targets)
    np.testing.assert_allclose(ridge.weights(queries) @ targets, expected, atol=1e-6)


def test_one_group_is_the_kernel_as_it_was():
    points = np.random.default_rng(3).uniform(size=(10, 4))
    targets = points[:, :1] - points[:, :1].mean()
    spectra = mixed_spectra(points, np.zeros(4, dtype=int), targets, np.arange(10))
    kernel = np.exp(-mean_distance(points, points) / spectra[0].scale)
    np.testing.assert_allclose(
        (spectra[0].vectors * spectra[0].values) @ spectra[0].vectors.T, kernel
    )
