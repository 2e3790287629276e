import numpy as np
import pytest

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.objectives import CostLimits, read_objectives, scalarised


def test_costs_among_the_objectives():
    assert read_objectives("score") == ()
    assert read_objectives(["size_mb", "score", "predict_s", "size_mb"]) == (
        "size_mb",
        "predict_s",
    )


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (["score", "latency"], "got 'latency'"),
        ("predict_s", "must hold 'score'"),
        (["score", "predict_s", "fit_s", "size_mb"], "at most 2"),
    ],
)
def test_objectives_that_there_are_not(named, message):
    with pytest.raises(ArgumentError, match=message):
        read_objectives(named)


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), True, "1"])
def test_limits_are_positive_numbers(value):
    with pytest.raises(ArgumentError, match=r"max_size_mb must be a positive number"):
        CostLimits(max_size_mb=value)


def test_scalarised_score_is_the_papers_formula():
    found = scalarised([0.8, 0.6], [0.1, 0.01], target=0.05, weight=-0.07)
    assert found == pytest.approx([0.8 * 2**-0.07, 0.6 * 0.2**-0.07])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": 0.0}, "positive cost"),
        ({"target": 1.0, "weight": 0.1}, "dear is good"),
        ({"target": 1.0, "score": -1.0}, "must not be negative"),
    ],
)
def test_bad_scalarisation(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        scalarised(**{"score": 0.5, "cost": 1.0} | arguments)


def test_numpy_numbers_are_limits():
    assert CostLimits(max_fit_s=np.float32(2)).given() == {"fit_s": 2.0}
