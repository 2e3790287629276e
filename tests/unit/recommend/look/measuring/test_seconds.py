"""What a fit of the look is expected to take."""

import numpy as np
import pytest
from tests.unit.recommend.toy import N_CONFIGS, NEW, toy

from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.recommender import Recommender

pytestmark = pytest.mark.usefixtures("small_forests")


def test_of_the_rows_looked_at_not_of_all():
    fitted = Recommender().fit(toy()).fitted(None, None)
    columns = list(range(N_CONFIGS))
    huge = NEW.copy()
    huge["NumberOfInstances"] = 1e6
    at_most = Seconds.of(fitted, huge, columns, n_rows=1000, speed=1.0).predicted()
    of_all = fitted.costs.predict(huge)
    assert (at_most < of_all / 20).all()


def test_learns_how_much_longer_fits_take_here():
    seconds = Seconds(np.array([0.1, 0.2, 0.4]), ["a", "a", "b"])
    before = seconds.predicted()
    for _ in range(8):
        seconds.learn(0, 0.3)
    after = seconds.predicted()
    assert after[:2] == pytest.approx(3 * before[:2], rel=0.2)
    # Another learner is corrected too, but less.
    assert before[2] < after[2] < 3 * before[2]


def test_something_is_expected_where_nothing_is_known():
    assert (Seconds(np.array([np.nan, 0.0]), ["a", "b"]).predicted() > 0).all()
