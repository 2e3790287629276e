"""Ask and tell on a small base with structure that can be learnt.

Also of: recommend.ask_tell.
"""

import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

import warmstart
from warmstart.errors import HistoryError, KnowledgeError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.question.arguments import ACQUISITIONS
from warmstart.recommend.search import Search

N_TASKS, N_CONFIGS = 40, 24


def responses(rng, n_tasks=N_TASKS):
    """Scores that fall off around an optimum which differs from task to task."""
    best = rng.uniform(size=(n_tasks, 1))
    at = np.linspace(0, 1, N_CONFIGS)[None, :]
    return 0.9 - 0.6 * np.abs(at - best) + 0.01 * rng.standard_normal(
        (n_tasks, N_CONFIGS)
    ), best


@pytest.fixture(scope="module")
def base():
    scores, best = responses(np.random.default_rng(0))
    names = [f"c{k:02d}" for k in range(N_CONFIGS)]
    return MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=names),
        costs=pd.DataFrame(np.tile(np.linspace(1, 10, N_CONFIGS), (N_TASKS, 1)), columns=names),
        metafeatures=pd.DataFrame({"where": best[:, 0], "noise": np.arange(N_TASKS) % 7}),
        configurations=pd.DataFrame({"x": np.linspace(0, 1, N_CONFIGS)}, index=names),
    )


@pytest.fixture(scope="module")
def recommender(base):
    return warmstart.Recommender().fit(base)


@pytest.fixture
def truth():
    scores, best = responses(np.random.default_rng(99), n_tasks=1)
    names = [f"c{k:02d}" for k in range(N_CONFIGS)]
    return dict(zip(names, scores[0], strict=True)), float(best[0, 0])


@pytest.mark.parametrize("acquisition", ACQUISITIONS)
def test_finds_the_best_configuration_soon(recommender, truth, acquisition):
    scores, _ = truth
    search = recommender.search(n_initial=2, acquisition=acquisition)
    for _ in range(10):
        suggestion = search.ask()
        search.tell(suggestion, scores[suggestion.configuration_id])
    assert max(scores.values()) - search.best.score < 0.03


def test_metafeatures_help_the_first_pick(recommender, truth):
    scores, where = truth
    informed = recommender.search(metafeatures={"where": where, "noise": 3.0}).ask()
    assert max(scores.values()) - scores[informed.configuration_id] < 0.15


def test_asks_no_configuration_twice(recommender):
    search = recommender.search()
    asked = [s.configuration_id for s in search.ask(5)]
    search.tell(asked[0], 0.5)
    asked += [search.ask().configuration_id for _ in range(N_CONFIGS - 5)]
    assert len(set(asked)) == N_CONFIGS
    with pytest.raises(KnowledgeError, match="all 24 configurations"):
        search.ask()


def test_results_can_be_told_by_suggestion_values_or_id(recommender):
    search = recommender.search()
    suggestion = search.ask()
    search.tell(suggestion, 0.6)
    search.tell(suggestion.configuration, 0.8)
    search.tell(suggestion.configuration_id, 0.7, cost_s=2.0)
    assert search.best.configuration_id == suggestion.configuration_id
    assert search.best.score == pytest.approx(0.7)
    assert len(search.history) == 3


def test_a_point_the_base_never_saw_teaches_its_neighbourhood(recommender):
    search = recommender.search()
    before = {s.configuration_id: s.score for s in search.ask(N_CONFIGS)}
    search.tell({"x": 0.513}, 0.899)
    search.engine.pending.clear()
    after = {s.configuration_id: s.score for s in search.ask(N_CONFIGS)}
    gain = {name: after[name] - before[name] for name in before}
    assert gain["c12"] > 0.0
    assert gain["c12"] > gain["c00"]


def test_a_failure_lowers_belief_and_is_no_score(recommender):
    search = recommender.search()
    first = search.ask()
    search.tell(first, status="failed")
    assert search.best is None
    assert math.isnan(search.history[0].score)
    belief = search.engine.belief.now()
    index = search.engine.pool.index(first.configuration_id)
    assert belief.score_quantiles([0.5])[0, index] < first.score
    assert search.ask().configuration_id != first.configuration_id


@pytest.mark.parametrize("score", [None, math.nan, math.inf, -math.inf])
def test_a_score_must_be_a_finite_number(recommender, score):
    search = recommender.search()
    suggestion = search.ask()
    with pytest.raises(HistoryError, match=rf"{suggestion.configuration_id} must be a finite"):
        search.tell(suggestion, score)
    assert search.history == ()


def test_a_cost_must_be_a_duration(recommender):
    search = recommender.search()
    with pytest.raises(HistoryError, match="duration in seconds, got -1"):
        search.tell(search.ask(), 0.5, cost_s=-1.0)


