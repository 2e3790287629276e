import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.spaces.legal import nearest_legal
from warmstart.spaces.space import Choice, Constant, Number, Space, when

A = Choice(name="a", choices=("x", "y"))
B = Number(name="b", low=0, high=1)


def test_parents_come_first():
    space = Space(parameters=(B, A), conditions=(when("b", "a", "x"),))
    assert space.names == ("a", "b")
    assert [p.name for p in space] == ["a", "b"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Space(parameters=(A, A)), r"\['a'\] are there more than once"),
        (lambda: Space(parameters=(A,), conditions=(when("b", "a", 1),)), r"names \['b'\]"),
        (
            lambda: Space(parameters=(A, B), conditions=(when("a", "b", 1), when("b", "a", 1))),
            "go in a circle",
        ),
        (lambda: Number(name="n", low=2, high=1), "n: low 2 must not be above high 1"),
        (lambda: Number(name="n", low=0, high=1, log=True), "starts above 0, not 0"),
        (lambda: Number(name="n", low=0, high=1, step=0), "step must be above 0, got 0"),
        (lambda: Choice(name="n", choices=()), "at least one choice"),
    ],
)
def test_impossible_spaces_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("parameter", "fallback"),
    [
        (Number(name="n", low=1, high=100, log=True), 10.0),
        (Number(name="n", low=1, high=4, integer=True), 2),
        (Number(name="n", low=0, high=1, step=0.4), 0.4),
        (Number(name="n", low=0, high=1, default=0.1), 0.1),
        (Number(name="n", low=-math.inf, high=3), 3),
        (Number(name="n", low=-math.inf, high=math.inf), 0.0),
        (Choice(name="c", choices=("x", None)), "x"),
        (Choice(name="c", choices=("x", None), default=None), None),
        (Constant(name="k", value=2), 2),
    ],
)
def test_fallbacks(parameter, fallback):
    assert parameter.fallback == pytest.approx(fallback)


@given(
    low=st.floats(1e-6, 1e6),
    ratio=st.floats(1, 1e4),
    log=st.booleans(),
    step=st.none() | st.floats(0.01, 1e3),
)
def test_the_middle_is_legal(low, ratio, log, step):
    parameter = Number(name="x", low=low, high=low * ratio, log=log, step=step)
    value, reason = nearest_legal(parameter, parameter.fallback)
    assert reason == ""
    assert value == parameter.fallback


@given(low=st.integers(1, 10**9), span=st.integers(0, 10**9), log=st.booleans())
def test_the_middle_of_integers_is_an_integer_between(low, span, log):
    parameter = Number(name="n", low=low, high=low + span, log=log, integer=True)
    assert isinstance(parameter.fallback, int)
    assert low <= parameter.fallback <= low + span
