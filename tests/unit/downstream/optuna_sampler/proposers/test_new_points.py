"""New configurations: of the study's own space, and never what it has had."""

import numpy as np
import pytest

from warmstart.downstream.optuna_sampler.proposers.new_points import draw_new

KNOWN = [
    {"kind": kind, "depth": d, "rate": r}
    for kind, d, r in [("a", 1, 0.001), ("a", 9, 1.0), ("b", 5, 0.03), ("c", 2, 0.1)]
]


class Space:
    """Has no kind c, and depths up to six."""

    def __init__(self, had=()):
        self.had, self.kept = list(had), {}

    def as_run(self, values):
        if values["kind"] == "c":
            return None
        return {**values, "depth": min(values["depth"], 6)}

    def is_new(self, values):
        return values not in self.had


@pytest.fixture
def drawn():
    def draw(space, known=KNOWN, best=KNOWN[:1], seed=0):
        return draw_new(known, best, space, np.random.default_rng(seed))

    return draw


def test_are_as_the_study_would_run_them(drawn):
    found = drawn(Space())
    assert {one["kind"] for one in found} == {"a", "b"}
    assert {one["depth"] for one in found} == {1, 2, 3, 4, 5, 6}
    assert all(0.001 <= one["rate"] <= 1.0 for one in found)


def test_are_different_and_new(drawn):
    had = [{"kind": "a", "depth": d, "rate": 0.5} for d in range(1, 5)]
    known = [{**one, "rate": 0.5} for one in KNOWN]
    found = drawn(Space(had), known, best=had[:1])
    assert all(one not in had for one in found)
    assert len(found) == len({tuple(one.items()) for one in found})
    assert drawn(Space([*had, *found]), known, best=had[:1]) == []


def test_lie_near_the_best(drawn):
    centre = {"kind": "a", "depth": 3, "rate": 0.02}
    near = [
        one for one in drawn(Space(), best=[centre]) if abs(np.log(one["rate"] / 0.02)) < 0.5
    ]
    assert len(near) > len(drawn(Space(), best=[])) / 5


def test_are_none_where_the_study_has_nothing_of_it(drawn):
    assert drawn(Space(), known=[KNOWN[3]]) == []


def test_are_the_same_by_seed(drawn):
    assert drawn(Space(), seed=1) == drawn(Space(), seed=1)
    assert drawn(Space(), seed=1) != drawn(Space(), seed=2)
