"""What more rows than those of the known scores change."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.recommend.belief.more_rows import rows_ratio, with_rows
from warmstart.spaces.pipelines.learners import SPACE

LEVELS = 0.05, 0.5, 0.95


@pytest.fixture
def belief():
    factor = Factor(np.array([[0.3], [0.1]]), np.array([0.05, 0.2]))
    means = np.log(np.array([[0.2, 0.3]]))
    mixture = MixturePosterior(np.ones(1), means, np.ones(1), np.array([0.2]), [factor])
    return PMFPosterior(mixture, ideal=1.0)


def test_scores_are_those_of_losses_that_fall_by_a_factor_of_their_own(belief):
    rng = np.random.default_rng(0)
    share = 1 - 1 / 5
    log_loss = rng.normal(
        belief.mixture.means[0, 0], np.sqrt(belief.mixture.variances[0, 0]), 400_000
    )
    log_loss += rng.normal(-0.22 * share, 0.20 * share, len(log_loss))
    expected = np.quantile(1.0 - (np.exp(log_loss) - 0.01), LEVELS)
    found = with_rows(belief, 5.0).score_quantiles(LEVELS)[:, 0]
    assert found == pytest.approx(expected, abs=2e-3)


def test_more_rows_promise_more_and_as_many_change_nothing(belief):
    middles = [with_rows(belief, r).score_quantiles([0.5])[0] for r in (1.0, 2.0, 50.0)]
    assert np.all(np.diff(middles, axis=0) > 0)
    assert with_rows(belief, 0.5) is with_rows(belief, float("nan")) is belief
    before = belief.mixture.means.copy()
    with_rows(belief, 10.0)
    assert (belief.mixture.means == before).all()


@pytest.mark.parametrize(
    ("n_rows", "space", "ratio"),
    [(500, SPACE, 1.0), (20_000, SPACE, 10.0), (20_000, "of one's own", 1.0)],
)
def test_only_of_own_pipelines_it_is_known_how_many_rows_were_used(n_rows, space, ratio):
    fitted = SimpleNamespace(spaces=(space, space))
    phi = pd.Series({"NumberOfInstances": float(n_rows)})
    assert rows_ratio(fitted, phi, [0, 1]) == ratio
    assert rows_ratio(fitted, phi.drop("NumberOfInstances"), [0]) == 1.0
    assert rows_ratio(fitted, None, [0]) == 1.0
