"""A suggested value in an Optuna distribution.

Also of: downstream.tuner_spaces.optuna_distributions.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from warmstart.downstream.optuna_sampler.values import answer

numbers = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)


@given(numbers, st.integers(-50, 50), st.integers(0, 60), st.integers(1, 7))
def test_a_whole_number_is_always_on_the_grid(value, low, width, step):
    distribution = IntDistribution(low, low + width * step, step=step)
    fit = answer(value, distribution)
    assert type(fit.value) is int
    assert distribution._contains(distribution.to_internal_repr(fit.value))
    assert fit.means_the_same == (fit.value == value)


@given(numbers, st.integers(-50, 50), st.integers(0, 60), st.sampled_from([None, 0.25, 2.0]))
def test_a_real_number_is_always_in_range(value, low, width, step):
    distribution = FloatDistribution(low, low + width * (step or 1.3), step=step)
    fit = answer(value, distribution)
    assert distribution._contains(distribution.to_internal_repr(fit.value))
    if distribution._contains(float(value)):
        assert fit.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("value", "choices", "expected"),
    [
        ("none", (None, "balanced"), None),
        (None, ("none", "balanced"), "none"),
        (1, (True, 1), 1),
        (True, (1, True), True),
        ("RBF", ("rbf", "linear"), "rbf"),
    ],
)
def test_choices_are_found_by_value_then_by_what_they_print_as(value, choices, expected):
    fit = answer(value, CategoricalDistribution(choices))
    assert fit.means_the_same
    assert fit.value is expected


@pytest.mark.parametrize(
    ("value", "distribution"),
    [
        ("rbf", CategoricalDistribution(["linear"])),
        ("rbf", FloatDistribution(0, 1)),
        (None, FloatDistribution(0, 1)),
    ],
)
def test_what_means_nothing_is_not_legal(value, distribution):
    fit = answer(value, distribution)
    assert not fit.legal
    assert fit.reason
