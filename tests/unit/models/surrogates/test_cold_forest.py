"""Cold forest: means and variances tree by tree, and what it finds."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

from warmstart.models.log_loss import log_loss_response
from warmstart.models.surrogates.cold_forest import ColdForest
from warmstart.recommend.acquisition.next_point import ByAcquisition
from warmstart.testing.performance_model import make_table


def told(n=8, **settings):
    model = ColdForest(**settings).fit(make_table(n_configs=30), random_state=3)
    belief = model.start()
    for index in belief.design[:n]:
        belief.tell(index, 0.5 + 0.01 * index)
    return model, belief


def test_moments_are_those_of_the_leaves():
    model, belief = told()
    means, stds, lowest = belief.predict()
    at = list(belief.design[:8])
    y = log_loss_response(0.5 + 0.01 * np.array(at), model.ideal_)
    assert lowest == pytest.approx(y.min())
    x = model.features_.astype("float32")
    rng = np.random.default_rng((belief.seed, 8))
    first, second = np.zeros(30), np.zeros(30)
    for _ in range(10):
        drawn = rng.integers(8, size=8)
        tree = DecisionTreeRegressor(
            min_samples_split=3, max_features=5 / 6, random_state=int(rng.integers(2**31))
        ).fit(x[at][drawn], y[drawn])
        mates = tree.apply(x[at][drawn]) == tree.apply(x)[:, None]
        for j in range(30):
            leaf = y[drawn][mates[j]]
            first[j] += leaf.mean() / 10
            second[j] += (leaf**2).mean() / 10
    np.testing.assert_allclose(means, first, atol=1e-9)
    np.testing.assert_allclose(stds**2, np.maximum(second - first**2, 1e-12), atol=1e-9)


def test_looks_where_scores_were_high():
    model = ColdForest(n_initial=3).fit(make_table(n_configs=30), random_state=0)
    later = []
    for _ in range(12):
        state, picked = ByAcquisition(model.start()), []
        for _ in range(9):
            picked.append(state.next())
            state.tell(picked[-1], 0.5 + 0.01 * picked[-1])
        later.append(np.mean(picked[3:]))
    assert np.mean(later) > 18  # 14.5 at random


def test_another_task_has_other_random_tries():
    model, belief = told()
    assert model.start().design != belief.design


@pytest.mark.parametrize("changes", [{"n_initial": 0}, {"n_trees": 0}, {"max_features": 0.0}])
def test_refuses(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        ColdForest(**changes)
