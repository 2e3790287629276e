"""A tuner's names and those of configurations."""

import pytest

from warmstart.downstream.matching import match, read_mapping, typical
from warmstart.errors import SpaceMismatchError

KEYS = ["learner", "gbm:rate", "gbm:leaves", "svm:C", "lin:C"]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gbm:rate", "gbm:rate"),
        ("gbm_rate", "gbm:rate"),
        ("gbm.leaves", "gbm:leaves"),
        ("rate", "gbm:rate"),
        ("svm__C", "svm:C"),
        ("C", None),  # of two learners
        ("lr", None),
    ],
)
def test_matches_what_can_only_be_meant(name, key):
    assert match(name, KEYS, {}) == key


def test_a_mapping_is_obeyed_and_uses_up_its_key():
    mapping = read_mapping({"lr": "gbm:rate", "svm:C": "c"}, KEYS)
    assert match("lr", KEYS, mapping) == "gbm:rate"
    assert match("c", KEYS, mapping) == "svm:C"
    assert match("rate", KEYS, mapping) is None
    assert match("C", KEYS, mapping) == "lin:C"
    assert match("lr", ["learner"], mapping) is None


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"lr": "gbm:speed"}, "'lr' with 'gbm:speed'"),
        ({"lr": "gbm:rate", "svm:C": "lr"}, "'lr' two meanings"),
    ],
)
def test_a_mapping_must_make_sense(mapping, words):
    with pytest.raises(SpaceMismatchError, match=words):
        read_mapping(mapping, KEYS)


def test_the_usual_values_are_those_that_every_member_has():
    pool = [
        {"learner": "a", "n": 1, "only": 2},
        {"learner": "a", "n": 3},
        {"learner": "b", "n": 9},
    ]
    assert typical(pool) == {"learner": "a", "n": 3}
    assert typical([]) == {}
