import pytest
import skopt
from benchmarks.tuners.skopt import Tuner
from skopt.learning import ExtraTreesRegressor
from skopt.space import Categorical, Integer, Real

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import DownstreamContract

DIMENSIONS = [Real(1e-4, 1, prior="log-uniform", name="lr"), Integer(2, 16, name="depth")]
GOOD, DEEP = {"lr": 0.125, "depth": 7}, {"lr": 0.5, "depth": 64}
seed = warmstart.downstream.skopt.seed


class TestSkopt(DownstreamContract):
    Tuner = Tuner


def minimize(objective, n_calls, **arguments):
    return skopt.forest_minimize(
        objective,
        DIMENSIONS,
        base_estimator=ExtraTreesRegressor(2),
        n_calls=n_calls,
        n_initial_points=1,
        n_points=10,
        random_state=0,
        **arguments,
    )


def test_a_point_out_of_bounds_stops_it():
    with pytest.raises(ValueError, match="Not all points are within the bounds"):
        minimize(lambda x: 0.0, 2, x0=[[0.5, 64]])
    report = seed([DEEP, GOOD], DIMENSIONS)
    assert minimize(lambda x: 0.0, 3, **report.arguments).x_iters[:2] == [[0.5, 16], [0.125, 7]]


def test_known_results_are_not_evaluated_again():
    called = []
    report = seed([GOOD, DEEP], DIMENSIONS, scores=[0.5, 0.75])
    assert report.arguments == {"x0": [[0.5, 16], [0.125, 7]], "y0": [-0.75, -0.5]}
    found = minimize(lambda x: called.append(x) or 0.0, 1, **report.arguments)
    assert found.x_iters[:2] == [[0.5, 16], [0.125, 7]]
    assert len(called) == 1


def test_some_scores_are_too_few():
    with pytest.raises(ValueError, match="1 of 2 points have no score"):
        seed([GOOD, DEEP], DIMENSIONS, scores=[0.5, None])


def test_an_optimizer_is_told_and_the_rest_is_handed_back():
    optimizer = skopt.Optimizer(DIMENSIONS, base_estimator=ExtraTreesRegressor(2))
    points = warmstart.downstream.seed([GOOD, DEEP], optimizer, scores=[0.5, None])
    assert (optimizer.Xi, optimizer.yi) == ([[0.125, 7]], [-0.5])
    assert points.arguments == {"x0": [[0.5, 16]]}
    assert "has no queue" in points.notes[0]
    again = seed([GOOD], optimizer, scores=[0.5])
    assert again.dropped[0].reason == "the tuner has it already"


@pytest.mark.parametrize(
    ("dimensions", "message"),
    [(None, "pass the dimensions"), ([Categorical(["a", "b"])], "dimension 0, .* has no name")],
)
def test_dimensions_need_names(dimensions, message):
    with pytest.raises(SpaceMismatchError, match=message):
        seed([GOOD], dimensions)


def test_nothing_to_seed_is_no_argument():
    assert seed([], DIMENSIONS).arguments == {}
