"""Prior, policy and process over architectures; tests of `encoding`, `prior`, `effects`,
`reinforce` and `edit_gp`.

Also of: architectures.edit_gp, architectures.effects, architectures.encoding,
architectures.policies.policy, architectures.prior, architectures.policies.reinforce.
"""

import itertools

import numpy as np
import pandas as pd
import pytest
from tests.unit.architectures.cells import OPERATIONS, cells

from warmstart.architectures.edit_gp import EditGP
from warmstart.architectures.effects import choice_effects
from warmstart.architectures.encoding import Choices, choices_of
from warmstart.architectures.policies.ppo import PPO
from warmstart.architectures.policies.reinforce import Reinforce
from warmstart.architectures.prior import ArchitecturePrior
from warmstart.architectures.trees.tree_search import TreeSearch
from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.recommend.acquisition.next_point import ByAcquisition


class TestChoices:
    def test_edit_distance_is_that_of_the_words(self):
        table = cells()
        choices, rows = choices_of(table), table.configurations.to_numpy()
        for one in (0, 17, 80):
            by_hand = [(row != rows[one]).sum() for row in rows]
            assert choices.distances(one).tolist() == by_hand

    def test_one_hot_rows_say_the_same(self):
        choices = choices_of(cells())
        hot = choices.one_hot()
        assert hot.sum(axis=1).tolist() == [4.0] * 81
        apart = ((hot - hot[5]) ** 2).sum(axis=1) / 2
        assert apart.tolist() == choices.distances(5).tolist()

    def test_what_is_missing_is_a_choice(self):
        found = Choices.of(pd.DataFrame({"a": ["x", None]}))
        assert found.options == (("none", "x"),)

    def test_a_name_alone_is_its_own_choice(self):
        table = cells()
        bare = ScoreTable(
            scores=table.scores,
            task_ids=table.task_ids,
            configuration_ids=table.configuration_ids,
            families=table.families,
        )
        found = choices_of(bare)
        assert found.places == ("configuration",)
        assert found.codes[:, 0].tolist() == list(range(81))


class TestPrior:
    def test_log_odds_by_hand(self):
        table = cells(n_tasks=1, n_edges=2)
        prior = ArchitecturePrior(top_share=3 / 9, smoothing=1.0).fit(table)
        best = np.argsort(-table.scores[0])[:3]
        words = table.configurations.iloc[best]["edge_0"].tolist()
        by_hand = [
            np.log((words.count(op) + 1) / (3 + 3)) - np.log((3 + 1) / (9 + 3))
            for op in OPERATIONS
        ]
        assert prior.logits()[0] == pytest.approx(by_hand)

    def test_first_are_those_best_elsewhere(self):
        table = cells()
        first = ArchitecturePrior().fit(table).first(1)
        assert set(table.configurations.iloc[first[0]]) == {"conv"}

    def test_weights_follow_agreement(self):
        table = cells(flipped=(3,))
        prior = ArchitecturePrior().fit(table)
        assert prior.weights() == pytest.approx([0.25] * 4)
        seen = {k: float(table.scores[3, k]) for k in range(0, 81, 9)}
        assert prior.weights(seen)[3] > 0.7
        assert prior.weights(dict(enumerate(table.scores[3])))[3] > 0.99
        assert prior.weights(dict(itertools.islice(seen.items(), 4))) == pytest.approx(
            [0.25] * 4
        )

    def test_what_nobody_tried_is_the_sum_of_its_choices(self):
        table = cells()
        gone = np.array([5, 23, 41, 60])
        table.scores[:, gone] = np.nan
        prior = ArchitecturePrior().fit(table)
        whole = ArchitecturePrior().fit(cells())
        assert prior.expected()[gone] == pytest.approx(whole.expected()[gone], abs=0.1)

    def test_bad_settings(self):
        with pytest.raises(ArgumentError, match="share above 0, got 0"):
            ArchitecturePrior(top_share=0)
        with pytest.raises(ArgumentError, match="smoothing must be positive, got 0"):
            ArchitecturePrior(smoothing=0)
        with pytest.raises(NotFittedError, match="fit the architecture prior"):
            ArchitecturePrior().logits()


