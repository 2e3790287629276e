"""Suggestions as values: frames, JSON and words.

Also of: recommend.answer.evidence, recommend.answer.suggestions_json.
"""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from warmstart.domain import Column, Schema
from warmstart.errors import SpaceMismatchError
from warmstart.recommend.answer.evidence import Evidence, Neighbour, OutOfDistribution
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions

SCHEMA = Schema(
    columns=(Column(0, "numeric"), Column(1, "categorical"), Column(2, "identifier")),
    task_type="binary",
    n_rows=20,
    min_class_count=9,
    max_categories=3,
)
BAYES = {
    "learner": "naive_bayes",
    "naive_bayes:var_smoothing": 1e-9,
    "imputation": "mean",
    "encoding": "one_hot",
    "scaling": "standard",
    "reduction": "none",
}


def make(**more):
    first = Suggestion(
        configuration=dict(BAYES),
        configuration_id=np.int64(7),
        learner="naive_bayes",
        score=0.8,
        score_std=0.1,
        score_low=0.6,
        score_high=0.9,
        cost_s=0.25,
        evidence=(Evidence(task_id="t1", name="One", score=0.7, rank=2, n_ranked=9),),
        schema=SCHEMA,
        random_state=3,
    )
    second = Suggestion(configuration={"x": 1.5}, configuration_id=8, schema=SCHEMA)
    given = {
        "items": (first, second),
        "metric": "accuracy",
        "strategy": "pmf",
        "task_type": "binary",
        "dataset": "toy",
        "neighbours": (Neighbour(task_id="t1", name="One", family="f", similarity=0.9),),
        "out_of_distribution": OutOfDistribution(reason="Like.", distance=0.1),
        "warnings": ("One row dropped.",),
        "knowledge": "24 tasks",
    }
    return Suggestions(**{**given, **more})


def same(one, other):
    """Equal, and NaN where NaN."""
    assert type(one) is type(other) or {type(one), type(other)} == {int, np.int64}
    if isinstance(one, float) and math.isnan(one):
        assert math.isnan(other)
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            same(getattr(one, name), getattr(other, name))
    else:
        assert one == other


class TestSequence:
    def test_is_one(self):
        suggestions = make()
        assert len(suggestions) == 2
        assert suggestions[0].learner == "naive_bayes"
        assert suggestions[-1] is suggestions[1]
        assert isinstance(suggestions[:1], Suggestions)
        assert list(suggestions[1:]) == [suggestions[1]]
        assert suggestions[:1].warnings == suggestions.warnings
        assert [s.configuration_id for s in suggestions] == [7, 8]
        assert suggestions[1] in suggestions
        with pytest.raises(IndexError):
            suggestions[2]

    def test_shows_what_it_holds(self):
        assert repr(make()) == str(make())
        assert repr(make()).startswith("2 configurations for toy")
        assert repr(make()[0]).startswith("Suggestion naive_bayes: expected 0.800")
        assert "<table" in make()._repr_html_()


class TestFrame:
    def test_one_row_a_suggestion(self):
        frame = make().to_frame()
        assert frame.index.tolist() == [1, 2]
        assert frame.index.name == "rank"
        assert frame.loc[1, "naive_bayes:var_smoothing"] == 1e-9
        assert frame.loc[1, "cost_s"] == 0.25
        assert frame.loc[2, "x"] == 1.5
        assert math.isnan(frame.loc[2, "score"])

    def test_of_none(self):
        assert len(make(items=()).to_frame()) == 0

    def test_whole_numbers_stay_whole(self):
        trees = Suggestion(
            configuration={"n": 100, "rate": 1, "on": True}, configuration_id="a"
        )
        other = Suggestion(configuration={"rate": 0.5, "on": False}, configuration_id="b")
        frame = make(items=(trees, other)).to_frame()
        assert frame["n"].tolist() == [100, pd.NA]
        assert frame["rate"].tolist() == [1.0, 0.5]
        assert frame["on"].tolist() == [True, False]


class TestJson:
    @pytest.mark.parametrize("indent", [None, 2])
    def test_round_trip(self, indent):
        suggestions = make()
        same(suggestions, Suggestions.from_json(suggestions.to_json(indent=indent)))

    def test_round_trip_of_the_bare_minimum(self):
        bare = make(
            items=(Suggestion(configuration={}, configuration_id="c"),),
            metric=None,
            task_type=None,
            neighbours=(),
            out_of_distribution=OutOfDistribution(),
            warnings=(),
        )
        same(bare, Suggestions.from_json(bare.to_json()))

    def test_to_a_file_and_back(self, tmp_path):
        written = make().save(tmp_path / "deep" / "s.json")
        assert [one.name for one in written.parent.iterdir()] == ["s.json"]
        same(make(), Suggestions.load(written))
        with pytest.raises(FileNotFoundError):
            Suggestions.load(tmp_path / "none.json")

    def test_is_strict_json(self):
        def refuse(word):
            raise AssertionError(f"{word} is not JSON")

        json.loads(make().to_json(), parse_constant=refuse)

    def test_the_estimator_survives(self):
        X = np.column_stack([np.arange(20.0), np.arange(20) % 3, np.arange(20)])
        y = ["a", "b"] * 10
        again = Suggestions.from_json(make().to_json())
        expected = make()[0].estimator().fit(X, y).predict(X)
        np.testing.assert_array_equal(again[0].estimator().fit(X, y).predict(X), expected)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "not JSON",
            "[]",
            "{}",
            '{"warmstart_suggestions": 99}',
            '{"warmstart_suggestions": 1}',
            '{"warmstart_suggestions": 1, "schema": 3}',
            make().to_json().replace('"rank"', '"place"'),
        ],
    )
    def test_refuses_other_text(self, text):
        with pytest.raises(ValueError, match=r"JSON|Expecting"):
            Suggestions.from_json(text)


