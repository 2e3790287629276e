"""Tests of downstream.adapters.flaml.

Also of: downstream.tuner_spaces.tune_domains.
"""

import pytest

pytest.importorskip("flaml.tune")

import numpy as np
from benchmarks.tuners.flaml import Tuner
from flaml import AutoML, tune

import warmstart
from warmstart.downstream.adapters.flaml import automl_space
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import DownstreamContract

pytestmark = [pytest.mark.tuners, pytest.mark.filterwarnings("ignore")]

SPACE = {"x": tune.loguniform(1, 100), "m": tune.choice(["a", "b"])}
seed = warmstart.downstream.flaml.seed


def run(n, **arguments):
    ran = []
    tune.run(
        lambda config: ran.append(dict(config)) or {"loss": float(config["x"])},
        config=SPACE,
        metric="loss",
        mode="min",
        num_samples=n,
        verbose=0,
        **arguments,
    )
    return ran


POINT = {
    "n_estimators": 40,
    "num_leaves": 12,
    "min_child_samples": 7,
    "learning_rate": 0.25,
    "log_max_bin": 8,
    "colsample_bytree": 0.5,
    "reg_alpha": 0.5,
    "reg_lambda": 2.0,
}


class TestFlaml(DownstreamContract):
    Tuner = Tuner


def test_an_unknown_category_stops_it():
    with pytest.raises(TypeError):
        run(1, points_to_evaluate=[{"x": 2.0, "m": "z"}])
    report = seed([{"x": 2.0, "m": "z"}, {"x": 3.0, "m": "b"}], space=SPACE)
    assert run(1, **report.arguments) == [{"x": pytest.approx(3.0), "m": "b"}]


def test_known_rewards_are_not_run_again():
    points = [{"x": 10.0, "m": "a"}, {"x": 5.0, "m": "b"}]
    report = seed(points, space=SPACE, scores=[-10.0, -5.0])
    assert report.arguments["evaluated_rewards"] == [5.0, 10.0]
    ran = run(2, **report.arguments)
    assert all(config["x"] not in (5.0, 10.0) for config in ran)


class TestAutoML:
    SPACE = automl_space("lgbm", (300, 5), "binary")

    def test_points_are_bounded_by_the_rows_as_flaml_bounds_them(self):
        report = seed([{**POINT, "n_estimators": 5457}], "lgbm", space=self.SPACE)
        assert [(c.old, c.new) for c in report.repaired] == [(5457, 299)]

    def test_the_first_configuration_is_ours(self):
        report = seed([POINT], "lgbm", space=self.SPACE)
        assert report.arguments == {"starting_points": {"lgbm": [POINT]}}
        rng = np.random.default_rng(0)
        automl = AutoML()
        automl.fit(
            rng.normal(size=(300, 5)),
            rng.integers(0, 2, 300),
            task="binary",
            estimator_list=["lgbm"],
            max_iter=2,
            time_budget=-1,
            eval_method="holdout",
            sample=False,
            retrain_full=False,
            verbose=0,
            **report.arguments,
        )
        learner, configuration, _ = automl.config_history[0]
        assert learner == "lgbm"
        assert configuration == pytest.approx(POINT, rel=1e-9)

    def test_scores_are_refused(self):
        with pytest.raises(SpaceMismatchError, match="starting points without scores"):
            seed([POINT], "lgbm", space=self.SPACE, scores=[0.5])


def test_nothing_to_seed_is_no_argument():
    assert seed([], space=SPACE).arguments == {}
