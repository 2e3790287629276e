import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.population import first_population

TEN = [
    {"learner": "svm", "C": 10.0**k, "kernel": "rbf" if k % 2 else "poly"} for k in range(10)
]


@given(st.integers(1, 25), st.floats(0, 1), st.integers(0, 5))
def test_as_many_distinct_members_as_asked_for_the_best_first(n, diversity, seed):
    found = first_population(TEN, n, diversity=diversity, random_state=seed)
    assert len(found) == n
    assert len({repr(sorted(one.items())) for one in found}) == n
    assert found[0] == TEN[0]
    for one in found:
        assert one["learner"] == "svm"
        assert one["kernel"] in {"rbf", "poly"}
        assert 1.0 <= one["C"] <= 1e9 * (1 + 1e-9)
    assert found == first_population(TEN, n, diversity=diversity, random_state=seed)


def test_diversity_spreads_them():
    def spread(diversity):
        return np.std([np.log(x["C"]) for x in first_population(TEN, 4, diversity=diversity)])

    assert spread(0.0) < spread(0.5) <= spread(1.0)


def test_more_than_there_are_begin_with_all():
    assert first_population(TEN, 14)[:10] == TEN


def test_nothing_to_vary_gives_what_there_is():
    assert first_population([{"learner": "lda"}], 5) == [{"learner": "lda"}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"configurations": []}, "at least one configuration"),
        ({"n": 0}, "at least 1, got 0"),
        ({"n": 2.5}, "at least 1, got 2.5"),
        ({"diversity": 1.5}, "from 0 to 1, got 1.5"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        first_population(**{"configurations": TEN, "n": 3} | arguments)
