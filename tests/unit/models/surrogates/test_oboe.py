"""Oboe: the design raises the determinant, predictions are least squares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.models.surrogates.oboe import Oboe, d_optimal, predicting_rank
from warmstart.testing.performance_model import make_table


def test_each_addition_has_the_largest_determinant():
    features = np.random.default_rng(0).standard_normal((3, 15))
    chosen = d_optimal(features, [], 3)
    for n in (1, 2):
        # The same by brute force: a small ridge makes short designs comparable.
        ridge = 1e-6 * (features**2).sum(axis=0).max() * np.eye(3)

        def determinant(j, n=n, ridge=ridge):
            y = features[:, [*chosen[:n], j]]
            return np.linalg.slogdet(y @ y.T + ridge)[1]

        rest = [j for j in range(15) if j not in chosen[:n]]
        assert chosen[n] == max(rest, key=determinant)


def test_told_of_a_task_of_low_rank_it_predicts_the_rest_exactly():
    rng = np.random.default_rng(1)
    tasks, configs = rng.random((30, 3)), rng.random((3, 12))
    losses = tasks @ configs / 3
    table = make_table(n_tasks=30)
    table.scores[:] = 1.0 - losses
    state = Oboe(rank=3).fit(table).start()
    truth = rng.random(3) @ configs / 3
    for j in state.batch(3):
        state.tell(j, 1.0 - truth[j])
    np.testing.assert_allclose(state.predict(), truth, atol=1e-6)


def test_the_design_is_the_optimal_set_best_mean_first():
    model = Oboe(rank=4).fit(make_table())
    chosen = d_optimal(model.features_[:4], [], 4)
    assert model.start().batch(4) == sorted(chosen, key=lambda j: model.losses_[j])


def test_told_in_turn_it_keeps_to_its_design_and_replaces_what_failed():
    state = Oboe(rank=4).fit(make_table()).start()
    design = state.batch(4)
    state.tell(design[0], 0.5)
    assert state.batch(3) == design[1:]
    state.tell(design[1], np.nan)
    again = state.batch(3)
    assert set(design[2:]) < set(again)
    assert not set(again) & set(design[:2])


@given(st.integers(1, 300), st.integers(1, 20), st.integers(0, 40))
def test_rank_never_exceeds_results_and_never_falls(n_told, rank, more):
    found = predicting_rank(n_told, rank, 20)
    assert 1 <= found <= min(n_told, 20)
    assert predicting_rank(n_told + more, rank, 20) >= found


def test_refuses_a_rank_it_cannot_have():
    with pytest.raises(ValueError, match="rank"):
        Oboe(rank=0)
