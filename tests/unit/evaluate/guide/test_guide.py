"""Defaults, ranges and importances against what was put into made-up scores.

Also of: evaluate.guide.defaults, evaluate.guide.good_ranges, evaluate.guide.importance,
evaluate.guide.learner_guide, evaluate.guide.learner_scores.
"""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import warmstart
from warmstart.errors import ArgumentError
from warmstart.evaluate.guide.defaults import best_defaults
from warmstart.evaluate.guide.good_ranges import good_per_family, good_ranges, tightest
from warmstart.evaluate.guide.importance import importances
from warmstart.evaluate.guide.learner_guide import learner_guides
from warmstart.evaluate.guide.learner_scores import (
    LearnerScores,
    over_families,
    scores_by_learner,
)


def made_up(scores, configurations, families=None, learner="ridge"):
    scores = np.asarray(scores, float)
    families = np.arange(len(scores)) if families is None else families
    best, worst = scores.max(axis=1, keepdims=True), scores.min(axis=1, keepdims=True)
    spread = np.where(best > worst, best - worst, 1.0)
    return LearnerScores(
        learner=learner,
        task_type="regression",
        metric="r2",
        regret=(best - scores) / spread,
        loss=best - scores,
        in_target_stds=False,
        families=np.asarray(families, object),
        configuration_ids=tuple(range(scores.shape[1])),
        configurations=tuple(configurations),
    )


def alpha_matters(n_tasks=40, n_configs=30, seed=0):
    """Scores that fall off from alpha = 1 on a log scale; beta does nothing."""
    rng = np.random.default_rng(seed)
    alpha = np.exp(rng.uniform(np.log(1e-3), np.log(1e3), n_configs))
    beta = rng.uniform(size=n_configs)
    scores = -(np.log10(alpha) ** 2) + 0.02 * rng.normal(size=(n_tasks, n_configs))
    values = [{"alpha": float(a), "beta": float(b)} for a, b in zip(alpha, beta, strict=True)]
    return made_up(scores, values)


class TestDefaults:
    def test_the_list_is_the_best_there_is_where_greedy_is(self):
        rng = np.random.default_rng(1)
        scores = made_up(rng.uniform(size=(30, 8)), [{}] * 8)
        single, three, five = best_defaults(scores)
        assert scores.regret.mean(axis=0).argmin() == single.configuration_ids[0]
        assert three.configuration_ids[0] == single.configuration_ids[0]
        assert five.configuration_ids[:3] == three.configuration_ids
        seconds = scores.regret[:, [single.configuration_ids[0]]]
        alone = np.minimum(seconds, scores.regret).mean(axis=0)
        assert alone.argmin() == three.configuration_ids[1]

    def test_what_is_told_is_of_families_left_out(self):
        # With as many folds as families, leave-one-out can be written down.
        rng = np.random.default_rng(2)
        scores = made_up(rng.uniform(size=(12, 4)), [{}] * 4)
        single, *_ = best_defaults(scores)
        left_out = []
        for task in range(12):
            others = np.delete(np.arange(12), task)
            chosen = scores.regret[others].mean(axis=0).argmin()
            left_out.append(scores.regret[task, chosen])
        assert single.regret.mean == pytest.approx(np.mean(left_out))
        assert single.regret.std_error == pytest.approx(np.std(left_out, ddof=1) / 12**0.5)

    def test_a_family_counts_once(self):
        # Nine copies of one dataset like configuration 1, two others like 0.
        scores = np.array([[0.0, 1.0, 0.5]] * 9 + [[1.0, 0.0, 0.5]] * 2)
        found = best_defaults(made_up(scores, [{}] * 3, ["copies"] * 9 + ["a", "b"]))
        assert found[0].configuration_ids == (0,)

    def test_one_that_is_always_best_is_stable_and_loses_nothing(self):
        scores = np.tile([0.1, 0.9, 0.5], (20, 1))
        found = best_defaults(made_up(scores, [{}] * 3))
        assert len(found) == 1
        assert found[0].regret == (0.0, 0.0)
        assert found[0].stability == 1.0

    def test_too_little(self):
        with pytest.raises(ArgumentError, match="got 1 and 2"):
            best_defaults(made_up([[0.1, 0.2]], [{}] * 2))


