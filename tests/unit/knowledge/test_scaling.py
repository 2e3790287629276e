"""Sizes grow as they grow along the fronts of histories."""

import numpy as np
import pandas as pd
import pytest

import warmstart
from warmstart.errors import ArgumentError
from warmstart.metadataset.metadataset import MetaDataset


@pytest.fixture(scope="module")
def history():
    """Width as the root of the cost, and depth as its fourth root; the rest is dear and bad."""
    rng = np.random.default_rng(0)
    cost = 2.0 ** np.arange(0, 12, 4)
    front = [{"width": int(8 * c**0.5), "depth": int(2 * c**0.25), "rate": 0.1} for c in cost]
    bad = [{"width": 5, "depth": 7, "rate": 0.3}]
    names = [f"c{k}" for k in range(4)]
    scores = np.tile([0.5, 0.6, 0.7, 0.1], (5, 1)) + rng.uniform(0, 0.2, (5, 1))
    seconds = np.append(cost, 9e3) * rng.uniform(0.5, 2, (5, 1))
    return MetaDataset.from_matrix(
        pd.DataFrame(scores, columns=names),
        costs=pd.DataFrame(seconds, columns=names),
        configurations=pd.DataFrame(front + bad, index=names),
    )


def test_it_is_learnt_from_histories(history):
    small = {"width": 10, "depth": 4, "rate": 0.1}
    larger = warmstart.scale_rule(small, 4, histories=history)
    assert larger == {"width": 40, "depth": 8, "rate": 0.1}
    only = warmstart.scale_rule(small, 4, histories=history, dimensions=["width"])
    assert only == {"width": 40, "depth": 4, "rate": 0.1}


def test_a_suggestion_of_the_embedded_base_grows():
    frame = pd.DataFrame({"a": np.arange(60.0), "b": np.arange(60.0) % 7, "y": [0, 1] * 30})
    first = warmstart.suggest(frame, target="y", n=1, space="random_forest")[0]
    larger = warmstart.scale_rule(first, 2)
    name = "random_forest:n_estimators"
    assert larger[name] > 1.5 * first.configuration[name]
    assert {k for k in larger if not k.startswith("random_forest")} == {
        k for k in first.configuration if not k.startswith("random_forest")
    }


@pytest.mark.parametrize(
    ("configuration", "options", "message"),
    [
        ({"learner": "nope"}, {}, "no configuration of learner 'nope'; they have learners"),
        ({"learner": "naive_bayes"}, {}, "of naive_bayes is a whole number everywhere"),
        ({"nope": 1}, {}, r"no configuration with any of \['nope'\]"),
        (
            {"learner": "mlp", "mlp:width": 8},
            {"dimensions": ["depth"]},
            r"dimensions \['depth'\] are no positive numbers in every configuration",
        ),
    ],
)
def test_what_cannot_grow(configuration, options, message):
    with pytest.raises(ArgumentError, match=message):
        warmstart.scale_rule(configuration, 1, **options)


def test_histories_without_seconds():
    md = MetaDataset.from_matrix(
        pd.DataFrame([[0.1, 0.2]], columns=["a", "b"]),
        configurations=pd.DataFrame({"width": [1, 2]}, index=["a", "b"]),
    )
    with pytest.raises(ArgumentError, match="have no seconds"):
        warmstart.scale_rule({"width": 1}, 1, histories=md)
