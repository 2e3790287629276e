"""What the default model expects, in scores, against draws from it."""

import numpy as np
import pytest

from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.posterior import PMFPosterior


@pytest.fixture
def belief():
    """Two components over three configurations; about one draw in ten is a loss above 1."""
    loadings = np.array([[0.5, 0.1], [0.4, -0.3], [0.0, 0.8]])
    factor = Factor(loadings, np.array([0.05, 0.02, 0.1]))
    means = np.array([[-2.0, -1.0, -0.5], [-1.5, -1.5, -1.0]])
    ones = np.ones(2)
    mixture = MixturePosterior(np.array([0.3, 0.7]), means, ones, 0.2 * ones, [factor] * 2)
    return PMFPosterior(mixture, ideal=1.0)


@pytest.mark.parametrize("lowest", [None, 0.0, 0.5])
def test_the_mean_is_that_of_draws(belief, lowest):
    losses = belief.draw_losses(400_000, np.random.default_rng(0)) - belief.offset
    if lowest is not None:
        losses = np.minimum(losses, belief.ideal - lowest)
    error = losses.std(axis=0) / np.sqrt(len(losses))
    gap = belief.score_mean(lowest) - (belief.ideal - losses.mean(axis=0))
    assert (np.abs(gap) < 5 * error).all()


def test_a_floor_only_raises_the_mean(belief):
    free, floored = belief.score_mean(), belief.score_mean(0.0)
    assert (floored > free).all()
    assert (floored >= 0.0).all()


def test_a_told_score_is_its_own_mean(belief):
    belief.tell(1, 0.75)
    assert belief.score_mean(0.0)[1] == pytest.approx(0.75, abs=1e-6)


@pytest.mark.parametrize("offset", [0.001, 0.1])
def test_the_incumbent_is_counted_on_the_scale_of_the_belief(belief, offset):
    """With another offset it would lie beside what the belief was told."""
    posterior = PMFPosterior(belief.mixture, belief.ideal, offset)
    posterior.tell(1, 0.75)
    assert posterior.incumbent() == pytest.approx(belief.mixture.mean()[1], abs=1e-6)


def test_one_type_of_belief(belief):
    low, high = belief.interval(0.8)
    draws = belief.draws(20_000, np.random.default_rng(0))
    within = ((draws > low) & (draws < high)).mean(axis=0)
    np.testing.assert_allclose(within, 0.8, atol=0.02)
    np.testing.assert_allclose(draws.mean(axis=0), belief.mean(), atol=0.02)


def test_more_rows_make_losses_fall_by_a_factor_that_is_not_sure(belief):
    rng = np.random.default_rng(0)
    share = 1 - 1 / 5
    log_losses = belief.mixture.sample(300_000, rng)
    log_losses += rng.normal(-0.15 * share, 0.20 * share, log_losses.shape)
    expected = np.quantile(1.0 - (np.exp(log_losses) - 0.01), (0.05, 0.5, 0.95), axis=0)
    found = belief.with_rows(5.0).score_quantiles((0.05, 0.5, 0.95))
    assert found == pytest.approx(np.minimum(expected, 1.0), abs=0.02)


def test_more_rows_promise_more_and_as_many_change_nothing(belief):
    before = belief.mixture.means.copy()
    middles = [belief.with_rows(r).score_quantiles([0.5])[0] for r in (1.0, 2.0, 50.0)]
    assert np.all(np.diff(middles, axis=0) > 0)
    assert belief.with_rows(0.5) is belief.with_rows(float("nan")) is belief
    assert (belief.mixture.means == before).all()