def test_an_unknown_id_is_refused(recommender):
    with pytest.raises(HistoryError, match="'nope' is unknown"):
        recommender.search().tell("nope", 0.5)


def test_own_candidates_are_all_that_is_asked(recommender):
    pool = pd.DataFrame({"x": [0.05, 0.33, 0.77]}, index=["a", "b", "c"])
    search = recommender.search(candidates=pool)
    asked = search.ask(3)
    assert {s.configuration_id for s in asked} == {"a", "b", "c"}
    assert {s.configuration["x"] for s in asked} == {0.05, 0.33, 0.77}
    search.tell("b", 0.9)
    assert search.best.configuration == {"x": 0.33}


def test_a_time_budget_is_not_exceeded(recommender):
    search = recommender.search(time_budget_s=12.0)
    spent = 0.0
    while search.engine.open(search.engine.seconds_left()).any():
        suggestion = search.ask()
        spent += suggestion.cost_s
        search.tell(suggestion, 0.5, cost_s=suggestion.cost_s)
    with pytest.raises(KnowledgeError, match="left of the time budget"):
        search.ask()
    assert 0 < spent <= 12.0


def test_a_time_budget_turns_the_first_batch_into_the_best_that_fits(recommender):
    """Costs rise from 1 to 10 s: the configurations must share 8 s."""
    free, within = (
        recommender.search(n_initial=3, time_budget_s=budget).ask(3) for budget in (None, 8.0)
    )
    assert sum(s.cost_s for s in free) > 8.0
    assert sum(s.cost_s for s in within) <= 8.0
    assert len({s.configuration_id for s in within}) == len(within) >= 2


def test_told_twice_averages(recommender):
    twice, once = recommender.search(), recommender.search()
    first = twice.ask()
    for score in (0.5, 0.7):
        twice.tell(first, score)
    once.tell(first, 0.6)
    assert twice.best.score == pytest.approx(0.6)
    assert len(twice.history) == 2
    assert twice.ask().configuration_id == once.ask().configuration_id


def test_run_tells_its_progress(recommender, truth):
    scores, _ = truth
    done = []
    recommender.search().run(
        lambda s: scores[s.configuration_id], 3, progress=lambda k, n: done.append((k, n))
    )
    assert done == [(1, 3), (2, 3), (3, 3)]


def test_json_resumes_exactly(recommender, truth):
    scores, _ = truth
    search = recommender.search(n_initial=3, acquisition="thompson")
    for k in range(6):
        suggestion = search.ask()
        if k != 4:  # one stays pending
            search.tell(suggestion, scores[suggestion.configuration_id], cost_s=1.0)
    search.tell({"x": 0.2, "y": "new"}, 0.4)
    text = search.to_json()
    again = Search.from_json(text, recommender)
    assert again.to_json() == text
    assert again.best == search.best
    assert [again.ask() for _ in range(4)] == [search.ask() for _ in range(4)]


def test_other_json_is_refused(recommender):
    with pytest.raises(ValueError, match="not the JSON of a search"):
        Search.from_json(json.dumps({"warmstart_search": 99}), recommender)


def test_run_drives_an_objective_and_survives_its_failures(recommender, truth, caplog):
    scores, _ = truth
    seen = []

    def objective(suggestion):
        if len(seen) == 1:
            seen.append(None)
            raise RuntimeError("out of luck")
        seen.append(suggestion.configuration_id)
        return scores[suggestion.configuration_id]

    best = recommender.search().run(objective, 5, callback=lambda s, r: None)
    assert best.score == max(scores[name] for name in seen if name)
    assert "out of luck" in caplog.text


def test_bad_arguments_are_named(recommender):
    with pytest.raises(ValueError, match="acquisition must be one of"):
        recommender.search(acquisition="best")
    with pytest.raises(ValueError, match="n_initial must be a whole number of at least 1"):
        recommender.search(n_initial=0)
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, got 0"):
        recommender.search().ask(0)


def test_a_hostile_base_costs_no_more_than_random_search():
    """Labels shuffled: what the base says of configurations has nothing to do with the task."""
    names = [f"c{k:02d}" for k in range(N_CONFIGS)]
    features = pd.DataFrame({"x": np.linspace(0, 1, N_CONFIGS)}, index=names)
    needed, at_random = [], []
    for base_seed in range(4):
        rng = np.random.default_rng(base_seed)
        shuffled = np.array([rng.permutation(row) for row in responses(rng)[0]])
        hostile = MetaDataset.from_matrix(
            pd.DataFrame(shuffled, columns=names), configurations=features
        )
        recommender = warmstart.Recommender().fit(hostile)
        for seed in range(10):
            truth = responses(np.random.default_rng(1000 + seed), n_tasks=1)[0][0]
            good = truth.max() - 0.1 * (truth.max() - truth.min())
            search = recommender.search(random_state=seed)
            while search.best is None or search.best.score < good:
                suggestion = search.ask()
                search.tell(suggestion, truth[names.index(suggestion.configuration_id)])
            needed.append(len(search.history))
            # Drawing without replacement needs (n + 1) / (n_good + 1) tries on average.
            at_random.append((N_CONFIGS + 1) / ((truth >= good).sum() + 1))
    assert np.mean(needed) <= 1.1 * np.mean(at_random)


