"""What a search is told, in every form it comes in."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

import warmstart
from warmstart.errors import HistoryError, HistoryWarning, KnowledgeError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.observations import STATUSES

NAMES = [f"c{k}" for k in range(6)]


def base(metric="accuracy", seed=0):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.uniform(0.5, 0.9, (15, 6)), columns=NAMES)
    return MetaDataset.from_matrix(
        scores if metric == "accuracy" else scores - 1,
        metric=metric,
        costs=scores,
        configurations=pd.DataFrame(
            {"depth": range(6), "rate": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]}, index=NAMES
        ),
    )


@pytest.fixture(scope="module")
def recommender():
    return warmstart.Recommender().fit(base())


@pytest.fixture
def search(recommender):
    return recommender.search()


@pytest.mark.parametrize("score", ["0.9", [0.8], np.array([0.8, 0.9]), 1j, pd.NA, "x"])
def test_a_score_of_another_type_is_refused_by_name(search, score):
    with pytest.raises(HistoryError, match="score of configuration c1 must be a finite number"):
        search.tell("c1", score)
    assert search.history == ()
    assert search.best is None


def test_scores_of_folds_are_to_be_averaged(search):
    with pytest.raises(HistoryError, match="tell the mean of its folds"):
        search.tell("c1", np.array([0.8, 0.9]))


@pytest.mark.parametrize("score", [np.float32(0.5), np.array(0.5), np.float64(0.5)])
def test_numbers_of_numpy_are_numbers(search, score):
    search.tell("c1", score, cost_s=np.float32(2))
    assert search.best.score == 0.5
    assert type(search.best.score) is float
    assert type(search.best.cost_s) is float


@pytest.mark.parametrize("cost_s", [-1, math.nan, math.inf, "3", [3.0]])
def test_a_cost_must_be_a_finite_duration(search, cost_s):
    with pytest.raises(HistoryError, match="cost_s of configuration c1 is a duration"):
        search.tell("c1", 0.5, cost_s=cost_s)


@pytest.mark.parametrize("status", ["crashed", "OK", "running", "", None])
def test_a_misspelt_status_does_not_lose_a_score(search, status):
    with pytest.raises(HistoryError, match="status of configuration c1 must be one of ok, fai"):
        search.tell("c1", 0.9, status=status)


@pytest.mark.parametrize("status", STATUSES[1:])
def test_every_way_to_fail_can_be_told(search, status):
    search.tell("c1", status=status)
    assert [r.status for r in search.history] == [status]


@pytest.mark.parametrize("missing", [math.nan, np.float64("nan"), pd.NA, pd.NaT])
def test_a_missing_value_is_a_hyperparameter_that_is_not_active(search, missing):
    search.tell({"depth": 2, "rate": 0.3, "other": missing}, 0.5)
    assert search.best.configuration_id == "c2"


def test_a_row_of_a_frame_is_its_configuration(search):
    frame = pd.DataFrame([s.configuration for s in search.ask(2)]).assign(never=np.nan)
    search.tell(frame.iloc[0].to_dict(), 0.5)
    search.tell(frame.iloc[1], 0.6)
    assert len({r.configuration_id for r in search.history} & set(NAMES)) == 2


@pytest.mark.parametrize("value", [math.inf, [1, 2], {"a": 1}])
def test_a_value_that_is_not_plain_is_refused_and_changes_nothing(search, value):
    with pytest.raises(HistoryError, match="the configuration told: 'depth'"):
        search.tell({"depth": value}, 0.5)
    search.tell({"depth": 2.5, "rate": 0.35}, 0.6)
    assert search.best.configuration == {"depth": 2.5, "rate": 0.35}


def test_what_is_neither_values_nor_an_id_is_refused(search):
    with pytest.raises(HistoryError, match="a mapping of its values or its id, got list"):
        search.tell([("depth", 2)], 0.5)


def test_new_configurations_of_numpy_values_go_to_json(recommender, search):
    search.tell({"depth": np.int64(9), "rate": np.float32(0.5), 3: True}, 0.6)
    again = warmstart.resume(search.to_json(), recommender)
    assert again.best == search.best
    assert again.best.configuration == {"depth": 9, "rate": 0.5, "3": True}
    assert again.ask() == search.ask()


def test_a_suggestion_from_elsewhere_is_told_by_its_values(recommender):
    pool = pd.DataFrame({"depth": [7.0], "rate": [0.5]}, index=["mine"])
    search, other = recommender.search(candidates=pool), recommender.search()
    known = other.ask()
    search.tell(known, 0.7)
    assert search.best.configuration_id == known.configuration_id
    other.tell(search.ask(), 0.8)
    assert other.best.configuration == {"depth": 7.0, "rate": 0.5}


@pytest.mark.parametrize(
    ("metric", "score", "remedy"),
    [("accuracy", 91, "tell a percentage as a fraction"), ("rmse", 0.5, "with a minus sign")],
)
def test_a_score_better_than_perfect_is_warned_of(metric, score, remedy):
    search = warmstart.Recommender().fit(base(metric)).search()
    with pytest.warns(HistoryWarning, match=f"c1 was told a score of {score}.*{remedy}"):
        search.tell("c1", score)
    assert remedy in search.warnings[-1]


def test_of_equal_candidates_the_one_asked_is_told(recommender):
    pool = pd.DataFrame({"depth": [1, 1, 1], "rate": [0.2, 0.2, 0.2]})
    search = recommender.search(candidates=pool)
    for _ in range(3):
        asked = search.ask()
        search.tell(asked.configuration, 0.7)
        assert search.history[-1].configuration_id == asked.configuration_id


@pytest.mark.parametrize(
    ("candidates", "match"),
    [
        (
            pd.DataFrame({"depth": [1, 2]}, index=[5, 5]),
            r"twice: 5; .*reset_index",
        ),
        (pd.DataFrame({"depth": []}), "candidates has no row"),
        (pd.DataFrame({"depth": [1, math.inf]}), "candidate 1: 'depth': .* must be finite"),
        (
            pd.DataFrame({"depth": [[1], [2]]}),
            "candidate 0: 'depth': .* values, got list",
        ),
        (pd.DataFrame({"depth": [1]}, index=[pd.Timestamp(0)]), "ids of candidates are text"),
        ("pool.csv", "candidates must be a frame .*, got str"),
    ],
)
def test_candidates_that_cannot_be_asked_are_refused(recommender, candidates, match):
    with pytest.raises(KnowledgeError, match=match):
        recommender.search(candidates=candidates)


def test_candidates_of_any_library(recommender):
    frame = pd.DataFrame({"depth": [7, 8], "rate": [0.3, None]})
    want = [{"depth": 7, "rate": 0.3}, {"depth": 8}]
    for candidates in (frame, pl.from_pandas(frame), frame.to_dict("records")):
        search = recommender.search(candidates=candidates)
        assert list(search.question.pool) == want
        assert search.question.pool_ids == (0, 1)


def test_numpy_arguments_go_to_json(recommender):
    search = recommender.search(
        n_initial=np.int64(2), time_budget_s=np.float32(60), random_state=np.int64(3)
    )
    again = warmstart.resume(search.to_json(), recommender)
    assert again.question == search.question
    assert again.ask() == search.ask()
    assert recommender.search(time_budget_s=math.inf).question.time_budget_s is None
    assert recommender.suggest(random_state=np.int64(3)).to_json()


@pytest.mark.parametrize("seed", [-1, 1.5, "a", 2**32, True, np.random.default_rng(0)])
def test_a_seed_that_no_library_takes_is_refused(recommender, seed):
    for ask in (recommender.suggest, recommender.search):
        with pytest.raises(ValueError, match="random_state must be a whole number from 0"):
            ask(random_state=seed)


@pytest.mark.parametrize("budget", [0, -1, math.nan, "60", True, 1j, [60]])
def test_a_budget_that_is_no_seconds_is_refused(recommender, budget):
    for ask in (recommender.suggest, recommender.search):
        with pytest.raises(ValueError, match="time_budget_s must be positive seconds"):
            ask(time_budget_s=budget)


@pytest.mark.parametrize("n", [0, -1, 2.0, "2", True])
def test_how_many_is_a_whole_number(search, n):
    with pytest.raises(ValueError, match="n must be a whole number"):
        search.ask(n)
    with pytest.raises(ValueError, match="n must be a whole number"):
        search.run(lambda _: 0.5, n)


def test_json_keeps_what_was_repaired(recommender):
    frame = pd.DataFrame({"a": [1.5, 2, 3, 4] * 5, "b": 1, "y": list("pqpq") * 5})
    search = recommender.search(frame, target="y")
    assert any("constant" in note for note in search.warnings)
    assert warmstart.resume(search.to_json(), recommender).warnings == search.warnings


def test_json_that_is_cut_is_refused(recommender):
    with pytest.raises(ValueError, match="incomplete: KeyError\\('question'\\)"):
        warmstart.resume('{"warmstart_search": 1}', recommender)


def test_another_base_is_told_apart(recommender):
    text = recommender.search().to_json()
    with pytest.warns(HistoryWarning, match="begun with another knowledge base"):
        again = warmstart.resume(text, warmstart.Recommender().fit(base(seed=1)))
    assert "another knowledge base" in again.warnings[-1]
    with pytest.raises(KnowledgeError, match="another knowledge base; pass that one"):
        warmstart.resume(text.replace('"metric": "accuracy"', '"metric": "nope"'), recommender)


def test_json_of_a_search_is_read_without_naming_the_embedded_base():
    search = warmstart.search(task_type="classification", space="naive_bayes")
    search.tell(search.ask(), 0.7)
    assert warmstart.Search.from_json(search.to_json()).ask() == search.ask()


def test_json_has_no_constants_of_its_own(search):
    search.tell("c1", status="failed")
    json.loads(search.to_json(), parse_constant=lambda name: pytest.fail(name))


def test_a_run_measures_what_it_tells(recommender):
    search = recommender.search()
    search.run(lambda _: 0.5, 2)
    assert all(result.cost_s >= 0 for result in search.history)


def test_a_run_ends_with_the_pool_and_says_so(recommender):
    search = recommender.search()
    assert search.run(lambda s: s.configuration["rate"], 20).configuration_id == "c5"
    assert "ended after 6 of 20 evaluations: all 6" in search.warnings[-1]
    with pytest.raises(KnowledgeError, match="all 6 configurations"):
        search.run(lambda _: 0.5, 1)


def test_a_run_without_a_success_says_why(search):
    with pytest.warns(HistoryWarning, match="Every evaluation .* ZeroDivisionError"):
        assert search.run(lambda _: 1 / 0, 3) is None


def test_what_is_no_metadataset_is_not_fitted():
    for wrong in ("meta/", pd.DataFrame()):
        with pytest.raises(TypeError, match=r"a MetaDataset is wanted.*MetaDataset\.open"):
            warmstart.Recommender().fit(wrong)


@pytest.mark.parametrize("status", [one for one in STATUSES if one != "ok"])
def test_a_score_with_a_failure_is_not_dropped_without_a_word(status):
    search = warmstart.search(knowledge=base(), metafeatures=None)
    with pytest.warns(HistoryWarning, match=f"a score told with status '{status}' is no score"):
        search.tell("c1", 0.7, status=status)
    assert math.isnan(search.history[0].score)
