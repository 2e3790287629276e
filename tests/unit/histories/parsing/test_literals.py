"""What Python prints for hyperparameters, read back without running it.

Also of: histories.runs.values.
"""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.histories.parsing.literals import LiteralError, read_literal
from warmstart.histories.runs.values import plain_values

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_reads_what_was_printed(values):
    assert read_literal(repr(values)) == values


class Printed:
    def __repr__(self):
        return "Printed(a={'x': [1, 2]}, b='it, or }')"


@pytest.mark.parametrize(
    "value",
    [
        np.float64(0.1),
        np.int64(3),
        np.bool_(True),
        np.str_("a"),
        [np.float64(0.5)],
        [np.int64(1), 2],
        (100, 50),
        Printed(),
        [Printed(), 1],
        np.array([1, 2]),
        {1, 2},
        math.inf,
        b"bytes",
        len,
        range(3),
        {"a": {"b": None}},
        {},
        10**40,
        1e-300,
        -0.0,
    ],
    ids=repr,
)
def test_means_the_same_as_the_live_value(value):
    """The same search at hand and as CSV gives the same configurations."""
    assert plain_values(read_literal(repr({"p": value, "q": 1}))) == plain_values(
        {"p": value, "q": 1}
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "{'a': }", "{'a' 1}", "{'a': 1", "[1]", "{'a': 'x}", "{'a': 1}}", "{'a': [1}",
        "{'a': '\\q'}", "{'a': '\\x1'}", "{'a': '\\U99999999'}", "1", "{'a':" * 60,
        "{'a': [" * 60,
    ],
)  # fmt: skip
def test_what_is_none(text):
    with pytest.raises(LiteralError):
        read_literal(text)


@settings(max_examples=300)
@given(st.text(alphabet="{}[]()'\",:\\ab1.e-<> \n", max_size=40))
def test_nothing_else_is_raised(text):
    with contextlib.suppress(LiteralError):
        read_literal("{" + text)


def test_nothing_is_run():
    assert read_literal("{'a': __import__('os').getcwd()}") == {
        "a": "__import__('os').getcwd()"
    }
