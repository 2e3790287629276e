"""Draws of regrets: order from a belief, values from known tasks; what batches will leave.

Also of: models.regrets.expected_regret.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.expected_regret import expect, measure_optimism
from warmstart.models.regrets.regret_draws import KnownRegrets
from warmstart.models.regrets.regret_model import fit_with_choice
from warmstart.recommend.acquisition.batch import best_of_n

N_TASKS, N_CONFIGS = 30, 15


def table(n_tasks=N_TASKS, seed=0, holes=0.0):
    rng = np.random.default_rng(seed)
    scores = 0.7 + 0.1 * rng.standard_normal(N_CONFIGS)
    scores = scores + 0.05 * rng.standard_normal((n_tasks, N_CONFIGS))
    scores[rng.random(scores.shape) < holes] = np.nan
    scores[:, 0] = 0.7
    return MetaDataset.from_matrix(pd.DataFrame(np.clip(scores, 0, 1))).table()


def even(n):
    return np.full(n, 1 / n)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3]), st.sampled_from([0.0, 0.5, 1.0]))
@settings(max_examples=30, deadline=None)
def test_laws(seed, holes, row_share):
    rng = np.random.default_rng(seed)
    known = KnownRegrets.of(table(seed=seed % 1000, holes=holes))
    among = known.among(np.arange(0, N_CONFIGS, 2))
    order = rng.standard_normal((40, 8))
    drawn, tasks = among.draw(order, even(N_TASKS), rng, row_share=row_share)
    assert drawn.shape == order.shape
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert (among.ranges[tasks] > 0).all()
    if row_share == 0:
        # Clipped scores may be equal, so the first in order is one of the best.
        first = drawn[np.arange(len(drawn)), order.argmin(axis=1)]
        np.testing.assert_array_equal(first, drawn.min(axis=1))
        np.testing.assert_allclose(drawn.min(axis=1), 0)


def test_values_are_a_known_tasks_and_the_order_is_not():
    known = KnownRegrets.of(table())
    among = known.among()
    order = np.arange(N_CONFIGS)[None, ::-1].repeat(5, axis=0)
    drawn, tasks = among.draw(order, even(N_TASKS), np.random.default_rng(0))
    for row, task in zip(drawn, tasks, strict=True):
        expected = np.sort(known.losses[task])[::-1]
        np.testing.assert_allclose(row * among.ranges[task], expected, atol=1e-6)


def test_of_one_study_the_draws_are_the_study():
    known = KnownRegrets.of(table(1))
    assert known.row_share == 1.0
    order = np.random.default_rng(1).standard_normal((6, N_CONFIGS))
    drawn, _ = known.among().draw(order, even(1), np.random.default_rng(0), row_share=1.0)
    np.testing.assert_allclose(
        drawn, (known.losses / known.losses.max()).repeat(6, axis=0), atol=1e-6
    )


def test_a_pool_of_ones_own_has_regrets_as_the_known_tasks_have():
    known = KnownRegrets.of(table(holes=0.2))
    among = known.among(np.full(40, -1))
    order = np.random.default_rng(1).standard_normal((50, 40))
    drawn, _ = among.draw(order, even(N_TASKS), np.random.default_rng(0), row_share=0.5)
    assert np.isfinite(drawn).all()
    np.testing.assert_allclose(drawn.max(axis=1), 1)


class TestExpected:
    def test_against_the_draws_themselves(self):
        """Where the order is certain the first pick is the best, and nothing is left."""
        known = KnownRegrets.of(table())
        order = 1e6 * np.arange(N_CONFIGS)[None, :].repeat(400, axis=0)
        order += np.random.default_rng(0).standard_normal(order.shape)
        found = expect(
            order,
            [0, 1, 2],
            known.among(),
            even(N_TASKS),
            np.zeros(6),
            np.random.default_rng(0),
        )
        assert found.regrets[0] < found.regrets[1] < found.regrets[2]
        assert found.of_best[0] == pytest.approx(found.regrets[0])
        assert (np.diff(found.of_best) <= 0).all()
        assert found.p_best[0] > 0.5
        assert found.p_best.sum() <= 1 + 1e-9

    def test_is_calibrated_on_tasks_left_out(self):
        """Of fresh tasks of the same making the batch leaves about what was expected."""
        history = table(40, seed=3)
        pmf = PMF()
        chooser = fit_with_choice(pmf, history)
        optimism = measure_optimism(chooser, history, best_of_n)
        known, rng = KnownRegrets.of(history), np.random.default_rng(0)
        fresh = table(400, seed=3).scores[40:]
        order = chooser.start().mixture.sample(400, rng)
        drawn, _ = known.among().draw(order, even(40), rng, row_share=known.row_share)
        picks = best_of_n(drawn, 5)
        more = chooser.start().mixture.sample(400, rng)
        told = expect(more, picks, known.among(), even(40), optimism, rng)
        best = fresh.max(axis=1, keepdims=True)
        for k in (1, 3, 5):
            happened = (best - fresh[:, picks[:k]]).min(axis=1).mean()
            assert happened == pytest.approx(told.of_best[k - 1], rel=0.6, abs=0.002)

    def test_of_few_tasks_it_is_not_measured(self):
        few = table(6)
        chooser = fit_with_choice(PMF(), few)
        assert measure_optimism(chooser, few, best_of_n) is None