def test_what_others_try_and_what_is_closed_is_not_asked(recommender):
    search = recommender.search()
    first = search.ask().configuration_id
    other = recommender.search()
    assert other.ask().configuration_id == first
    other = recommender.search()
    other.reserve(first)
    other.reserve(first)
    other.close("c03")
    asked = [one.configuration_id for one in other.ask(N_CONFIGS - 2)]
    assert not {first, "c03"} & set(asked)
    with pytest.raises(KnowledgeError, match="have been asked"):
        Search.from_json(other.to_json(), recommender).ask()
    with pytest.raises(HistoryError, match="'c99' is unknown"):
        other.reserve("c99")


def test_a_pruned_configuration_is_taken_for_middling_and_a_failed_one_for_bad(recommender):
    def mean_after(status):
        search = recommender.search()
        for name, score in [("c10", 0.8), ("c02", 0.5), ("c20", 0.5)]:
            search.tell(name, score)
        if status:
            search.tell("c12", status=status)
        expected = {one.configuration_id: one.score for one in search.ask(N_CONFIGS - 4)}
        return np.mean([expected[name] for name in ("c11", "c13")])

    assert mean_after("failed") < mean_after("pruned") < mean_after(None)


def test_nothing_is_learnt_from_pruning_before_any_score(recommender):
    search, other = recommender.search(), recommender.search()
    search.tell("c12", status="pruned")
    other.close("c12")
    assert search.ask(5) == other.ask(5)


def test_configurations_of_no_pool_are_asked_where_they_are_offered(recommender):
    """The best lies between two of the base's."""
    search = recommender.search(n_initial=2)
    search.tell({"x": 0.3}, 0.5)
    for _ in range(12):
        also = [{"x": float(x)} for x in np.random.default_rng(0).uniform(size=50)]
        one = search.ask(also=also)
        x = one.configuration["x"]
        search.tell(one, 0.97 - abs(x - 0.7001))
    new = [r for r in search.history[1:] if r.configuration not in search.question.pool]
    assert new
    assert len({r.configuration_id for r in search.history}) == len(search.history)
    assert abs(search.best.configuration["x"] - 0.7001) < 0.5 / N_CONFIGS


def test_what_is_offered_is_not_asked_before_a_score(recommender):
    search = recommender.search(n_initial=2)
    assert search.ask(also=[{"x": 0.5}]).configuration in search.question.pool


def test_a_pool_that_is_used_up_is_gone_beyond(recommender):
    pool = pd.DataFrame({"x": [0.1, 0.9]}, index=["a", "b"])
    search = recommender.search(candidates=pool)
    for score in (0.6, 0.7):
        search.tell(search.ask(), score)
    assert search.takes_new
    assert search.ask(also=[{"x": 0.4}]).configuration == {"x": 0.4}
    with pytest.raises(KnowledgeError, match="all 2 configurations"):
        search.ask(also=[{"x": 0.1}])


def test_nothing_new_is_asked_within_a_time_budget(recommender):
    assert not recommender.search(time_budget_s=9.0).takes_new


def test_what_was_asked_beyond_the_pool_is_resumed(recommender):
    search = recommender.search(n_initial=1)
    search.tell(search.ask(), 0.5)
    also = [{"x": 0.123}, {"x": 0.456}]
    for name in search.question.pool_ids:
        search.close(name)
    asked = search.ask(also=also)
    again = Search.from_json(search.to_json(), recommender)
    again.tell(asked, 0.6)
    search.tell(asked, 0.6)
    assert again.ask(also=also).configuration == search.ask(also=also).configuration


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"num_leaves": 20}, r"'num_leaves' \(is 'lightgbm:num_leaves' meant\?\)"),
        ({"lightgbm:num_leavs": 20}, r"'lightgbm:num_leavs' \(is 'lightgbm:num_leaves' meant"),
        ({"encoding": "onehot"}, r"encoding='onehot' \(is 'one_hot' meant\?\)"),
        ({"nonsense": 1}, r"has 'nonsense': told, it is of no use"),
    ],
)
def test_what_no_known_configuration_has_is_named(told: dict[str, Any], said: str) -> None:
    search = warmstart.search(load_iris(as_frame=True))
    for score in (0.8, 0.9):
        search.tell({"learner": "lightgbm", **told}, score)
    search.tell({"learner": "lightgbm", "lightgbm:num_leaves": 21}, 0.9)  # numbers may be new
    (note,) = search.warnings
    assert re.search(said, note)
