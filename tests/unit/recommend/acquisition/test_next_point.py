"""The next configuration of a model that only believes."""

import numpy as np
import pytest

from warmstart.models.gaussian.factor import Factor
from warmstart.models.gaussian.posterior import MixturePosterior
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.recommend.acquisition.next_point import ByAcquisition

N = 30


def belief(seed):
    rng = np.random.default_rng(seed)
    factor = Factor(rng.standard_normal((N, 3)), rng.uniform(0.1, 0.3, N))
    means = -1 + 0.3 * rng.standard_normal((4, N))
    return PMFPosterior(
        MixturePosterior(
            np.full(4, 0.25),
            means,
            np.array([0.1, 0.3, 0.5, 1.0]),
            np.full(4, 0.2),
            [factor] * 4,
        ),
        ideal=1.0,
    )


@pytest.mark.parametrize("acquisition", ["ei", "log_ei", "pi", "lcb"])
@pytest.mark.parametrize("seed", range(3))
def test_the_next_is_the_first_of_an_order_of_all(acquisition, seed):
    rng = np.random.default_rng(seed)
    state = ByAcquisition(belief(seed), acquisition)
    told = set()
    for _ in range(N):
        index = state.next()
        assert index == state.batch(1)[0]
        assert index not in told
        told.add(index)
        state.tell(index, float(rng.uniform(0.3, 0.9)) if rng.random() < 0.9 else np.nan)
    assert state.batch(1) == []
    with pytest.raises(IndexError, match="every configuration has been told"):
        state.next()
