"""Each library's own names for its hyperparameters, both ways.

Also of: downstream.names.mapping, downstream.names.matching.
"""

import pytest

from warmstart.downstream.fit import fit_points
from warmstart.downstream.names.aliases import aliases, learner_name
from warmstart.downstream.names.inverse import match, read_mapping
from warmstart.spaces.space import Choice, Number, Space


def seeded(point, *names, choices=(), **options):
    numbers = [Number(name=name, low=0, high=1000) for name in names]
    spaces = Space(parameters=(*numbers, *choices))
    return fit_points([point], spaces, tuner="test", **options)


LIGHTGBM = {
    "learner": "lightgbm",
    "lightgbm:learning_rate": 0.1,
    "lightgbm:num_leaves": 31,
    "lightgbm:n_estimators": 100,
    "lightgbm:min_child_samples": 20,
    "lightgbm:reg_lambda": 2.0,
}


def test_lightgbm():
    report = seeded(
        LIGHTGBM, "eta", "num_leaf", "num_boost_round", "min_data_in_leaf", "lambda_l2"
    )
    assert report.accepted == [
        {
            "eta": 0.1,
            "num_leaf": 31,
            "num_boost_round": 100,
            "min_data_in_leaf": 20,
            "lambda_l2": 2.0,
        }
    ]
    assert not report.filled


def test_xgboost_without_a_learner():
    report = seeded(
        {"learning_rate": 0.1, "reg_alpha": 1.0, "reg_lambda": 2.0}, "eta", "lambda"
    )
    assert report.accepted == [{"eta": 0.1, "lambda": 2.0}]


def test_own_names_come_first():
    point = {"learner": "lightgbm", "lightgbm:learning_rate": 0.1, "eta": 0.3}
    assert seeded(point, "eta", "learning_rate").accepted == [
        {"eta": 0.3, "learning_rate": 0.1}
    ]


def test_a_mapping_comes_before():
    report = seeded(LIGHTGBM, "eta", "rate", mapping={"learning_rate": "rate"})
    assert report.accepted[0]["rate"] == 0.1
    assert [change.parameter for change in report.filled] == ["eta"]


def test_no_alias_of_another_learner():
    point = {"learner": "mlp", "mlp:max_iter": 50, "mlp:alpha": 0.1}
    report = seeded(point, "n_estimators", "reg_alpha")
    assert report.accepted == []
    assert "none of its names (learner, mlp:max_iter, mlp:alpha)" in report.dropped[0].reason
    assert "mapping={...}" in report.dropped[0].reason


@pytest.mark.parametrize("written", ["lightgbm", "LightGBM", "lgbm", "LGBMClassifier", "lgb"])
@pytest.mark.parametrize("name", ["model", "algorithm"])
def test_a_choice_among_learners(written, name):
    """Whatever it is called, it is answered by the learner of the point."""
    choice = Choice(name=name, choices=("xgb", written, "random_forest"))
    report = seeded(LIGHTGBM, "num_leaves", choices=[choice])
    assert report.accepted == [{"num_leaves": 31, name: written}]
    assert not report.filled
    assert "learner" not in [change.parameter for change in report.left_out]


def test_other_choices_are_not_learners():
    choice = Choice(name="booster", choices=("gbdt", "dart"))
    report = seeded(LIGHTGBM, "num_leaves", choices=[choice])
    assert [change.parameter for change in report.filled] == ["booster"]


def test_an_empty_point_means_the_defaults():
    assert len(seeded({}, "x").accepted) == 1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("XGBRegressor", "xgboost"),
        ("CatBoostClassifier", "catboost"),
        ("RandomForestClassifier", "random_forest"),
        ("Logistic Regression", "logistic_regression"),
        ("hist_gradient_boosting", "hist_gradient_boosting"),
    ],
)
def test_learners_in_any_spelling(written, expected):
    assert learner_name(written) == expected


@pytest.mark.parametrize("learner", ["lightgbm", "xgboost", "catboost", None])
@pytest.mark.parametrize("name", ["learning_rate", "n_estimators", "reg_lambda", "num_leaves"])
def test_aliases_go_both_ways(learner, name):
    for alias in aliases(name, learner):
        assert alias != name
        assert name in aliases(alias, learner)


def test_the_way_back():
    keys = list(LIGHTGBM)
    pairs = read_mapping(None, keys)
    assert match("eta", keys, pairs) == "lightgbm:learning_rate"
    assert match("bagging_fraction", keys, pairs) is None
    # Of two learners nobody can tell which is meant.
    assert match("eta", [*keys, "xgboost:learning_rate"], pairs) is None