class TestRanges:
    def test_hold_what_is_good_and_rule_out_the_rest(self):
        found = {one.hyperparameter: one for one in good_ranges(alpha_matters())}
        alpha = found["alpha"]
        assert alpha.range.log
        assert 0.1 < alpha.range.low <= 1.5
        assert 0.6 <= alpha.range.high < 10
        assert alpha.share_tried < 0.4
        assert alpha.held_out.mean > 0.85
        low, high = alpha.low, alpha.high
        assert low[0] <= alpha.range.low <= low[1]
        assert high[0] <= alpha.range.high <= high[1]

    def test_choices_keep_the_good_value(self):
        values = [{"weights": w} for w in ("uniform", "distance") * 10]
        scores = np.array([[0.0, 1.0] * 10] * 8) + np.linspace(0, 0.01, 20)
        (found,) = good_ranges(made_up(scores, values))
        assert found.range.choices == ("distance",)
        assert found.low is None
        assert found.share_tried == 0.5

    @given(
        st.lists(st.sampled_from([1, 2, 3, 5, 8, 13]), min_size=1, max_size=9),
        st.integers(0, 2**31),
        st.sampled_from([0.5, 0.9, 1.0]),
    )
    def test_tightest_against_every_interval(self, values, seed, share):
        weights = np.random.default_rng(seed).dirichlet(np.ones(len(values)))
        found = tightest(values, weights, share)
        array = np.array(values)
        sizes = [
            inside.sum()
            for low, high in itertools.combinations_with_replacement(sorted(set(values)), 2)
            if weights[inside := (array >= low) & (array <= high)].sum() >= share - 1e-9
        ]
        held = (array >= found.low) & (array <= found.high)
        assert weights[held].sum() >= share - 1e-9
        assert held.sum() == min(sizes)
        assert found.integer

    def test_good_ones_are_a_tenth_of_those_tried(self):
        scores = made_up(np.arange(40.0)[None] + np.zeros((2, 1)), [{}] * 40)
        good = good_per_family(scores)
        assert np.allclose(good.sum(axis=1), 1)
        assert (good > 0).sum(axis=1).tolist() == [4, 4]

    @pytest.mark.parametrize("share", [0, 1.1, -1])
    def test_no_share(self, share):
        with pytest.raises(ArgumentError, match=f"got {share}"):
            good_ranges(alpha_matters(5, 5), share)


class TestImportance:
    def test_finds_what_matters(self):
        found = importances(alpha_matters())
        first, second = found.shares
        assert (first.hyperparameter, second.hyperparameter) == ("alpha", "beta")
        assert first.share.mean > 0.8 > 0.1 > second.share.mean
        assert found.explained.mean > 0.5

    def test_of_noise_nothing_is_explained(self):
        rng = np.random.default_rng(3)
        values = [{"a": float(v)} for v in rng.uniform(size=20)]
        found = importances(made_up(rng.normal(size=(60, 20)), values))
        assert found.explained.mean < 0.1

    def test_total_effect_against_the_closed_form(self):
        # y = a + b + 2ab over independent signs: variances 1, 1 and 4, each total 5/6.
        signs = list(itertools.product([-1.0, 1.0], repeat=2)) * 8
        values = [{"a": a, "b": b} for a, b in signs]
        y = np.array([a + b + 2 * a * b for a, b in signs])
        found = importances(made_up(np.tile(y, (4, 1)), values))
        for one in found.shares:
            assert one.share.mean == pytest.approx(5 / 6, abs=0.12)

    def test_too_few(self):
        with pytest.raises(ArgumentError, match="at least 10 configurations of ridge, got 5"):
            importances(alpha_matters(5, 5))


def test_over_families_of_nothing():
    assert all(map(math.isnan, over_families(np.array([np.nan]))))


def test_a_base_of_ones_own():
    rng = np.random.default_rng(0)
    runs = pd.DataFrame(
        {
            "task": np.repeat([f"t{k}" for k in range(6)], 12),
            "lr": np.tile(np.exp(rng.uniform(-6, 0, 12)), 6),
            "score": rng.uniform(size=72),
        }
    )
    md = warmstart.MetaDataset.from_evaluations(
        runs, task="task", score="score", parameters=["lr"]
    )
    (guide,) = learner_guides(md)
    assert guide.n_families == 6
    assert guide.ranges[0].hyperparameter == "lr"
    assert guide.importance is not None
    again = list(learner_guides(md))
    assert again[0].defaults == guide.defaults
    with pytest.raises(ArgumentError, match="'auc' is none of"):
        list(learner_guides(md, metrics=["auc"]))


def test_failures_are_worst_and_losses_unknown(tmp_path):
    scores = pd.DataFrame([[0.9, np.nan, 0.4], [0.8, 0.7, 0.1]] * 3, columns=list("abc"))
    md = warmstart.MetaDataset.from_matrix(scores)
    (found,) = scores_by_learner(md, md.metrics[0], str(md.tasks["task_type"].iloc[0]))
    assert found.regret[0].tolist() == [0.0, 1.0, 1.0]
    assert np.isnan(found.loss[0, 1])
