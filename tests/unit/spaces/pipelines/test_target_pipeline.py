"""Pipelines take every target that `suggest` takes, and read it in the same way."""

import datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline

from warmstart.datasets.load import load_dataset
from warmstart.datasets.notes import Notes
from warmstart.datasets.target import read_target
from warmstart.domain import Schema
from warmstart.errors import DatasetError
from warmstart.spaces.pipelines.target_pipeline import TargetPipeline
from warmstart.tables.targets import typed_target

X = np.arange(12.0)[:, None]


def fitted(y, **options):
    target = read_target(y, options.get("task_type"), Notes())
    last = LinearRegression() if target.task_type == "regression" else LogisticRegression()
    model = TargetPipeline(
        [("model", last)], task_type=target.task_type, target_form=target.form
    )
    return model.fit(X, y), target


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["a", None, "b"] * 4, ["a", "b"]),
        (["a", "", "b", "?"] * 3, ["a", "b"]),
        (np.array(["a", np.nan, "b"] * 4, dtype=object), ["a", "b"]),
        ([1, "two"] * 6, ["1", "two"]),
        ([1, "two", None] * 4, ["1", "two"]),
        ([b"no", b"yes"] * 6, ["no", "yes"]),
        (pd.array([True, None, False] * 4, dtype="boolean"), [False, True]),
        (pd.array([1, None, 2] * 4, dtype="Int64"), [1, 2]),
        (np.array([0.0, np.inf, 1.0] * 4), [0, 1]),
        (pd.Categorical(["u", None, "v"] * 4), ["u", "v"]),
        (pd.DataFrame({"y": ["a", None, "b"] * 4}), ["a", "b"]),
    ],
)
def test_classes(y, classes):
    model, target = fitted(y)
    assert model.classes_.tolist() == classes
    assert set(model.predict(X).tolist()) <= set(classes)
    assert model.predict_proba(X).shape == (12, 2)
    assert 0 <= model.score(X, y) <= 1
    # What suggest saw is what the model was fitted to.
    read, rows = typed_target(y, target.task_type, target.form)
    assert read.tolist() == target.y.tolist()
    assert rows.tolist() == target.rows.tolist()


def test_fractional_classes():
    model, _ = fitted([0.5, 1.5] * 6, task_type="classification")
    assert model.classes_.tolist() == ["0.5", "1.5"]


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([f"{1000 + i},{i:02d}" for i in range(12)], [1000 + 1.01 * i for i in range(12)]),
        ([f"1,{i:03d}" for i in range(100, 112)], range(1100, 1112)),
        ([f"0,{i:03d}" for i in range(100, 112)], [i / 1000 for i in range(100, 112)]),
        (pd.to_timedelta(range(1, 13), unit="min"), range(60, 721, 60)),
        ([datetime.timedelta(seconds=i) for i in range(1, 13)], range(1, 13)),
    ],
)
def test_quantities(y, expected):
    model, target = fitted(pd.Series(y), task_type="regression")
    np.testing.assert_allclose(target.y, list(expected))
    np.testing.assert_allclose(model.predict(X), list(expected), rtol=1e-6)
    assert model.score(X, y) == pytest.approx(1)


def test_missing_words_are_no_numbers():
    y = ["1.5", "NA", "2.5", "n/a", "inf", "3.5"] * 2
    model, target = fitted(y)
    assert len(target.y) == 6
    assert np.isfinite(model.predict(X)).all()


def test_weights_go_with_their_rows():
    y = ["a", "b", None] * 4
    weights = np.where(np.arange(12) % 3 == 0, 1e6, 1e-6)
    model, _ = fitted(["a", "b"] * 6)
    model.fit(X, y, model__sample_weight=weights)
    assert set(model.predict(X)) == {"a"}
    assert model.score(X, y, sample_weight=weights) == pytest.approx(1)


def test_a_fold_is_read_as_the_whole():
    """Of labels of mixed types a fold may hold one type alone."""
    target = read_target([1, 2, 1, 2, "many", "many"], None, Notes())
    read, _ = typed_target([1, None, 2], target.task_type, target.form)
    assert read.tolist() == ["1", "2"]


def test_the_other_columns_decide_how_the_target_is_written():
    frame = pd.DataFrame(
        {"a": [f"0,{i}" for i in range(1, 10)], "y": [f"{i},250" for i in range(1, 10)]}
    )
    dataset = load_dataset(frame, target="y", task_type="regression")
    assert dataset.y.max() == 9.25
    assert dataset.schema.target_form == "decimal_comma"
    assert Schema.from_dict(dataset.schema.to_dict()) == dataset.schema


def test_lengths_are_compared_before_rows_are_left_out():
    with pytest.raises(DatasetError, match="X has 12 rows but y has 3 values"):
        fitted(["a", "b"] * 6)[0].fit(X, ["a", None, "b"])


def test_is_a_pipeline():
    model, _ = fitted(["a", "b"] * 6)
    assert isinstance(model, Pipeline)
    copy = clone(model)
    assert copy.get_params()["task_type"] == "binary"
    assert len(model[:0]) == 0
    # Without a kind of task the target is passed on.
    plain = TargetPipeline([("model", LinearRegression())]).fit(X, np.arange(12.0))
    assert plain.score(X, np.arange(12.0)) == pytest.approx(1)


def test_form_is_checked():
    with pytest.raises(ValueError, match=r"target_form must be one of .* got 'latin'"):
        Schema(columns=(), task_type="binary", n_rows=3, target_form="latin")
    with pytest.raises(DatasetError, match=r"form must be one of .* got 'latin'"):
        typed_target(["a"], "binary", "latin")