def test_effects_of_choices():
    found = choice_effects(cells())
    for place in ("edge_0", "edge_3"):
        assert found.loc[place].index[0] == "conv"
        assert found.loc[(place, "conv"), "best_on"] == 4
        assert (found.loc[place]["error"] < 0.02).all()
    assert found["effect"].groupby(level="place").sum().abs().max() < 0.05


def started(model):
    """A state that names architectures, also of a model that only believes."""
    state = model.start()
    return ByAcquisition(state, "ei") if getattr(model, "gives_belief", False) else state


def follow(model, n, seed=0, **more):
    """Best score after each evaluation on the last dataset, which the model does not know."""
    table = cells(n_tasks=5, **more)
    state = started(model.fit(table.take(range(4)), random_state=seed))
    best, found = -np.inf, []
    for _ in range(n):
        k = state.next()
        state.tell(k, table.scores[4, k])
        best = max(best, table.scores[4, k])
        found.append(table.scores[4].max() - best)
    return np.array(found)


@pytest.mark.parametrize("kind", [Reinforce, PPO, TreeSearch, EditGP])
def test_a_warm_start_is_ahead(kind):
    warm, cold = (
        np.mean([follow(kind(warm=w), 8, seed) for seed in range(8)], axis=0)
        for w in (True, False)
    )
    assert warm[4] < cold[4] / 2


@pytest.mark.parametrize("kind", [Reinforce, PPO, TreeSearch, EditGP])
def test_a_wrong_prior_is_overcome(kind):
    found = np.mean([follow(kind(), 70, seed, flipped=(4,)) for seed in range(4)], axis=0)
    assert found[-1] < 0.05


def test_a_step_of_the_policy_by_hand():
    model = Reinforce(learning_rate=0.5, warm=False)
    state = model.fit(cells(n_edges=1)).start()
    state.tell(0, 0.2)  # the first reward is the baseline
    state.tell(2, 0.6)
    gain = (0.6 - 0.2) / np.std([0.2, 0.6])
    expected = 0.5 * gain * (np.array([0.0, 0.0, 1.0]) - 1 / 3)
    assert state.distribution.logits[0] == pytest.approx(expected)


def test_the_process_against_a_dense_computation():
    table = cells(n_edges=2)
    state = EditGP(warm=False, length=2.0).fit(table).start()
    told = [0, 4, 7]
    for k in told:
        state.tell(k, table.scores[0, k])
    means, stds, weights = state.marginals()
    assert weights.tolist() == [1.0]
    mean, std = -means[0], stds[0]
    assert state.incumbent() == -table.scores[0, told].max()
    assert state.mean() == pytest.approx(np.minimum(mean, state.ideal))
    rows = table.configurations.to_numpy()
    kernel = np.exp(-(rows[:, None] != rows[None]).sum(axis=2) / 2.0)
    y = table.scores[0, told]
    gram = kernel[np.ix_(told, told)] + 1e-3 * np.eye(3)
    across = kernel[:, told] @ np.linalg.inv(gram)
    assert mean == pytest.approx(y.mean() + across @ (y - y.mean()))
    variance = 1 - (across * kernel[:, told]).sum(axis=1)
    assert std == pytest.approx(np.std(y - y.mean()) * np.sqrt(variance), abs=1e-9)


def test_the_process_before_anything_is_told():
    table = cells()
    known = table.take(range(3))
    warm = EditGP().fit(known).start()
    assert np.corrcoef(warm.mean(), table.scores[3])[0, 1] > 0.9
    assert warm.incumbent() == np.inf
    assert warm.mean()[warm.design[0]] == pytest.approx(table.scores[:3].max(axis=1).mean())
    cold = EditGP(warm=False).fit(known).start()
    assert np.ptp(cold.mean()) == 0.0
    low, high = cold.interval()
    assert (low < cold.mean()).all()
    assert (cold.mean() < high).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Reinforce(learning_rate=0), "learning_rate must be positive"),
        (lambda: Reinforce(decay=1.0), "below 1, got 1"),
        (lambda: EditGP(n_initial=0), "at least 1, got 0"),
        (lambda: EditGP(length=-1), "length must be positive, got -1"),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()
