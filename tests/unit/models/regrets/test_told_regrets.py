"""Regrets after results: draws with no tail that no task has, calibrated on known tasks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.expected_regret import hedged
from warmstart.models.regrets.told_regrets import (
    calibrated,
    measure_told,
    regrets_by_draws,
    worst_losses,
)
from warmstart.recommend.acquisition.next_point import pick_from
from warmstart.testing.performance_model import make_table

pytestmark = pytest.mark.usefixtures("small_forests")

chances = st.lists(st.floats(0.001, 1), min_size=1, max_size=8).map(
    lambda values: np.array(values) / sum(values)
)


def improve(mixture, open_, best):
    marginals = mixture.means, np.sqrt(mixture.variances), mixture.weights
    return pick_from(marginals, open_, best, "ei")


class TestDraws:
    def test_no_loss_is_larger_than_any_known(self):
        responses = np.log([[0.1, 0.2, 9.0], [0.3, 0.3, 0.5]])
        scores, best, shares = regrets_by_draws(responses, 1.0, 0.0, np.array([0.4, 0.4]))
        np.testing.assert_allclose(scores, [[0.9, 0.8, 0.6], [0.7, 0.7, 0.6]])
        np.testing.assert_allclose(best[:, 0], [0.9, 0.7])
        np.testing.assert_allclose(shares, [[1, 0, 0], [0.5, 0.5, 0]])

    def test_no_score_beats_the_ideal(self):
        scores, _, _ = regrets_by_draws(np.log([[1e-6]]), 1.0, 0.01, np.ones(1))
        assert scores[0, 0] == 1.0

    def test_worst_losses(self):
        table = make_table()
        expected = [1.0 - row[np.isfinite(row)].min() for row in table.scores]
        np.testing.assert_allclose(worst_losses(table, 1.0), expected)


class TestCalibrated:
    logs = np.log([0.5, 0.6, 0.7, 0.8, 0.5])

    @pytest.mark.parametrize(("n_told", "factor"), [(1, 0.5), (2, 0.6), (9, 0.8), (24, 1.0)])
    def test_by_what_was_told(self, n_told, factor):
        untold = np.ones(2, dtype=bool)
        regrets, _ = calibrated(np.ones(2), np.full(2, 0.5), n_told, untold, self.logs)
        np.testing.assert_allclose(regrets, factor)

    def test_what_is_known_is_left(self):
        p_best = np.array([1.0, 0.0])
        regrets, p = calibrated(np.array([0.0, 0.3]), p_best, 2, np.zeros(2, bool), self.logs)
        np.testing.assert_array_equal(regrets, [0.0, 0.3])
        np.testing.assert_array_equal(p, p_best)

    def test_few_tasks_have_the_usual(self):
        regrets, _ = calibrated(np.ones(1), np.ones(1), 1, np.ones(1, bool), None)
        assert 0.4 < regrets[0] < 0.8

    @given(chances, st.floats(0.1, 10))
    def test_chances_add_up(self, p_best, factor):
        found = hedged(p_best, factor)
        assert found.sum() == pytest.approx(1)
        assert (found >= 0).all()
        assert (
            np.argsort(found, kind="stable") == np.argsort(p_best, kind="stable")
        ).all() or (
            factor > 1  # where the least likely reach zero together
        )

    def test_one_that_is_alone_is_the_best(self):
        assert hedged(np.ones(1), 0.3)[0] == 1


class TestMeasured:
    def test_on_known_tasks(self):
        table = make_table()
        model = PMF().fit(table)
        logs = measure_told(model, table, improve)
        assert logs is not None
        assert logs.shape == (5,)
        assert np.isfinite(logs).all()
        np.testing.assert_array_equal(logs, measure_told(model, table, improve))

    def test_too_few_tell_nothing(self):
        table = make_table().take(np.arange(5))
        assert measure_told(PMF().fit(table), table, improve) is None

    def test_a_model_that_says_too_much_is_told_so(self):
        """Tasks that agree on all but noise, searched by one who expects the worst."""
        rng = np.random.default_rng(0)
        table = make_table(described=False)
        n = table.n_tasks
        scores = np.linspace(0.5, 0.9, 40) + 0.002 * rng.standard_normal((n, 40))
        table = replace(
            table,
            scores=scores,
            configuration_ids=pd.Index(range(40)),
            configurations=None,
            costs=None,
        )
        model = PMF().fit(table)
        prior = model.fitted_prior
        honest = measure_told(model, table, improve)
        model.prior_ = replace(prior, loadings=6 * prior.loadings, noise=36 * prior.noise)
        wild = measure_told(model, table, improve)
        assert honest is not None
        assert wild is not None
        assert (wild[:4] < honest[:4]).all()


def test_is_kept_with_the_model():
    model = PMF().fit(make_table())
    assert PMF.from_arrays(model.to_arrays()).told_optimism_ is None
    model.told_optimism_ = np.arange(5.0)
    again = PMF.from_arrays(model.to_arrays())
    np.testing.assert_array_equal(again.told_optimism_, np.arange(5.0))
