"""The share of a covariance to believe: the likeliest for tasks that were left out."""

import numpy as np
import pytest
from scipy.stats import multivariate_t

from warmstart.models.gaussian import covariance
from warmstart.models.gaussian.covariance import OWN_SHARES, shared_share


def rows(n_tasks, n_configs, n_latent, own, seed=0):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n_tasks, n_latent)) @ rng.normal(size=(n_latent, n_configs))
    return latent + own * rng.normal(size=(n_tasks, n_configs))


@pytest.mark.parametrize("n_known", [5, 40])
def test_likelihood_is_that_of_a_dense_covariance(n_known):
    """Differences between shares; what all have in common is left out."""
    n_configs = 12
    known, new = rows(n_known, n_configs, 2, 0.5), rows(3, n_configs, 2, 0.5, seed=1)
    moment = known.T @ known / n_known
    expected = []
    for own in OWN_SHARES:
        sigma = (1 - own) * moment + own * np.diag(np.diag(moment))
        density = multivariate_t(np.zeros(n_configs), sigma, df=n_configs)
        expected.append(density.logpdf(new).sum())
    found = covariance.log_likelihoods(known, new)
    np.testing.assert_allclose(found - found[0], np.array(expected) - expected[0], rtol=1e-6)


def test_few_tasks_are_believed_less_than_many():
    many = rows(300, 30, 5, 1.0)
    assert shared_share(many[:20]) < shared_share(many)


def test_families_are_left_out_together():
    """Copies of a task would make any covariance likely."""
    one_each = rows(30, 60, 3, 2.0)
    copies = np.repeat(one_each, 3, axis=0)
    assert shared_share(copies) > shared_share(copies, np.repeat(np.arange(30), 3))


def test_wide_tables_are_judged_by_some_columns(monkeypatch):
    table = rows(40, 60, 3, 1.0)
    monkeypatch.setattr(covariance, "_N_CONFIGS", 20)
    assert shared_share(table) == shared_share(table[:, ::3])


@pytest.mark.parametrize("n_tasks", [1, 2])
def test_hardly_any_tasks(n_tasks):
    assert shared_share(np.zeros((n_tasks, 4))) == pytest.approx(1 - OWN_SHARES[-1], abs=0.9)


def test_one_family_says_nothing():
    assert shared_share(rows(9, 4, 1, 1.0), np.zeros(9)) == 1 - OWN_SHARES[-1]


def test_single_precision_finds_the_same():
    for own in (0.1, 0.5, 2.0):
        table = rows(60, 300, 3, own)
        assert shared_share(table.astype(np.float32)) == shared_share(table)
