"""The prior mean: weights on known tasks, honest out of fold."""

import numpy as np
import pandas as pd
import pytest

from warmstart.models.pmf.described.prior_mean import PriorMean, shrinkage
from warmstart.similarity.forest import ForestWeights
from warmstart.similarity.kernels.spectra import fit_ridge
from warmstart.similarity.quantiles import QuantileNormaliser


@pytest.fixture
def described():
    rng = np.random.default_rng(0)
    phi = pd.DataFrame(rng.lognormal(size=(30, 4)), columns=list("abcd"))
    targets = np.column_stack([np.log(phi["a"]), rng.normal(size=30)])
    return phi, targets - targets.mean(axis=0)


def test_is_kernel_ridge_and_forest_stacked(described):
    phi, targets = described
    new = phi.iloc[:3] * 1.1
    normaliser = QuantileNormaliser.fit(phi)
    known, points = normaliser.transform(phi), normaliser.transform(new)
    ridge = fit_ridge(known, targets)
    forest = ForestWeights.fit(known, targets, random_state=5)
    by_ridge = ridge.left_out(targets, np.arange(30))
    by_forest = forest.out_of_bag(targets)
    # Least squares of one coefficient, in the usual form.
    share = np.linalg.lstsq(
        (by_ridge - by_forest).reshape(-1, 1), (targets - by_forest).ravel(), rcond=None
    )[0][0]
    assert 0 < share < 1
    expected = share * ridge.weights(points) + (1 - share) * forest.weights(points)
    prior = PriorMean.fit(phi, targets, random_state=5)
    assert prior.share == pytest.approx(share)
    np.testing.assert_allclose(prior.weights(new), expected)
    np.testing.assert_allclose(
        prior.left_out(targets, np.arange(30)), share * by_ridge + (1 - share) * by_forest
    )


def left_out(phi, targets, families):
    return PriorMean.fit(phi, targets, families).left_out(targets, families)


def test_learns_what_metafeatures_tell(described):
    phi, targets = described
    families = np.arange(30)
    predicted = left_out(phi, targets, families)
    b = shrinkage(predicted, targets)
    assert np.corrcoef(predicted[:, 0], targets[:, 0])[0, 1] > 0.7
    assert b[0] > 0.5 > b[1] + 0.1


def test_what_is_left_out_is_the_whole_family():
    """A task's target is unlike all others', but its twin's: only the twin gives it away."""
    rng = np.random.default_rng(0)
    twins = np.repeat(np.arange(20), 2)
    phi = pd.DataFrame(rng.random((20, 3))[twins], columns=list("abc"))
    targets = rng.normal(size=(20, 1))[twins]
    honest = left_out(phi, targets, twins)
    leaky = left_out(phi, targets, np.arange(40))
    assert abs(np.corrcoef(honest[:, 0], targets[:, 0])[0, 1]) < 0.6
    assert np.corrcoef(leaky[:, 0], targets[:, 0])[0, 1] > 0.6


def test_a_single_family_has_no_prediction(described):
    phi, targets = described
    predicted = left_out(phi, targets, np.zeros(30))
    np.testing.assert_allclose(predicted, 0.0, atol=1e-12)
    assert (shrinkage(predicted, targets) == 0).all()


def test_features_that_do_not_vary(described):
    _, targets = described
    flat = pd.DataFrame(1.0, index=range(30), columns=["a", "b"])
    weights = PriorMean.fit(flat, targets).weights(flat[:2])
    assert np.isfinite(weights).all()
    assert np.isfinite(left_out(flat, targets, np.arange(30))).all()


def test_shrinkage_is_the_best_share_within_bounds():
    rng = np.random.default_rng(0)
    targets = rng.normal(size=(50, 4))
    noise = rng.normal(size=(50, 4))
    predicted = targets * [1.0, 0.5, -1.0, 0.0] + noise * [0.7, 0.0, 0.0, 0.0]
    best = [
        np.linalg.lstsq(p[:, None], y, rcond=None)[0][0]
        for p, y in zip(predicted.T, targets.T, strict=True)
    ]
    expected = [best[0], 1.0, 0.0, 0.0]
    np.testing.assert_allclose(shrinkage(predicted, targets), expected)
