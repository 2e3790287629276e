"""Tests of downstream.adapters.nevergrad.

Also of: downstream.tuner_spaces.written_bounds.
"""

import nevergrad as ng
import pytest
from benchmarks.tuners.nevergrad import Tuner

import warmstart
from warmstart.errors import SpaceMismatchError
from warmstart.testing.downstream import BETTER, GOOD, DownstreamContract

seed = warmstart.downstream.nevergrad.seed


class TestNevergrad(DownstreamContract):
    Tuner = Tuner


def parametrization():
    return ng.p.Instrumentation(
        lr=ng.p.Log(lower=1e-4, upper=1.0), depth=ng.p.Scalar(lower=2, upper=16)
    )


POINTS = [{"lr": 0.125, "depth": 7.0}, {"lr": 0.5, "depth": 3.0}, {"lr": 0.25, "depth": 9.0}]


@pytest.mark.parametrize("kind", ["NGOpt", "TwoPointsDE", "CMA", "BO"])
def test_suggestions_come_back_last_first(kind):
    def asked(optimizer):
        found = []
        for _ in POINTS:
            candidate = optimizer.ask()
            found.append(candidate.kwargs["depth"])
            optimizer.tell(candidate, 0.0)
        return pytest.approx(found)

    make = ng.optimizers.registry[kind]
    plain = make(parametrization(), budget=20)
    for point in POINTS:
        plain.suggest(**point)
    assert asked(plain) == [9.0, 3.0, 7.0]
    seeded = make(parametrization(), budget=20)
    seed(POINTS, seeded)
    assert asked(seeded) == [7.0, 3.0, 9.0]


def test_known_scores_are_told():
    optimizer = ng.optimizers.OnePlusOne(parametrization(), budget=20)
    seed(POINTS, optimizer, scores=[0.5, 0.75, None])
    assert optimizer.num_tell == 2
    assert optimizer.provide_recommendation().kwargs["depth"] == pytest.approx(3.0)
    assert optimizer.current_bests["minimum"].mean == -0.75
    assert optimizer.ask().kwargs["depth"] == pytest.approx(9.0)


def test_dictionaries_are_parametrizations_too():
    optimizer = ng.optimizers.NGOpt(ng.p.Dict(x=ng.p.Scalar(), k=3), budget=9)
    report = warmstart.downstream.seed([{"x": 2.5, "k": 3}], optimizer)
    assert report.accepted == [{"x": 2.5, "k": 3}]
    assert optimizer.ask().value == {"x": 2.5, "k": 3}


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (ng.p.Instrumentation(ng.p.Scalar(), x=1), "has 1 positional arguments"),
        (ng.p.Scalar(), "must be an Instrumentation or a Dict"),
        (ng.p.Dict(x=ng.p.Array(shape=(2,))), "x is a Array, which no single value can set"),
        (ng.p.Dict(x=ng.p.Choice([ng.p.Scalar(), 1])), "x chooses among parameters"),
    ],
)
def test_what_has_no_names_is_refused(space, message):
    with pytest.raises(SpaceMismatchError, match=message):
        seed([GOOD, BETTER], ng.optimizers.RandomSearch(space, budget=9))


def test_another_space_is_refused():
    optimizer = ng.optimizers.RandomSearch(parametrization(), budget=9)
    with pytest.raises(SpaceMismatchError, match="another than the optimizer's"):
        seed([GOOD], optimizer, space=parametrization())