class TestEstimator:
    def test_takes_the_seed_of_the_suggestion_or_another(self):
        tree = {
            "learner": "decision_tree",
            "imputation": "median",
            "encoding": "ordinal",
            "decision_tree:max_depth": 3,
            "decision_tree:min_samples_leaf": 1,
            "decision_tree:ccp_alpha": 1e-6,
            "decision_tree:criterion": "gini",
            "decision_tree:class_weight": "none",
        }
        one = Suggestion(configuration=tree, configuration_id=1, schema=SCHEMA, random_state=4)
        assert one.estimator()[-1].random_state == 4
        assert one.estimator(random_state=9)[-1].random_state == 9
        assert one.estimator(0)[-1].random_state == 0

    def test_without_a_dataset(self):
        one = Suggestion(configuration=BAYES, configuration_id="c7")
        with pytest.raises(SpaceMismatchError, match="c7 was suggested without a dataset"):
            one.estimator()

    def test_of_a_space_that_cannot_be_built(self):
        with pytest.raises(SpaceMismatchError, match="there is no pipeline"):
            make()[1].estimator()


class TestExplain:
    def test_says_everything(self):
        text = make().explain()
        for part in (
            "2 configurations for toy (binary)",
            "Known: 24 tasks",
            "0.90  One",
            "Like.",
            "1. naive_bayes: expected accuracy 0.800 (90 %: 0.600 to 0.900), about 0.25 s",
            " a fit; number 2 of 9 on One",
            "2. x=1.5",
            "explain(1) says more",
            "One row dropped.",
        ):
            assert part in text

    def test_says_regrets(self):
        first, second = make()
        first = replace(first, regret=0.0123, p_best=0.256)
        told = make(items=(first, second), expected_regrets=(0.0123, 0.004))
        text = told.explain()
        assert "Try 1: expected within 0.012 of the best known.\n" in text
        assert "0.900), within 0.012 of the best known, the best with 26 %, about" in text
        assert "within 0.012 of the best known, the best with 26 %" in told.explain(1)
        # Of the second nothing is known, and nothing is said.
        assert "best" not in told.explain(2)
        assert "regret 0.012, P(best) 26 %" in str(told[0])

    def test_one_in_full(self):
        text = make().explain(1)
        for part in (
            "1. naive_bayes",
            "expected accuracy 0.800 (90 %: 0.600 to 0.900), about 0.25 s a fit",
            "  var_smoothing = 1e-09",
            "  One: 0.700, number 2 of 9",
        ):
            assert part in text
        assert "x = 1.5" in make().explain(2)

    @pytest.mark.parametrize("rank", [0, 3, -1])
    def test_there_are_ranks_from_1(self, rank):
        with pytest.raises(IndexError, match=f"ranks are 1 to 2, got {rank}"):
            make().explain(rank)

    def test_of_a_new_task_without_anything(self):
        bare = Suggestions(
            items=(Suggestion(configuration={}, configuration_id="c"),),
            metric=None,
            strategy="MyOwn",
        )
        assert bare.explain().startswith("1 configuration for a new task, MyOwn.")


def test_out_of_distribution_is_a_truth_value():
    assert not OutOfDistribution()
    assert OutOfDistribution(flag=True)
    assert OutOfDistribution(flag=None, reason="Cannot tell.")


def test_a_history_of_ones_own_has_no_pipeline_and_says_what_to_use():
    own = Suggestion(configuration={"lr": 0.25, "depth": 3}, configuration_id="c7")
    with pytest.raises(
        SpaceMismatchError,
        match=r"c7 \(lr=0.25, depth=3\).*so there is no pipeline.*set_params",
    ):
        own.estimator()
    bare = Suggestion(configuration={}, configuration_id="c7")
    with pytest.raises(SpaceMismatchError, match="nothing is known of its values"):
        bare.estimator()


def test_rows_of_a_history_without_learners_are_named_by_their_values():
    own = Suggestion(configuration={"lr": 0.25, "depth": 3}, configuration_id="1f2e3d")
    text = Suggestions(items=(own,), metric="score", strategy="pmf").explain()
    assert "1. lr=0.25, depth=3" in str(text)
    assert "1f2e3d" not in str(text)
