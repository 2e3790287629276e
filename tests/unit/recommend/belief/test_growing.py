"""The belief that is told one result after the other, against the one that is built anew.

Also of: recommend.belief.further.
"""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.belief.continuous import ContinuousPrior
from warmstart.recommend.belief.growing import GrowingBelief
from warmstart.recommend.history.identity import Point

GRID = np.linspace(0, 1, 10)


@pytest.fixture(scope="module")
def fitted():
    """Two learners, each of one number that matters and one that does not."""
    rng = np.random.default_rng(0)
    best = rng.uniform(size=(30, 1))
    names = [f"c{k:02d}" for k in range(20)]
    scores = np.hstack([0.9 - 0.6 * np.abs(GRID - best), 0.8 - 0.2 * np.abs(GRID - best)])
    made_of = pd.DataFrame(
        {
            "learner": np.repeat(["one", "other"], 10),
            "x": np.tile(GRID, 2),
            "y": rng.permutation(20) / 20,
        },
        index=names,
    )
    md = MetaDataset.from_matrix(pd.DataFrame(scores, columns=names), configurations=made_of)
    return warmstart.Recommender().fit(md).fitted(None, None, ())


@pytest.fixture(scope="module")
def prior(fitted):
    return ContinuousPrior(fitted, None, ["one", "other"])


def known(fitted):
    return [Point(values, k) for k, values in enumerate(fitted.known.points)]


def at(x, learner="one"):
    return Point({"learner": learner, "x": float(x), "y": 0.5})


def moments(means, stds, weights):
    mean = weights @ means
    return mean, np.sqrt(weights @ (stds**2 + means**2) - mean**2)


@pytest.mark.parametrize("reach", [np.inf, 0.5])
def test_of_known_ones_it_is_the_belief_built_anew(fitted, prior, reach):
    pool, near = known(fitted), [at(0.33), at(0.85), at(0.5, "other")]
    belief, more = prior.believe(pool, near)
    growing = GrowingBelief(prior, pool)
    for place, value in ((3, -1.2), (12, -0.9), (7, -2.0), (4, -1.2)):
        belief.mixture.tell(place, value, reach=reach)
        growing.tell(pool[place], value, reach=reach)
    anew = belief.mixture.extended(more)
    mean, std = moments(*growing.marginals(near))
    untold = np.setdiff1d(np.arange(23), [3, 12, 7, 4])
    np.testing.assert_allclose(mean[untold], anew.mean()[untold], atol=1e-6)
    np.testing.assert_allclose(std[untold], anew.std()[untold], atol=1e-6)


def test_further_ones_teach_their_surroundings_as_if_built_anew(fitted, prior):
    pool, told = known(fitted), [at(0.31), at(0.72), at(0.4, "other")]
    near = [at(0.3), at(0.74), at(0.05), at(0.41, "other")]
    growing = GrowingBelief(prior, pool)
    before = moments(*growing.marginals(near))[1]
    belief, more = prior.believe([*pool, *told], near)
    for place, value in ((0, -2.5), (1, -0.5), (2, -1.0)):
        growing.tell(told[place], value)
        belief.mixture.tell(len(pool) + place, value)
    anew = belief.mixture.extended(more)
    mean, std = moments(*growing.marginals(near))
    np.testing.assert_allclose(mean[20:], anew.mean()[23:], atol=0.05)
    np.testing.assert_allclose(std[20:], anew.std()[23:], atol=0.05)
    assert std[20] < 0.6 * before[20]


def test_what_is_pending_leaves_the_belief_alone(fitted, prior):
    pool = known(fitted)
    growing = GrowingBelief(prior, pool)
    growing.tell(pool[3], -1.0)
    before = moments(*growing.marginals([at(0.5)]))
    supposed = growing.supposing([at(0.52), pool[6]])
    assert moments(*supposed.marginals([at(0.5)]))[1][20] < before[1][20]
    np.testing.assert_array_equal(moments(*growing.marginals([at(0.5)])), before)


def test_a_soft_result_says_less(fitted, prior):
    pool = known(fitted)
    hard, soft = (GrowingBelief(prior, pool) for _ in range(2))
    hard.tell(pool[3], -1.0)
    soft.tell(pool[3], -1.0, noise_variance=4.0)
    assert (soft.marginals([])[1] >= hard.marginals([])[1]).all()
    assert (soft.marginals([])[1] > hard.marginals([])[1] + 1e-3).any()
