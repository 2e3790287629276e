"""Configurations as numeric rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from warmstart.spaces.encoding import ConfigurationEncoder

KNOWN = [
    {"learner": "svm", "svm:C": 0.01, "svm:p": 2, "flag": True},
    {"learner": "svm", "svm:C": 100.0, "svm:p": 1, "flag": False},
    {"learner": "tree", "tree:depth": 3},
]


def test_wide_positive_numbers_are_read_on_a_log_scale():
    encoder = ConfigurationEncoder.fit(KNOWN)
    column = [number.name for number in encoder.numbers].index("svm:C")
    rows = encoder.transform([{"svm:C": 0.01}, {"svm:C": 1.0}, {"svm:C": 100.0}])
    np.testing.assert_allclose(rows[:, column], [0.0, 0.5, 1.0])


def test_what_is_not_active_sits_in_the_middle():
    encoder = ConfigurationEncoder.fit(KNOWN)
    tree = encoder.transform([{"learner": "tree", "tree:depth": 3}])[0]
    numbers = dict(zip((n.name for n in encoder.numbers), tree, strict=False))
    assert numbers["svm:C"] == 0.5


def test_truth_values_are_choices_not_numbers():
    encoder = ConfigurationEncoder.fit(KNOWN)
    assert ("flag", "True") in encoder.choices
    assert "flag" not in [number.name for number in encoder.numbers]


def test_a_choice_never_seen_has_no_indicator():
    encoder = ConfigurationEncoder.fit(KNOWN)
    row = encoder.transform([{"learner": "forest"}])[0]
    assert row[len(encoder.numbers) :].sum() == 0.0


def test_nothing_known_gives_no_columns():
    assert ConfigurationEncoder.fit([{}, {}]).transform([{}]).shape == (1, 0)


@given(st.lists(st.floats(1e-6, 1e6), min_size=2, max_size=8, unique=True))
def test_positions_keep_the_order_of_values(values):
    encoder = ConfigurationEncoder.fit([{"a": value} for value in values])
    rows = encoder.transform([{"a": value} for value in sorted(values)])[:, 0]
    assert (np.diff(rows) >= -1e-12).all()
    assert rows.min() >= -1e-9
    assert rows.max() <= 1 + 1e-9


def test_activity_has_an_indicator_where_it_varies():
    encoder = ConfigurationEncoder.fit([{"a": 1.0, "b": 2.0}, {"a": 3.0}], activity=True)
    rows = encoder.transform([{"a": 1.0, "b": 2.0}, {"a": 3.0}])
    assert encoder.sometimes == ("b",)
    assert rows[:, -1].tolist() == [1.0, 0.0]


def test_whole_numbers_beyond_the_exact_floats_are_told_apart():
    points = [{"n": 2**60 + i} for i in range(5)]
    features = ConfigurationEncoder.fit(points).transform(points)
    assert features[:, 0].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_numbers_that_no_float_can_be_are_names():
    points = [{"n": 10**400}, {"n": 10**401}]
    features = ConfigurationEncoder.fit(points).transform(points)
    assert features.tolist() == [[1.0, 0.0], [0.0, 1.0]]
