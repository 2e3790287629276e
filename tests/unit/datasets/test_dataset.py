"""Dataset: what it tells of itself.

Also of: datasets.remarks.
"""

import dataclasses
import pickle

import numpy as np
import pandas as pd
import pytest

from warmstart.datasets.fingerprints.fingerprint import fingerprint
from warmstart.datasets.load import load_dataset


@pytest.fixture
def dataset():
    n = 60
    return load_dataset(
        pd.DataFrame(
            {
                "key": [f"k{i}" for i in range(n)],
                "size": [None, 1.5, 2.5] * 20,
                "gone": None,
                "one": 1,
                "lists": [[1, 2]] * n,
                "color": ["red", "?", "blue"] * 20,
                "y": np.arange(n) % 2,
            }
        ),
        target="y",
    )


def test_describe_tells_of_every_column(dataset):
    table = dataset.describe().set_index("column")
    assert table["kind"].to_dict() == {
        "key": "identifier",
        "size": "numeric",
        "gone": "constant",
        "one": "constant",
        "lists": "identifier",
        "color": "categorical",
        "y": "target",
    }
    assert table["missing_pct"].tolist() == [0, 33.3, 100, 0, 0, 33.3, 0]
    assert table["n_distinct"].tolist() == [60, 2, 0, 1, 1, 2, 2]


def test_describe_without_a_target_name():
    table = load_dataset(np.arange(20.0).reshape(10, 2) % 3, [0, 1] * 5).describe()
    assert table["column"].tolist() == [0, 1, "(target)"]


def test_it_is_frozen(dataset):
    with pytest.raises(dataclasses.FrozenInstanceError):
        dataset.name = "other"


def test_fingerprint_is_that_of_its_content(dataset):
    assert dataset.fingerprint == fingerprint(dataset.X, dataset.y)
    assert dataset.fingerprint is dataset.fingerprint


def test_it_pickles(dataset):
    again = pickle.loads(pickle.dumps(dataset))
    pd.testing.assert_frame_equal(again.X, dataset.X)
    assert again.schema == dataset.schema
