"""TST-R: the mean is a kernel regression over tasks."""

import numpy as np
import pytest

from warmstart.models.surrogates.tst import TST
from warmstart.testing.performance_model import make_table


def test_mean_weighs_tasks_by_the_pairs_they_order_alike():
    table = make_table()
    model = TST(bandwidth=0.8).fit(table)
    belief = model.start()
    told = {0: 0.4, 5: 0.6, 11: 0.5}
    for j, score in told.items():
        belief.tell(j, score)
    pairs = [(0, 5), (0, 11), (5, 11)]
    weights = []
    for row in table.scores:
        wrong = sum((row[a] < row[b]) != (told[a] < told[b]) for a, b in pairs) / 3
        weights.append(0.75 * max(1 - (wrong / 0.8) ** 2, 0.0))
    own, _ = belief.process.predict()
    total = 0.75 * own + np.array(weights) @ model.known.responses
    means, _, incumbent = belief.predict()
    np.testing.assert_allclose(means, total / (0.75 + sum(weights)))
    told_responses = np.array(belief.process.values)
    assert incumbent == pytest.approx(
        (told_responses.min() - told_responses.mean()) / told_responses.std()
    )


def test_refuses_a_bandwidth_of_nothing():
    with pytest.raises(ValueError, match="bandwidth"):
        TST(bandwidth=0.0)
