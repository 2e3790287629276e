"""What a look changes in an answer, on real fits bounded by their number.

Also of: recommend.look.perform, recommend.look.result.
"""

import json

import numpy as np
import pandas as pd
import pytest
from tests.unit.recommend.toy import NEW, toy

from warmstart.domain import Configuration
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.base.cost import CostModel
from warmstart.recommend.look.result import Look, Measurement
from warmstart.recommend.recommender import Recommender
from warmstart.spaces.pipelines.learners import SPACE

pytestmark = pytest.mark.usefixtures("small_forests")

CHEAP = ["naive_bayes", "logistic_regression", "decision_tree", "lda"]


@pytest.fixture(scope="module")
def base(tiny_base):
    return Recommender.load(tiny_base)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=120), "b": rng.choice(list("xyz"), 120)})
    return frame.assign(y=np.where(frame["a"] + rng.normal(size=120) > 0, "yes", "no"))


@pytest.fixture(scope="module")
def looked(base, data):
    return base.suggest(data, target="y", n=3, space=CHEAP, look_n=4)


def test_the_first_is_measured_and_its_interval_narrower(base, data, looked):
    instant = base.suggest(data, target="y", n=3, space=CHEAP)
    assert instant.look is None
    assert np.isnan(instant[0].measured)
    first = looked[0]
    assert first.n_measured >= 3
    assert first.measured == looked.look.of(first.configuration_id).score
    assert first.score_low < first.score < first.score_high
    assert first.score_high - first.score_low < instant[0].score_high - instant[0].score_low


def test_regrets_are_those_after_the_look(base, data, looked):
    instant = base.suggest(data, target="y", n=3, space=CHEAP)
    assert all(0 <= one.p_best <= 1 and one.regret >= 0 for one in looked)
    assert looked.expected_regret(1) == pytest.approx(looked[0].regret)
    assert looked.expected_regret(3) <= looked.expected_regret(1)
    assert looked[0].regret < instant[0].regret


def test_every_suggestion_is_its_own(looked):
    assert len({one.configuration_id for one in looked}) == len(looked) == 3


def test_the_same_seed_gives_the_same_answer(base, data, looked):
    again = base.suggest(data, target="y", n=3, space=CHEAP, look_n=4)
    other = base.suggest(data, target="y", n=3, space=CHEAP, look_n=4, random_state=1)
    assert without_clock(again) == without_clock(looked)
    assert without_clock(other) != without_clock(looked)


def without_clock(suggestions):
    values = json.loads(suggestions.to_json())
    del values["look"]["seconds"]
    for one in values["look"]["measurements"]:
        del one["cost_s"]
    return values


def test_told_everywhere(looked):
    assert looked.look.summary() in looked.explain()
    assert "measured" in looked.explain()
    frame = looked.to_frame()
    assert frame["measured"].iloc[0] == looked[0].measured
    assert len(looked.look.to_frame()) == len(looked.look) == 4
    assert Suggestions.from_json(looked.to_json()).to_json() == looked.to_json()


def test_a_test_set_adds_what_its_rows_scatter(looked):
    look = looked.look
    assert look.scatter(400) == pytest.approx(look.row_std / 20)
    assert f"by another {look.scatter(500):.2g} around" in looked.explain()
    assert Look.from_dict(look.to_dict()).row_std == look.row_std
    values = look.to_dict()
    del values["row_std"]  # of a look before it was told
    assert np.isnan(Look.from_dict(values).scatter(10))
    with pytest.raises(ValueError, match="got 0"):
        look.scatter(0)


def test_files_from_before_there_were_looks_are_read(base, data):
    values = json.loads(base.suggest(data, target="y", n=1, space=CHEAP).to_json())
    del values["look"]
    assert Suggestions.from_json(json.dumps(values)).look is None


def test_within_seconds(base, data):
    found = base.suggest(data, target="y", n=2, space=CHEAP, look_s=0.5, n_jobs=2)
    assert found.look.seconds > 0
    assert len(found) == 2


def test_regression(base, data):
    numbers = data.assign(y=data["a"] + np.random.default_rng(1).normal(size=len(data)))
    found = base.suggest(numbers, target="y", n=2, metric="rmse", space="ridge", look_n=2)
    assert found.look.metric == "rmse"
    assert found[0].measured < 0


def test_a_budget_of_the_full_data_holds(base, data):
    dear = base.suggest(data, target="y", n=4, space=CHEAP, look_n=3)
    budget = 0.9 * sum(one.cost_s for one in dear)
    found = base.suggest(data, target="y", n=4, space=CHEAP, look_n=3, time_budget_s=budget)
    assert sum(one.cost_s for one in found) <= budget


def test_without_data_it_says_that_it_could_not_look(base):
    found = base.suggest(task_type="binary", n=2, look_s=1)
    assert found.look is None
    assert "No look at the data: there is no data at hand." in found.warnings


