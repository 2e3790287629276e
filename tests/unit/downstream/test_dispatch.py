"""Tests of downstream.dispatch.

Also of: downstream.adapter, downstream.protocol.
"""

import optuna
import pytest

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions

LIGHTGBM = {
    "learner": "lightgbm",
    "encoding": "ordinal",
    "lightgbm:learning_rate": 0.0625,
    "lightgbm:num_leaves": 80,
    "lightgbm:class_weight": "balanced",
}
RIDGE = {"learner": "ridge", "encoding": "one_hot", "ridge:alpha": 2.0}


def suggestions(*configurations):
    items = tuple(
        Suggestion(configuration=c, configuration_id=str(i), learner=c["learner"], score=0.9)
        for i, c in enumerate(configurations)
    )
    return Suggestions(items=items, metric="roc_auc", strategy="pmf")


def ask(trial):
    trial.suggest_float("learning_rate", 0.01, 0.5, log=True)
    trial.suggest_int("num_leaves", 4, 64)


def test_suggestions_seed_a_study_of_a_learners_own_names():
    study = optuna.create_study()
    report = suggestions(LIGHTGBM).seed(study, space=ask)
    assert report.accepted == [{"learning_rate": 0.0625, "num_leaves": 64}]
    assert [c.parameter for c in report.left_out] == [
        "learner",
        "encoding",
        "lightgbm:class_weight",
    ]
    study.optimize(lambda trial: ask(trial) or 0.0, n_trials=1)
    assert study.trials[0].params == {"learning_rate": 0.0625, "num_leaves": 64}
    # Predicted scores are not results.
    assert report.scores == [None]


def test_several_learners_need_a_parameter_for_the_learner():
    with pytest.raises(SpaceMismatchError, match=r"2 learners .*\(space='lightgbm'"):
        suggestions(LIGHTGBM, RIDGE).seed(optuna.create_study(), space=ask)


def test_several_learners_go_where_there_is_one():
    def both(trial):
        if trial.suggest_categorical("learner", ["lightgbm", "ridge"]) == "ridge":
            return trial.suggest_float("alpha", 0.1, 10.0)
        return ask(trial)

    report = suggestions(LIGHTGBM, RIDGE).seed(optuna.create_study(), space=both)
    assert report.accepted == [
        {"learner": "lightgbm", "learning_rate": 0.0625, "num_leaves": 64},
        {"learner": "ridge", "alpha": 2.0},
    ]


def test_a_list_is_a_target():
    queue = []
    space = warmstart.downstream.Space(
        parameters=(warmstart.spaces.space.Number(name="alpha", low=0, high=1),)
    )
    suggestions(RIDGE).seed(queue, space)
    assert queue == [{"alpha": 1.0}]


def test_unknown_targets_are_named():
    with pytest.raises(SpaceMismatchError, match=r"no tuner takes a builtins\.int .*'optuna'"):
        suggestions(RIDGE).seed(3)


def test_tuners_are_listed():
    assert {"optuna", "points", "seed"} <= set(dir(warmstart.downstream))
    assert "downstream" in dir(warmstart)
    with pytest.raises(AttributeError, match="no attribute 'optunaa'"):
        warmstart.downstream.optunaa  # noqa: B018
