"""Configurations near a known one: in range, of the right kind, legal by example."""

import numpy as np
import pytest

from warmstart.spaces.neighbourhood import Neighbourhood

KNOWN = [
    {"booster": "tree", "depth": 3, "eta": 0.01, "rounds": 10, "same": 7},
    {"booster": "tree", "depth": 9, "eta": 1.0, "rounds": 1000, "same": 7},
    {"booster": "linear", "rounds": 100, "same": 7},
]


def neighbours(centre, n=300, seed=0, known=KNOWN):
    return Neighbourhood.fit(known).around(centre, n, np.random.default_rng(seed))


def test_numbers_stay_in_their_known_range_and_kind():
    for one in neighbours(KNOWN[0]):
        assert one["same"] == 7
        assert isinstance(one["rounds"], int)
        assert 10 <= one["rounds"] <= 1000
        if one["booster"] == "tree":
            assert isinstance(one["depth"], int)
            assert 3 <= one["depth"] <= 9
            assert 0.01 - 1e-12 <= one["eta"] <= 1.0 + 1e-12


def test_what_is_active_follows_the_choice():
    found = neighbours(KNOWN[0])
    assert {one["booster"] for one in found} == {"tree", "linear"}
    for one in found:
        assert set(one) == set(KNOWN[0 if one["booster"] == "tree" else 2])


def test_the_centre_is_not_its_own_neighbour_and_none_occurs_twice():
    found = [repr(sorted(one.items())) for one in neighbours(KNOWN[2])]
    assert len(found) == len(set(found))
    assert repr(sorted(KNOWN[2].items())) not in found


def test_most_are_near():
    known = [{"x": float(x)} for x in np.linspace(-1, 1, 9)]
    found = np.array([one["x"] for one in neighbours({"x": 0.2}, known=known)])
    assert np.median(np.abs(found - 0.2)) < 0.2
    assert np.abs(found - 0.2).max() > 0.3


def test_choices_never_seen_together_are_not_made():
    known = [{"a": "x", "b": "p"}, {"a": "y", "b": "q"}]
    for one in neighbours(known[0], known=known):
        assert one in known


@pytest.mark.parametrize("known", [[{"same": 1.0}], [{}], [{"flag": True}]])
def test_where_nothing_can_be_moved_there_is_no_neighbour(known):
    assert neighbours(known[0], known=known) == []


def test_the_same_seed_gives_the_same():
    assert neighbours(KNOWN[0], seed=3) == neighbours(KNOWN[0], seed=3)


def test_anywhere_is_in_range_with_the_choices_of_known_ones():
    found = Neighbourhood.fit(KNOWN).anywhere(200, np.random.default_rng(0))
    for one in found:
        assert set(one) == set(KNOWN[0 if one["booster"] == "tree" else 2])
        assert one["same"] == 7
        assert isinstance(one["rounds"], int)
    rounds = np.log10([one["rounds"] for one in found])
    assert rounds.min() < 1.2
    assert rounds.max() > 2.8
    assert abs(np.median(rounds) - 2.0) < 0.3
