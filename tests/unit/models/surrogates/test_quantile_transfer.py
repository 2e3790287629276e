"""Quantile transfer: moments of normal quantiles, Thompson draws from them."""

import numpy as np
from scipy.stats import norm

from warmstart.models.surrogates.quantile_transfer import QuantileTransfer, gaussian_quantiles
from warmstart.testing.performance_model import make_table


def test_quantiles_are_those_of_the_middle_of_each_rank():
    found = gaussian_quantiles(np.array([[0.9, 0.8, 0.7, 0.7, 0.5]]))[0]
    np.testing.assert_allclose(found, norm.ppf([0.1, 0.3, 0.6, 0.6, 0.9]))


def test_the_best_of_many_stay_apart():
    found = gaussian_quantiles(np.arange(500.0)[None])[0]
    assert np.isfinite(found).all()
    assert (np.diff(found) < 0).all()


def test_a_monotone_change_of_a_task_changes_nothing():
    scores = make_table(missing=0.3).scores
    np.testing.assert_array_equal(
        gaussian_quantiles(scores), gaussian_quantiles(np.exp(3 * scores))
    )


def test_first_pick_is_as_often_best_as_the_moments_say():
    model = QuantileTransfer().fit(make_table())
    picks = np.bincount([model.start().next() for _ in range(4000)], minlength=12) / 4000
    draws = np.random.default_rng(1).normal(model.means_, model.stds_, (20_000, 12))
    expected = np.bincount(draws.argmin(axis=1), minlength=12) / len(draws)
    np.testing.assert_allclose(picks, expected, atol=0.03)
