"""The mixture against a dense computation that shares no code with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.belief import (
    BLENDS,
    LEVEL_VARIANCE,
    NOISES,
    Places,
    SurfaceBelief,
)
from warmstart.protocols import Belief

KERNEL = SharedKernel(np.array([0.4, 0.9]), 0.01)
SCALES = (0.02, 0.07)


def some_places(n: int, seed: int = 0, n_tasks: int = 4) -> Places:
    rng = np.random.default_rng(seed)
    return Places(
        features=rng.random((n, 2)),
        mean=rng.normal(size=n),
        loadings=0.5 * rng.normal(size=(n, n_tasks)),
    )


def matern(a, b):
    gaps = (a[:, None, :] - b[None, :, :]) / KERNEL.lengthscales
    r = np.sqrt((gaps**2).sum(axis=2))
    return (1 + np.sqrt(5) * r + 5 * r**2 / 3) * np.exp(-np.sqrt(5) * r)


def dense(places, told, scores):
    """Posterior mean and variance of a score at each place, components weighed by density.

    The level is an unknown of variance nine about the mean score; the density of the first
    score is divided out, for the level was taken from the scores.
    """
    y, n = np.asarray(scores), len(places.mean)
    parts = []
    for blend in BLENDS:
        f = blend.shared * places.loadings @ places.loadings.T
        f = f + blend.own * matern(places.features, places.features)
        for noise in NOISES:
            for s in SCALES:
                prior = s**2 * (f + LEVEL_VARIANCE * np.ones((n, n)))
                centre = y.mean() + s * blend.led * places.mean
                block = prior[np.ix_(told, told)] + s**2 * noise * np.eye(len(told))
                density = multivariate_normal(centre[told], block).logpdf(y) + np.log(s)
                gain = prior[:, told] @ np.linalg.inv(block)
                mean = centre + gain @ (y - centre[told])
                variance = np.diag(prior - gain @ prior[told])
                parts.append((np.log(blend.weight) + density, mean, variance))
    logs = np.array([part[0] for part in parts])
    weights = np.exp(logs - logs.max())
    weights[weights < 0.01] = 0
    weights /= weights.sum()
    mean = sum(w * part[1] for w, part in zip(weights, parts, strict=True))
    second = sum(w * (p[2] + p[1] ** 2) for w, p in zip(weights, parts, strict=True))
    return mean, second - mean**2


@pytest.mark.parametrize("n_told", [1, 2, 7])
def test_it_is_what_a_dense_computation_gives(n_told):
    places = some_places(12)
    rng = np.random.default_rng(n_told)
    told = rng.permutation(12)[:n_told].tolist()
    scores = (0.8 + 0.05 * rng.normal(size=n_told)).tolist()
    belief = SurfaceBelief(places, KERNEL, SCALES)
    for place, score in zip(told, scores, strict=True):
        belief.tell(place, score)
    mean, variance = dense(places, told, scores)
    np.testing.assert_allclose(belief.mean(), mean, rtol=1e-9)
    np.testing.assert_allclose(belief.std() ** 2, variance, rtol=1e-6, atol=1e-12)
    assert belief.incumbent() == pytest.approx(-mean[told].max())


def test_before_any_result_the_best_is_what_tables_agree_on():
    places = some_places(9)
    belief = SurfaceBelief(places, KERNEL, SCALES)
    assert isinstance(belief, Belief)
    assert list(belief.design) == np.argsort(-places.mean).tolist()
    assert belief.incumbent() == np.inf
    assert belief.mean().argmax() == places.mean.argmax()


def test_a_table_that_contradicts_the_others_is_believed():
    places = some_places(40, n_tasks=3)
    belief = SurfaceBelief(places, KERNEL, (0.05,))
    for place in range(25):
        belief.tell(place, 0.7 - 0.05 * places.mean[place])
    left = slice(25, None)
    with_others = np.corrcoef(belief.mean()[left], places.mean[left])[0, 1]
    assert with_others < 0.5  # near one if it were led on


@settings(max_examples=20, deadline=None)
@given(shift=st.floats(-5, 5), n=st.integers(2, 8), seed=st.integers(0, 100))
def test_a_shift_of_the_scores_shifts_the_belief(shift, n, seed):
    places = some_places(10, seed)
    rng = np.random.default_rng(seed)
    plain, moved = (SurfaceBelief(places, KERNEL, SCALES) for _ in range(2))
    for place in range(n):
        score = float(rng.normal(0.5, 0.05))
        plain.tell(place, score)
        moved.tell(place, score + shift)
    np.testing.assert_allclose(moved.mean(), plain.mean() + shift, atol=1e-8)
    np.testing.assert_allclose(moved.std(), plain.std(), rtol=1e-5)


def test_scores_of_one_place_average_and_the_lowest_tenth_is_equal():
    places = some_places(30)
    twice, once = (SurfaceBelief(places, KERNEL, SCALES) for _ in range(2))
    for score in (0.6, 0.7):
        twice.tell(0, score)
    once.tell(0, 0.65)
    np.testing.assert_allclose(twice.mean(), once.mean())
    a, b = (SurfaceBelief(places, KERNEL, SCALES) for _ in range(2))
    for place in range(21):
        a.tell(place, 0.5 + place / 100)
        b.tell(place, -0.5 if place == 0 else 0.5 + place / 100)
    # How bad the worst is says nothing of where the good ones lie.
    np.testing.assert_allclose(a.mean(), b.mean())


def test_draws_and_intervals_have_the_mixtures_moments():
    belief = SurfaceBelief(some_places(5), KERNEL, SCALES)
    for place in range(3):
        belief.tell(place, 0.6 + place / 50)
    drawn = belief.draws(20000, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), belief.mean(), atol=0.003)
    np.testing.assert_allclose(drawn.std(axis=0), belief.std(), rtol=0.1)
    low, high = belief.interval(0.9)
    assert (low < belief.mean()).all()
    assert (belief.mean() < high).all()
