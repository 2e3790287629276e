"""Near misses and the errors that use them."""

import pytest

from warmstart.datasets.checks import check_task_words, near_misses, no_target, unknown_target
from warmstart.errors import DatasetError


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("clas", ["Class"]), ("CLASS", ["Class"]), ("ages", ["age"]), ("zzz", []), (3, [])],
)
def test_near_misses(wanted, expected):
    assert near_misses(wanted, ["Class", "age", "height"]) == expected


def test_unknown_target_of_a_wide_table_stays_short():
    message = str(unknown_target("f00", [f"f{i}" for i in range(10_000)]))
    assert "and 9,980 more" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("names", "guess"),
    [(["target", "a"], "target"), (["y", "Class"], "Class"), (["a", "b"], "b"), ([0, 1], 1)],
)
def test_likely_target(names, guess):
    assert f"for example target={guess!r}" in str(no_target(names))


def test_no_columns():
    assert "no columns" in str(no_target([]))


def test_task_words():
    for word in (None, "binary", "multiclass", "classification", "regression"):
        check_task_words(word)
    with pytest.raises(DatasetError, match="got 'cluster'"):
        check_task_words("cluster")
