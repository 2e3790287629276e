"""Narrowed ranges of suggestions.

Also of: recommend.answer.answer, recommend.answer.explain, recommend.answer.frame,
recommend.answer.suggestion.
"""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from warmstart.recommend.answer.ranges import ChoiceSubset, NumberRange, narrow, weights_of
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.answer.suggestions import Suggestions


def suggestions(rows, scores=None, std=0.05, learner="mine"):
    scores = [0.9 - 0.01 * i for i in range(len(rows))] if scores is None else scores
    return Suggestions(
        items=tuple(
            Suggestion(
                configuration=row,
                configuration_id=i,
                learner=learner,
                score=score,
                score_std=std,
            )
            for i, (row, score) in enumerate(zip(rows, scores, strict=True))
        ),
        metric=None,
        strategy="pmf",
    )


values = st.lists(st.floats(-100, 100) | st.integers(-100, 100), min_size=1, max_size=12)


@given(values, st.floats(0.05, 1.0), st.floats(0.0, 1.0), st.integers(0, 10**6))
def test_a_range_holds_its_share_and_grows_with_it(numbers, quantile, more, seed):
    scores = np.random.default_rng(seed).random(len(numbers)).tolist()
    s = suggestions([{"x": x} for x in numbers], scores, std=0.5)
    found = narrow(s, quantile)["x"]
    weights = weights_of(s)
    inside = sum(w for x, w in zip(numbers, weights, strict=True) if x in found)
    assert inside >= quantile - 1e-9
    assert found.mass == pytest.approx(inside)
    wider = narrow(s, min(1.0, quantile + more))["x"]
    assert wider.low <= found.low <= found.high <= wider.high
    everything = narrow(s, 1.0)["x"]
    assert (everything.low, everything.high) == (min(numbers), max(numbers))


@given(st.lists(st.sampled_from(["a", "b", 1, True, None]), min_size=1), st.floats(0.05, 1))
def test_a_subset_holds_its_share_with_the_fewest_choices(choices, quantile):
    s = suggestions([{"k": c, "x": "word"} for c in choices])
    found = narrow(s, quantile).get("k")
    assume(isinstance(found, ChoiceSubset))  # all ones are a number
    weights = weights_of(s)
    mass = [sum(w for c, w in zip(choices, weights, strict=True) if same(c, kept))
            for kept in found.choices]  # fmt: skip
    assert sum(mass) >= quantile - 1e-9
    assert sum(mass[:-1]) < quantile
    assert mass == sorted(mass, reverse=True)


def same(a, b):
    return type(a) is type(b) and a == b


def test_the_good_weigh_more():
    rows = [{"x": float(x)} for x in range(10)]
    scores = [0.9] * 3 + [0.5] * 7
    found = narrow(suggestions(rows, scores), 0.9)["x"]
    assert (found.low, found.high) == (0.0, 2.0)
    unknown = suggestions(rows, [math.nan] * 10)
    assert weights_of(unknown) == pytest.approx(np.full(10, 0.1))
    assert narrow(unknown, 0.8)["x"] == NumberRange(low=1.0, high=8.0, mass=0.8)


def test_kinds_and_scales():
    rows = [{"n": 4, "rate": 0.001, "k": "a"}, {"n": 9, "rate": 0.2, "k": "b", "only": 0.5}]
    found = suggestions(rows).ranges(1.0)
    assert found["n"] == NumberRange(low=4, high=9, integer=True)
    assert found["rate"].log
    assert found["only"] == NumberRange(low=0.5, high=0.5)
    assert found.to_optuna() == {
        "n": IntDistribution(4, 9),
        "rate": FloatDistribution(0.001, 0.2, log=True),
        "k": CategoricalDistribution(("a", "b")),
        "only": FloatDistribution(0.5, 0.5),
    }
    assert "n" in repr(found)
    assert True not in found["n"]
    assert "a" in found["k"]


def test_scales_of_the_tabular_space_are_its_own():
    rows = [{"lightgbm:learning_rate": v, "lightgbm:subsample": v} for v in (0.1, 0.12)]
    found = suggestions(rows, learner="lightgbm").ranges(1.0)
    assert found["lightgbm:learning_rate"].log
    assert not found["lightgbm:subsample"].log


@pytest.mark.parametrize("quantile", [0, -0.1, 1.1, math.nan])
def test_a_share_is_a_share(quantile):
    with pytest.raises(ValueError, match=r"share of the weight in \(0, 1\]"):
        suggestions([{"x": 1}]).ranges(quantile)


def test_bad_ranges():
    with pytest.raises(ValueError, match="no suggestions"):
        narrow([], 0.9)
    with pytest.raises(ValueError, match="got 2 to 1"):
        NumberRange(low=2, high=1)
    with pytest.raises(ValueError, match="got low=0"):
        NumberRange(low=0, high=1, log=True)
    with pytest.raises(ValueError, match="at least one"):
        ChoiceSubset(choices=())