def test_a_score_nobody_can_compute(data):
    rec = Recommender().fit(toy())
    found = rec.suggest(metafeatures=NEW, n=2, look_n=2)
    assert any("No look" in note for note in found.warnings)


def test_configurations_nobody_can_build(base, data):
    scores = base.md.matrix("balanced_accuracy").iloc[:18]
    from warmstart.metadataset.metadataset import MetaDataset

    md = MetaDataset.from_matrix(scores, metric="balanced_accuracy")
    found = Recommender().fit(md).suggest(data, target="y", n=2, look_n=2)
    assert any("does not say how to build" in note for note in found.warnings)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"look_s": -1}, "look_s must be seconds, 0 for none, got -1"),
        ({"look_s": "3"}, "look_s must be seconds"),
        ({"look_s": float("inf")}, "look_s must be seconds"),
        ({"look_n": 0}, "look_n must be a whole number of at least 1, got 0"),
        ({"look_s": 1, "n_jobs": 0}, "n_jobs must be a whole number of at least 1"),
    ],
)
def test_wrong_arguments(base, data, wrong, message):
    with pytest.raises(ValueError, match=message):
        base.suggest(data, target="y", **wrong)


def test_a_fit_that_fails_is_told_and_not_named_first(base, data, monkeypatch):
    from warmstart.recommend.look import perform

    real = perform.build_estimator

    def breaking(values, schema, *, random_state):
        if values["learner"] == "decision_tree":
            raise ValueError("no tree today")
        return real(values, schema, random_state=random_state)

    monkeypatch.setattr(perform, "build_estimator", breaking)
    found = base.suggest(data, target="y", n=3, space=CHEAP, look_n=40)
    assert any("no tree today" in note for note in found.warnings)
    assert found[0].learner != "decision_tree"
    failed = [one for one in found.look.measurements if one.status == "failed"]
    assert {one.configuration["learner"] for one in failed} == {"decision_tree"}


def test_a_measurement_says_what_is_wrong_with_it():
    values = {"learner": "ridge"}
    name = Configuration(space=SPACE, learner="ridge", values=values).configuration_id
    with pytest.raises(ValueError, match="has the score nan from 0 folds"):
        Measurement(configuration=values, configuration_id=name, score=float("nan"))


def test_a_look_comes_back_from_plain_values(looked):
    assert Look.from_dict(looked.look.to_dict()) == looked.look


def test_what_only_complements_the_best_takes_no_third_of_the_seconds(base, data, monkeypatch):
    asked = {"target": "y", "n": 6, "look_n": 4}
    usual = [one.configuration_id for one in base.suggest(data, **asked)]
    dear, predict = usual[2], CostModel.predict
    ids = base.fitted("classification", "balanced_accuracy").table.configuration_ids
    place = list(map(str, ids)).index(dear)

    def slow(model, *given, **named):
        seconds = predict(model, *given, **named).copy()
        seconds[place] *= 1e4
        return seconds

    monkeypatch.setattr(CostModel, "predict", slow)
    found = base.suggest(data, **asked)
    assert len(found) == 6
    total = sum(one.cost_s for one in found)
    assert all(one.cost_s <= total / 3 for one in found[1:])
    assert dear not in [one.configuration_id for one in found[1:]]


def test_a_class_too_rare_for_the_folds_fails_nothing(base, data):
    few = data.assign(y=np.where(np.arange(len(data)) < 2, "yes", "no"))
    looked = base.suggest(few, target="y", n=2, space=CHEAP, look_n=3)
    assert not [one for one in looked.look.measurements if one.status == "failed"]
    assert looked[0].measured <= 1.0
    when = np.arange(len(data))
    late = data.assign(when=when, y=np.where(when > 117, "yes", "no"))
    unlooked = base.suggest(late, target="y", time="when", n=2, space=CHEAP, look_n=3)
    assert len(unlooked) == 2
    assert not len(unlooked.look)
    assert any("too rare" in note for note in unlooked.warnings)


def test_one_wild_value_leaves_finite_expectations(base, data):
    wild = data.assign(y=np.arange(120.0))
    wild.loc[7, "a"] = 1e30
    looked = base.suggest(wild, target="y", n=3, look_n=3, task_type="regression")
    assert all(np.isfinite([one.score_low, one.score, one.score_high]).all() for one in looked)


def test_a_search_says_when_the_look_was_at_other_data(base, data, looked):
    again = Look.from_dict(json.loads(json.dumps(looked.look.to_dict())))
    search = base.search(data, target="y", space=CHEAP, look=again)
    assert not [note for note in search.warnings if "look" in note]
    other = data.assign(a=data["a"] * 3 + 1)
    search = base.search(other, target="y", space=CHEAP, look=again)
    assert [note for note in search.warnings if "look was at other data" in note]
