"""Configurations and folds as two additive effects."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.recommend.look.measuring.noise import Folds, average, average_scores

NAN = float("nan")


def test_complete_scores_average_to_their_means():
    scores = np.array([[0.9, 0.8, 0.7], [0.6, 0.7, 0.2]])
    found = average(scores, Folds(weights=[1, 1, 1]), guess=0.01)
    assert found.means == pytest.approx(scores.mean(axis=1))


def test_a_configuration_that_missed_the_hard_fold_is_not_better_for_it():
    effects, folds = np.array([0.8, 0.7, 0.6]), np.array([0.1, -0.02, -0.08])
    scores = effects[:, None] + folds
    scores[1, 2] = scores[2, 1:] = NAN
    found = average(scores, Folds(weights=[1, 1, 1]), guess=1e-3)
    # Only differences between configurations are certain.
    assert np.diff(found.means) == pytest.approx(np.diff(effects), abs=2e-3)


def test_agrees_with_penalised_least_squares_where_configurations_differ_widely():
    rng = np.random.default_rng(0)
    weights = np.array([1.0, 1.0, 1.0, 1.5, 1.5])
    scores = 100 * np.arange(6.0)[:, None] + rng.normal(size=(6, 5))
    scores[3:, 3:] = NAN
    found = average(scores, Folds(weights=weights), guess=1.0)
    rows, columns = np.nonzero(np.isfinite(scores))
    design = np.zeros((len(rows), 11))
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), 6 + columns] = 1
    root = np.sqrt(weights[columns])
    penalty = np.zeros((5, 11))  # how hard a fold is, by its standard deviation
    penalty[:, 6:] = np.diag(np.sqrt(weights)) * found.fold_std / found.shared_std
    solved = np.linalg.lstsq(
        np.vstack([design * root[:, None], penalty]),
        np.concatenate([scores[rows, columns] * root, np.zeros(5)]),
    )[0]
    assert np.diff(found.means) == pytest.approx(np.diff(solved[:6]), abs=0.02)
    assert found.likely == pytest.approx(found.means, abs=1e-4)


def test_of_the_same_rows_a_hard_fold_makes_the_others_easy():
    rng = np.random.default_rng(1)
    hard = np.array([0.3, 0.1, -0.4, 0.2, -0.1, -0.1])
    scores = rng.normal(0.5, 0.05, (20, 1)) + hard + rng.normal(0, 1e-3, (20, 6))
    scores[3:, 3:] = NAN  # three were raced on another division
    same = Folds(weights=[1] * 6, divisions=[0, 0, 0, 1, 1, 1], n_each=3)
    found = average(scores, same, guess=1e-3)
    assert found.folds == pytest.approx(hard, abs=0.02)
    # The level of all rows is known as well as three folds tell it, not six; how folds
    # differ is known from four or five of them, and three of the guess.
    assert found.level_std == pytest.approx(found.shared_std / 3**0.5 * (7 / 5) ** 0.5)
    apart = average(scores, Folds(weights=[1] * 6), guess=1e-3)
    assert apart.level_std == pytest.approx(apart.shared_std / 6**0.5 * (8 / 6) ** 0.5)


def test_the_best_of_many_that_are_alike_falls_back_and_one_that_stands_out_does_not():
    rng = np.random.default_rng(2)
    errors = []
    for _ in range(50):
        worth = np.concatenate([rng.normal(0.8, 0.002, 30), [0.6, 0.5]])
        scores = worth[:, None] + rng.normal(0, 0.02, (32, 3))
        found = average(scores, Folds(weights=[1] * 3), guess=0.02)
        best = int(found.likely.argmax())
        errors.append([found.means[best] - worth[best], found.likely[best] - worth[best]])
        assert found.likely[30:] == pytest.approx(found.means[30:], abs=0.02)
    of_means, of_likely = np.mean(errors, axis=0)
    assert of_means > 0.015
    assert abs(of_likely) < 0.4 * of_means


def test_who_goes_on_after_a_lucky_fold_is_not_taken_to_have_met_harder_ones():
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(100):
        worth, hard = rng.normal(0, 0.01, 15), rng.normal(0, 0.01, 9)
        full = worth[:, None] + hard + rng.normal(0, 0.01, (15, 9))
        lucky = np.argsort(-full[:, 0])[:5]
        scores = np.full_like(full, NAN)
        scores[:, 0], scores[lucky] = full[:, 0], full[lucky]
        found = average(scores, Folds(weights=[1.0] * 9), guess=0.01)
        others = np.setdiff1d(np.arange(15), lucky)
        gap = found.likely[lucky].mean() - found.likely[others].mean()
        errors.append(gap - worth[lucky].mean() + worth[others].mean())
    # With folds taken as they come it is .012.
    assert abs(np.mean(errors)) < 0.003


def test_more_and_weightier_folds_mean_smaller_errors():
    scores = np.array([[0.9, 0.8, 0.7, 0.8], [0.6, 0.7, NAN, NAN], [0.6, 0.7, 0.5, NAN]])
    stds = average(scores, Folds(weights=[1, 1, 1, 2]), guess=0.01).stds
    assert stds[0] < stds[2] < stds[1]
    assert stds[1] / stds[0] == pytest.approx((5 / 2) ** 0.5)


def test_noise_is_found_and_the_guess_counts_while_little_is_known():
    rng = np.random.default_rng(0)
    scores = rng.normal(scale=0.05, size=(200, 6)) + rng.normal(size=(200, 1))
    assert average(scores, Folds(weights=[1] * 6), guess=0.1).fold_std == pytest.approx(
        0.05, rel=0.1
    )
    assert average(np.array([[0.5]]), Folds(weights=[1]), guess=0.03).fold_std == pytest.approx(
        0.03, rel=0.1
    )


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 10**6))
def test_means_move_with_the_scores(n_configs, n_folds, seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n_configs, n_folds))
    one, other = (
        average(scores + shift, Folds(weights=[1] * n_folds), guess=0.1) for shift in (0, 3.0)
    )
    assert other.means == pytest.approx(one.means + 3.0)
    assert other.stds == pytest.approx(one.stds)


def test_one_wild_fold_does_not_hide_what_the_others_say():
    rng = np.random.default_rng(0)
    scores = rng.normal([[0.8], [0.7], [0.6]], 0.01, (3, 3))
    scores[2, 1] = -1e30
    bounds = {"ideal": 1.0, "n_scored": 100}
    found = average_scores(scores, Folds(weights=[1, 1, 1]), lowest=-np.inf, **bounds)
    assert found.means.argmax() == 0
    assert found.means[:2] == pytest.approx([0.8, 0.7], abs=1.0)
    assert found.fold_std < 2.0
    # Scores with a worst one are not touched.
    scores[2, 1] = 0.0
    found = average_scores(scores, Folds(weights=[1, 1, 1]), lowest=0.0, **bounds)
    assert found.means == pytest.approx(scores.mean(axis=1))


def test_no_score_is_better_than_the_best_there_can_be():
    # The last missed the hard fold, and was perfect on the others.
    scores = np.array([[0.9, 0.95, 0.2], [1.0, 1.0, NAN]])
    found = average_scores(
        scores, Folds(weights=[1, 1, 1]), ideal=1.0, lowest=0.0, n_scored=1000
    )
    assert found.means.max() <= 1.0
