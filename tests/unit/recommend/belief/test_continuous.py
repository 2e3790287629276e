"""A belief about the whole of a learner's space, on a base that is smooth in one number.

Also of: recommend.belief.learner_kernel, recommend.belief.prior.
"""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.log_loss import log_loss_response
from warmstart.recommend.belief.continuous import ContinuousPrior
from warmstart.recommend.belief.learner_kernel import LearnerSpace
from warmstart.recommend.belief.prior import IGNORANCE
from warmstart.recommend.history.identity import Point

N_TASKS, GRID = 40, np.linspace(0, 1, 12)


def scores(best):
    return 0.9 - 0.6 * np.abs(GRID - best[:, None])


@pytest.fixture(scope="module")
def fitted():
    """Two numbers, of which only the first matters."""
    best = np.random.default_rng(0).uniform(size=N_TASKS)
    names = [f"c{k:02d}" for k in range(len(GRID))]
    second = np.random.default_rng(1).permutation(GRID)
    md = MetaDataset.from_matrix(
        pd.DataFrame(scores(best), columns=names),
        metafeatures=pd.DataFrame({"where": best, "noise": np.arange(N_TASKS) % 7}),
        configurations=pd.DataFrame({"x": GRID, "y": second}, index=names),
    )
    return warmstart.Recommender().fit(md).fitted(None, None, ())


@pytest.fixture(scope="module")
def prior(fitted):
    return ContinuousPrior(fitted, None, [""])


def at(*xs, y=0.5):
    return [Point({"x": float(x), "y": y}) for x in xs]


def response(score):
    return float(log_loss_response(np.asarray(score), 1.0))


def test_what_matters_carries_less_far(fitted):
    space = LearnerSpace.fit(fitted, "")
    x, y = space.kernel.lengthscales
    assert x < y / 2
    assert 0 < space.noise <= 0.05


def test_known_configurations_are_believed_of_as_the_model_does(fitted, prior):
    known = [Point(values, k) for k, values in enumerate(fitted.configurations)]
    belief, _ = prior.believe(known, [])
    model = fitted.pmf.start(None).mixture
    n = len(model.scales)
    spread = np.ptp(model.prior_means)
    assert np.abs(belief.mixture.prior_means[:n] - model.prior_means).max() < 0.15 * spread
    assert belief.mixture.weights[n:].sum() == pytest.approx(IGNORANCE)


def test_a_result_tells_of_its_surroundings(prior):
    belief, more = prior.believe(at(0.47), at(0.5, 1.0))
    before = belief.mixture.extended(more).std()
    belief.mixture.tell(0, response(0.95))
    after = belief.mixture.extended(more)
    near, far = (after.std() / before)[1:]
    assert near < 0.5
    assert near < far
    assert after.mean()[1] < after.mean()[2]


def test_further_points_are_believed_of_as_if_they_had_been_there(prior):
    """Asked about together or one after the other."""
    told = at(0.1, 0.5)
    apart, more = prior.believe(told, at(0.3))
    whole, _ = prior.believe([*told, *at(0.3)], [])
    for belief in (apart, whole):
        belief.mixture.tell(0, -1.0)
        belief.mixture.tell(1, -0.5)
    extended = apart.mixture.extended(more)
    np.testing.assert_allclose(extended.mean()[2], whole.mixture.mean()[2], atol=1e-3)
    np.testing.assert_allclose(extended.std()[2], whole.mixture.std()[2], atol=1e-3)


def test_results_that_contradict_the_base_leave_it_behind(fitted, prior):
    """Two optima, which no task of the base has."""
    told = at(*np.linspace(0, 1, 15))
    belief, _ = prior.believe(told, [])
    for k, one in enumerate(told):
        belief.mixture.tell(k, response(0.6 + 0.3 * np.cos(4 * np.pi * one.values["x"])))
    assert belief.mixture.weights[len(belief.mixture.weights) // 2 :].sum() > 0.9


def test_of_a_learner_the_base_lacks_little_is_believed(prior):
    belief, _ = prior.believe([*at(0.5), Point({"learner": "other", "x": 0.5})], [])
    known, foreign = belief.mixture.std()
    assert np.isfinite(known)
    assert foreign > known / 2


def test_one_known_configuration_is_enough():
    names = ["a", "b"]
    md = MetaDataset.from_matrix(
        pd.DataFrame(np.random.default_rng(0).uniform(size=(6, 2)), columns=names),
        configurations=pd.DataFrame(
            {"learner": ["one", "other"], "x": [0.1, 0.2]}, index=names
        ),
    )
    fitted = warmstart.Recommender().fit(md).fitted(None, None, ())
    belief, more = ContinuousPrior(fitted, None, ["one", "other"]).believe(
        [Point({"learner": "one", "x": 0.1}, 0)], [Point({"learner": "other", "x": 0.9})]
    )
    belief.mixture.tell(0, -1.0)
    assert np.isfinite(belief.mixture.extended(more).std()).all()
