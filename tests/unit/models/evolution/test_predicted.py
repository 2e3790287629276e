"""Evolution on predictions against trying everything."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import ArgumentError
from warmstart.models.costs.operator_table import CostTable
from warmstart.models.evolution.predicted import evolve_predicted

PLACES = {f"edge {k}": ["none", "skip", "conv1", "conv3", "pool"] for k in range(4)}


def world(seed):
    """Every configuration, what it scores and what it costs, by a table learnt from some."""
    rng = np.random.default_rng(seed)
    worth, seconds = (
        {
            name: dict(zip(options, draw(size=5), strict=True))
            for name, options in PLACES.items()
        }
        for draw in (rng.normal, rng.random)
    )
    everything = [
        dict(zip(PLACES, row, strict=True)) for row in itertools.product(*PLACES.values())
    ]
    measured = [sum(seconds[k][v] for k, v in one.items()) for one in everything]
    table = CostTable().fit(everything[::3], measured[::3])

    def score(many):
        return [sum(worth[k][v] for k, v in one.items()) for one in many]

    return everything, score, table


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.1, 0.3, 0.8]))
def test_it_finds_what_trying_everything_finds(seed, quantile):
    everything, score, table = world(seed)
    costs = table.predict(everything)
    limit = float(np.quantile(costs, quantile))
    within = np.flatnonzero(costs <= limit)
    found = evolve_predicted(PLACES, score, 3, cost=table.predict, limit=limit)
    best = np.sort(np.asarray(score(everything))[within])[::-1][:3]
    assert score(found) == pytest.approx(best)
    assert (table.predict(found) <= limit).all()


def test_what_is_given_first_is_in_and_the_seed_decides():
    _, score, _ = world(0)
    best = evolve_predicted(PLACES, score, 1)
    assert evolve_predicted(PLACES, score, 1, first=best, n_generations=0) == best
    short = {"n_generations": 1, "population_size": 8}
    one, same, other = (
        evolve_predicted(PLACES, score, 5, random_state=s, **short) for s in (1, 1, 2)
    )
    assert one == same != other


def test_fewer_where_there_are_fewer():
    found = evolve_predicted({"a": [1, 2, 3]}, lambda many: [c["a"] for c in many], 9)
    assert found == [{"a": 3}, {"a": 2}, {"a": 1}]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"choices": {}}, "every place needs options"),
        ({"choices": {"a": []}}, r"got none for \['a'\]"),
        ({"limit": 1.0}, "cost= and limit= go together"),
        ({"n": 0}, "n must be a whole number from 1, got 0"),
        ({"population_size": 2}, "population_size must be a whole number from 4, got 2"),
        ({"cost": lambda many: [2.0] * len(many), "limit": 1.0}, "within limit=1.0"),
    ],
)
def test_bad_input(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        evolve_predicted(
            **{"choices": {"a": [1, 2]}, "score": lambda many: [0] * len(many), **arguments}
        )
