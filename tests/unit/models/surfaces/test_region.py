"""A study's own space: what it has, what it lacks, what only it has.

Also of: models.surfaces.box, models.surfaces.boxes.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.box import Axis
from warmstart.models.surfaces.boxes import BOXES
from warmstart.models.surfaces.region import Region
from warmstart.models.surfaces.sources import Sources, Surface
from warmstart.spaces.space import Choice, Constant, Number

BOX = BOXES["lightgbm"]
RATE = Number(name="learning_rate", low=0.01, high=0.3, log=True)
DEPTH = Choice(name="max_depth", choices=(3, 6, -1))
SPLIT = Number(name="min_split_gain", low=0.0, high=1.0)
KIND = Choice(name="boosting_type", choices=("gbdt", "dart"))


def region(*parameters) -> Region:
    return Region(box=BOX, parameters={one.name: one for one in parameters})


def sources() -> Sources:
    rng = np.random.default_rng(0)
    n = len(BOX.axes)
    return Sources.fit(
        [
            Surface(
                name=str(k), points=(p := rng.random((30, n))), scores=p[:, 0] + k * p[:, 1]
            )
            for k in range(3)
        ],
        kernel=SharedKernel.usual(n),
    )


def test_points_are_legal_in_the_study_and_fill_it():
    found = region(RATE, DEPTH, SPLIT).spread(256, seed=1)
    assert len(found) == 256
    assert all(0.01 <= one["learning_rate"] <= 0.3 for one in found)
    assert {one["max_depth"] for one in found} == {3, 6, -1}
    median = np.median([one["learning_rate"] for one in found])
    assert median == pytest.approx(np.sqrt(0.01 * 0.3), rel=0.05)
    assert region(RATE).spread(64, seed=2) == region(RATE).spread(64, seed=2)


def test_steps_and_whole_numbers_are_kept():
    share = Number(name="subsample", low=0.5, high=1.0, step=0.1)
    leaves = Number(name="num_leaves", low=4, high=256, log=True, integer=True)
    for one in region(share, leaves).spread(64, seed=0):
        assert round(one["subsample"] * 10) / 10 == one["subsample"]
        assert isinstance(one["num_leaves"], int)


def test_what_the_study_lacks_is_at_the_default_and_what_tables_lack_is_its_own():
    mine = region(RATE, SPLIT, KIND)
    places = mine.places(
        [{"learning_rate": 0.05, "min_split_gain": 0.25, "boosting_type": "dart"}], sources()
    )
    n = len(BOX.axes)
    axes = dict(zip(BOX.names, places.features[0, :n], strict=True))
    assert axes["max_depth"] == 1.0  # no limit
    assert axes["num_leaves"] == pytest.approx(np.log(31 / 2) / np.log(128))
    assert places.features[0, n:].tolist() == [0.25, 0.0, 1.0]
    kernel = mine.kernel(SharedKernel.usual(n))
    assert len(kernel.lengthscales) == n + 3
    # Other tables cannot tell the two kinds apart.
    both = [{"learning_rate": 0.05, "boosting_type": kind} for kind in KIND.choices]
    np.testing.assert_array_equal(*mine.places(both, sources()).loadings)


def test_a_word_for_the_same_choice_is_that_choice():
    weight = Choice(name="class_weight", choices=(None, "balanced"))
    places = region(RATE, weight).places([{"class_weight": "none"}], sources())
    assert places.features[0, -2:].tolist() == [1.0, 0.0]


def test_moves_stay_near_and_within():
    mine = region(RATE, DEPTH, SPLIT)
    centre = {"learning_rate": 0.3, "max_depth": 6, "min_split_gain": 0.5}
    found = mine.moves(centre, 200, np.random.default_rng(0))
    assert all(0.01 <= one["learning_rate"] <= 0.3 for one in found)
    gaps = [abs(one["min_split_gain"] - 0.5) for one in found]
    assert 0 < np.mean(gaps) < 0.2
    assert np.mean([one["max_depth"] == 6 for one in found]) > 0.6


def test_constants_are_carried_and_search_nothing():
    fixed = Constant(name="num_leaves", value=7)
    assert all(one["num_leaves"] == 7 for one in region(RATE, fixed).spread(4, seed=0))
    with pytest.raises(SpaceMismatchError, match="all parameters are constant"):
        region(fixed).spread(4, seed=0)


def test_a_study_that_ends_where_no_limit_begins_gets_its_own_values():
    depth = Number(name="max_depth", low=2, high=16, integer=True)
    found = {one["max_depth"] for one in region(RATE, depth).spread(256, seed=0)}
    assert {2, 16} <= found <= set(range(2, 17))


@pytest.mark.parametrize("learner", sorted(BOXES))
def test_the_whole_cube_is_a_region_of_values_the_library_takes(learner):
    box = BOXES[learner]
    for one in Region.whole(box).spread(64, seed=0):
        places = box.place(one)
        assert ((places >= -1e-6) & (places <= 1 + 1e-6)).all()


@given(place=st.floats(0, 1))
def test_a_place_and_its_value_agree(place):
    for box in BOXES.values():
        for axis in box.axes:
            width = 1.0 if axis.whole else 0.01
            assert abs(axis.place(axis.at(place)) - place) <= width
            value = axis.at(place)
            again = axis.at(axis.place(value))
            assert again is value or again == pytest.approx(value, rel=1e-3)


def test_words_stand_for_the_number_they_come_nearest_to():
    share = next(one for one in BOXES["random_forest"].axes if one.name == "max_features")
    assert share.place("sqrt") == share.place(0.3)
    assert share.place(None) == share.place(1.0) == 1.0
    gamma = next(one for one in BOXES["rbf_svm"].axes if one.name == "gamma")
    assert 0 < gamma.place("scale") < 1


def test_no_limit_is_the_far_end():
    depth = next(axis for axis in BOX.axes if axis.name == "max_depth")
    assert depth.place(None) == depth.place(-1) == depth.place(0) == 1.0
    assert depth.at(1.0) == -1
    with pytest.raises(ArgumentError, match="has no range from 0"):
        Axis(name="x", low=0.0, high=1.0, default=0)
