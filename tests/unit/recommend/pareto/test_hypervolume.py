import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.hypervolume import (
    hypervolume,
    hypervolume_improvement,
    non_dominated,
)


def by_inclusion_and_exclusion(points, reference):
    """The volume of a union of boxes, independent of any sweep."""
    boxes = np.maximum(np.asarray(points) - reference, 0.0)
    total = 0.0
    for size in range(1, len(boxes) + 1):
        for some in itertools.combinations(range(len(boxes)), size):
            total += (-1) ** (size + 1) * boxes[list(some)].min(axis=0).prod()
    return total


def points(n_objectives):
    coarse = st.integers(-2, 8).map(float)
    return st.integers(1, 7).flatmap(
        lambda n: arrays(np.float64, (n, n_objectives), elements=coarse)
    )


@pytest.mark.parametrize("n_objectives", [1, 2, 3, 4])
def test_volume_of_the_union_of_boxes(n_objectives):
    @given(points(n_objectives))
    def holds(values):
        reference = np.zeros(n_objectives)
        expected = by_inclusion_and_exclusion(values, reference)
        assert hypervolume(values, reference) == pytest.approx(expected, abs=1e-9)

    holds()


@given(points(3))
def test_only_the_front_counts(values):
    front = values[non_dominated(values)]
    assert hypervolume(front, np.zeros(3)) == pytest.approx(hypervolume(values, np.zeros(3)))


@given(points(2))
def test_what_is_on_the_front_is_not_beaten(values):
    on_front = non_dominated(values)
    for i, j in itertools.product(range(len(values)), repeat=2):
        beats = (values[j] >= values[i]).all() and (values[j] > values[i]).any()
        assert not (on_front[i] and beats)
    assert on_front.any()


def test_points_with_a_gap_are_on_no_front():
    assert non_dominated([[np.nan, 9.0], [1.0, 1.0]]).tolist() == [False, True]


def test_improvement_over_an_empty_front_is_the_volume():
    assert hypervolume_improvement([[2.0, 3.0]], np.empty((0, 2)), [0.0, 0.0]) == 6.0


def test_bad_input():
    with pytest.raises(ArgumentError, match="2 finite numbers"):
        hypervolume([[1.0, 2.0]], [0.0])
    with pytest.raises(ArgumentError, match=r"got \(3,\)"):
        non_dominated([1.0, 2.0, 3.0])
