"""What regressions on the same tasks share is what each would have worked out."""

import numpy as np
import pandas as pd
import pytest

from warmstart.models.pmf.described.described_tasks import DescribedTasks
from warmstart.models.pmf.described.prior_mean import PriorMean
from warmstart.similarity.kernels.spectra import SCALES, fit_ridge
from warmstart.similarity.laplace import laplace_kernel

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.fixture
def phi():
    return pd.DataFrame(np.random.default_rng(0).normal(size=(30, 4)), columns=list("abcd"))


def targets(phi, n, seed=0):
    rng = np.random.default_rng(seed)
    found = phi.to_numpy() @ rng.normal(size=(4, n)) + 0.3 * rng.normal(size=(30, n))
    return found - found.mean(axis=0)


def test_spectra_are_those_of_the_kernels(phi):
    tasks = DescribedTasks.fit(phi, [targets(phi, 3)])
    assert [one.scale for one in tasks.spectra] == list(SCALES)
    for one in tasks.spectra:
        kernel = laplace_kernel(tasks.points, tasks.points, scale=one.scale)
        np.testing.assert_allclose((one.vectors * one.values) @ one.vectors.T, kernel)


def test_a_ridge_of_known_spectra_is_the_same(phi):
    tasks, y = DescribedTasks.fit(phi, [targets(phi, 3)]), targets(phi, 3)
    shared = fit_ridge(tasks.points, y, spectra=tasks.spectra)
    alone = fit_ridge(tasks.points, y)
    assert shared.scale == alone.scale
    np.testing.assert_array_equal(shared.inverse, alone.inverse)


def test_each_set_of_targets_counts_alike(phi):
    """Trees do not change when one is measured in other units."""
    one, other = targets(phi, 3), targets(phi, 20, seed=1)
    plain = DescribedTasks.fit(phi, [one, other]).forest
    scaled = DescribedTasks.fit(phi, [one, 64.0 * other]).forest
    np.testing.assert_array_equal(plain.feature, scaled.feature)
    np.testing.assert_array_equal(plain.leaves, scaled.leaves)


def test_trees_of_many_targets_tell_them_apart(phi):
    """Fewer directions than targets are looked at; what is left out says little."""
    y = targets(phi, 40)
    prior = PriorMean.fit(phi, y)
    by_forest = prior.forest.out_of_bag(y)
    assert 1 - ((by_forest - y) ** 2).sum() / (y**2).sum() > 0.2
