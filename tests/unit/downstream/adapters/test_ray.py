import pytest

pytest.importorskip("ray.tune")

import ray.tune as tune
from benchmarks.tuners.ray import Tuner, Variants, variants
from ray.tune.search.basic_variant import BasicVariantGenerator
from ray.tune.search.hyperopt import HyperOptSearch
from ray.tune.search.optuna import OptunaSearch

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import BETTER, GOOD, DownstreamContract

pytestmark = [pytest.mark.tuners, pytest.mark.filterwarnings("ignore")]

SPACE = {"model": {"C": tune.loguniform(1e-3, 10)}, "m": tune.choice(["svm", "tree"]), "k": 3}
POINT = {"model/C": 0.5, "m": "tree", "k": 3}
seed = warmstart.downstream.ray.seed


class TestOptunaSearch(DownstreamContract):
    Tuner = Tuner

    def test_known_rewards_are_not_run_again(self, tuner):
        good, better = self.full(GOOD, BETTER)
        tuner.seed([good, better], scores=[0.5, 0.75])
        assert tuner.arguments["evaluated_rewards"] == [0.75, 0.5]
        searcher = tuner.searcher()
        assert searcher.suggest("a") not in (good, better)
        assert [t.value for t in searcher._ot_study.trials[:2]] == [0.75, 0.5]


class TestBasicVariants(DownstreamContract):
    Tuner = Variants


def test_variants_run_illegal_points_as_they_are():
    config = {"m": tune.choice(["svm", "tree"]), "C": tune.loguniform(1e-3, 10)}
    illegal = {"m": "xgb", "C": 1e9}
    assert variants(config, illegal) == illegal
    report = seed([illegal, {"m": "svm", "C": 1e9}], space=config)
    assert report.arguments["points_to_evaluate"] == [{"m": "svm", "C": 10}]
    assert len(report.dropped) == 1


def test_points_beside_a_define_by_run_space_are_refused():
    with pytest.raises(SpaceMismatchError, match="a define-by-run function ignores points"):
        seed([POINT], space=lambda trial: trial.suggest_float("x", 0, 1))


def test_nested_spaces_have_joined_names():
    report = seed([POINT], BasicVariantGenerator, space=SPACE)
    assert report.accepted == [POINT]
    [point] = report.arguments["points_to_evaluate"]
    assert point == {"model": {"C": 0.5}, "m": "tree", "k": 3}
    assert variants(SPACE, point) == point


def test_hyperopt_search_takes_labels():
    config = {"m": tune.choice(["svm", "tree"]), "C": tune.loguniform(1e-3, 10)}
    report = seed([{"m": "tree", "C": 0.5}], space=config)
    searcher = HyperOptSearch(
        metric="score", mode="max", n_initial_points=1, **report.arguments
    )
    searcher.set_search_properties("score", "max", config)
    assert searcher.suggest("a") == {"m": "tree", "C": 0.5}


def test_optuna_search_takes_nested_points():
    report = seed([POINT], OptunaSearch, space=SPACE)
    searcher = OptunaSearch(metric="score", mode="max", **report.arguments)
    searcher.set_search_properties("score", "max", SPACE)
    # Ray itself adds the constants.
    assert searcher.suggest("a") == {"model": {"C": 0.5}, "m": "tree"}


def test_rewards_change_sign_where_minimised():
    scored = seed([POINT], space=SPACE, scores=[0.5], mode="min")
    assert scored.arguments["evaluated_rewards"] == [-0.5]
    with pytest.raises(ValueError, match="1 of 2 points have no score"):
        seed([POINT, {**POINT, "m": "svm"}], space=SPACE, scores=[0.5, None])
    with pytest.raises(ValueError, match="mode must be 'min' or 'max', got 'best'"):
        seed([POINT], space=SPACE, mode="best")


def test_computed_values_are_refused():
    with pytest.raises(SpaceMismatchError, match="x is a Function"):
        seed([POINT], space={"x": tune.sample_from(lambda spec: 1)})


def test_quantized_and_normal_domains():
    space = {
        "q": tune.quniform(0.5, 2.0, 0.5),
        "i": tune.qrandint(5, 20, 5),
        "r": tune.randint(1, 10),
        "n": tune.randn(0, 1),
        "g": tune.grid_search([1, 2]),
    }
    report = seed([{"q": 9, "i": 99, "r": 10, "n": -50.0, "g": 2}], space=space)
    assert report.accepted == [{"q": 2.0, "i": 20, "r": 9, "n": -50.0, "g": 2}]
