"""A tuner's names and those of configurations."""

import pytest

from warmstart.downstream.names.inverse import Pairs, match, read_mapping
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
    assert match(name, KEYS, Pairs()) == key


def test_a_mapping_is_obeyed_and_uses_up_its_key():
    pairs = read_mapping({"lr": "gbm:rate", "svm:C": "c"}, KEYS)
    assert match("lr", KEYS, pairs) == "gbm:rate"
    assert match("c", KEYS, pairs) == "svm:C"
    assert match("rate", KEYS, pairs) is None
    assert match("C", KEYS, pairs) == "lin:C"
    assert match("lr", ["learner"], pairs) is None


def test_takes_the_mappings_of_the_injectors():
    pairs = read_mapping(
        {"C": "cost", "leaves": None, "learner": ("model", {"gbm": "boosting"})}, KEYS
    )
    assert match("cost", ["learner", "svm:C"], pairs) == "svm:C"
    assert match("cost", ["learner", "lin:C"], pairs) == "lin:C"
    assert match("leaves", KEYS, pairs) is None
    assert pairs.left_out == {"gbm:leaves"}
    assert match("model", KEYS, pairs) == "learner"
    assert pairs.word("learner", "gbm") == "boosting"
    assert pairs.word("learner", "svm") == "svm"
    assert pairs.meaning("learner", "boosting") == "gbm"


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"lr": "gbm:speed"}, "'lr' with 'gbm:speed'"),
        ({"lr": "gbm:rate", "svm:C": "lr"}, "'lr' two meanings"),
        ({"speed": None}, "'speed' with None"),
        ({"gbm:rate": ["lr", {}]}, r"sends 'gbm:rate' to \['lr', \{\}\]; say the tuner's name"),
        ([("gbm:rate", "lr")], "must be a dict of names to names, got list"),
    ],
)
def test_a_mapping_must_make_sense(mapping, words):
    with pytest.raises(SpaceMismatchError, match=words):
        read_mapping(mapping, KEYS)
