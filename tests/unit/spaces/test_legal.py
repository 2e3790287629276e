"""Tests of spaces.legal.

Also of: domain.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.spaces.legal import nearest_legal, same
from warmstart.spaces.space import ABSENT, Choice, Constant, Number

FLOAT = Number(name="x", low=0.5, high=8.0)
INT = Number(name="n", low=2, high=16, integer=True)
GRID = Number(name="g", low=0.1, high=1.0, step=0.1)
ANY = Number(name="a", low=-math.inf, high=math.inf)


@pytest.mark.parametrize(
    ("parameter", "value", "nearest", "reason"),
    [
        (FLOAT, 1, 1.0, ""),
        (FLOAT, "1e0", 1.0, "text"),
        (FLOAT, True, 1.0, "a truth value"),
        (FLOAT, math.inf, 8.0, "above the upper bound 8"),
        (FLOAT, -math.inf, 0.5, "below the lower bound 0.5"),
        (FLOAT, math.nan, ABSENT, "nan is not a number"),
        (FLOAT, None, ABSENT, "None is not a number"),
        (FLOAT, "auto", ABSENT, "'auto' is not a number"),
        (FLOAT, [1.0], ABSENT, "[1.0] is not a number"),
        (ANY, math.inf, ABSENT, "inf is not finite"),
        (INT, 7.0, 7, ""),
        (INT, 16.6, 16, "above the upper bound 16"),
        (INT, 7.5, 8, "not an integer"),
        (INT, "x7", ABSENT, "'x7' is not a number"),
        (GRID, 0.30000000000000004, 0.30000000000000004, ""),
        (GRID, 0.33, 0.3, "not on the grid of step 0.1"),
        (GRID, 5, 1.0, "above the upper bound 1"),
        (Number(name="g", low=0, high=1.0, step=0.3), 0.99, 0.9, "not on the grid of step 0.3"),
        (Choice(name="c", choices=("a", "b")), "b", "b", ""),
        (Choice(name="c", choices=("a", "b")), " B", "b", "written otherwise"),
        (Choice(name="c", choices=(None, "b")), "none", None, "written otherwise"),
        (Choice(name="c", choices=(True, False)), "true", True, "written otherwise"),
        (Choice(name="c", choices=(True, False)), 1, ABSENT, "1 is not among [True, False]"),
        (Choice(name="c", choices=("1", "2")), 1.0, "1", "written otherwise"),
        (Choice(name="c", choices=(16, 32, 64)), 40, 32, "not among the choices"),
        (Choice(name="c", choices=((3, 3), (5,))), [5], (5,), ""),
        (
            Choice(name="c", choices=("a", "A")),
            "á",
            ABSENT,
            "'á' is not among ['a', 'A']",
        ),
        (Constant(name="k", value=7), 7.0, 7, ""),
        (Constant(name="k", value=7), True, 7, "constant of the space"),
    ],
)
def test_nearest_legal_value(parameter, value, nearest, reason):
    found = nearest_legal(parameter, value)
    assert found == (nearest, reason)
    assert type(found[0]) is type(nearest)


def test_large_integers_keep_every_digit():
    assert nearest_legal(Number(name="n", low=0, high=2**63, integer=True), 2**60 + 1) == (
        2**60 + 1,
        "",
    )


@given(
    value=st.floats(allow_nan=False),
    low=st.floats(-1e6, 1e6),
    span=st.floats(0, 1e6),
    step=st.none() | st.floats(1e-3, 1e3),
)
def test_what_comes_out_is_legal_and_stays_as_it_is(value, low, span, step):
    parameter = Number(name="x", low=low, high=low + span, step=step)
    nearest, _ = nearest_legal(parameter, value)
    assert parameter.low <= nearest <= parameter.high
    if step is not None:
        n_steps = (nearest - low) / step
        assert n_steps == pytest.approx(round(n_steps), abs=1e-6)
    assert nearest_legal(parameter, nearest) == (nearest, "")


@given(value=st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text())
def test_a_value_is_the_same_as_itself(value):
    assert same(value, value)
    assert not same(value, True)
