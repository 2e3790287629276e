"""The target: what is known of it, which task it makes, and what cannot be predicted.

Also of: datasets.task_types.
"""

import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.datasets.notes import Notes
from warmstart.datasets.target import read_target
from warmstart.errors import DatasetError


def read(values, task_type=None):
    notes = Notes()
    return read_target(values, task_type, notes), "\n".join(notes.sentences())


def cycle(values, n=60):
    return pd.Series([values[i % len(values)] for i in range(n)])


DURATIONS = "The target holds durations, read as seconds."


class TestTaskType:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            (cycle(["a", "b"]), "binary"),
            (cycle(["a", "b", "c"]), "multiclass"),
            (cycle([True, False]), "binary"),
            (cycle([True, False]).astype("boolean"), "binary"),
            (cycle([0, 1]), "binary"),
            (cycle([1.0, 2.0]), "binary"),
            (cycle([0, 1, 2]).astype("Int64"), "multiclass"),
            (cycle([1, 2, 3]).astype("category"), "multiclass"),
            (cycle(list(range(10)), 1797), "multiclass"),
            (cycle(["3", "4", "5"]), "multiclass"),
            (pd.Series(np.arange(60) * 3), "regression"),
            (pd.Series(np.linspace(0, 1, 60)), "regression"),
            (pd.Series([decimal.Decimal(i) / 8 for i in range(60)]), "regression"),
            (pd.Series(pd.to_timedelta(np.arange(60), unit="s")), "regression"),
        ],
    )
    def test_clear(self, values, expected):
        target, said = read(values)
        assert target.task_type == expected
        assert said.replace(DURATIONS, "") == ""

    @pytest.mark.parametrize(
        ("values", "expected", "told"),
        [
            (cycle([3, 4, 5, 6, 7, 9], 600), "multiclass", "6 distinct integers.*'regression'"),
            (cycle(list(range(1, 27)), 2_600), "regression", "26 distinct integers.*'classif"),
            (cycle([0.5, 1.5, 2.5]), "regression", "3 distinct fractional numbers.*'classif"),
            (pd.Series([f"{i}.5" for i in range(60)]), "regression", "numbers stored as text"),
        ],
    )
    def test_ambiguous_is_told(self, values, expected, told):
        target, said = read(values)
        assert target.task_type == expected
        assert pd.Series([said]).str.contains(told, regex=True).all()

    @pytest.mark.parametrize("word", ["binary", "multiclass", "classification", "regression"])
    def test_asked_for(self, word):
        target, _ = read(cycle([1, 2]), word)
        assert target.task_type == ("regression" if word == "regression" else "binary")

    def test_asked_for_against_the_classes(self):
        with pytest.raises(
            DatasetError, match="task_type='binary', but the target has 3 classes"
        ):
            read(cycle([1, 2, 3]), "binary")
        assert "two classes, so the task is binary" in read(cycle([1, 2]), "multiclass")[1]

    def test_regression_of_words(self):
        with pytest.raises(DatasetError, match="must hold numbers, found 'b'"):
            read(cycle(["1", "b"]), "regression")


class TestLabels:
    @pytest.mark.parametrize(
        "values",
        [
            cycle(["a", "b"]),
            cycle([True, False]),
            cycle([3, 7]),
            cycle([1.0, 2.0]),
        ],
    )
    def test_as_given(self, values):
        target, _ = read(values)
        assert target.y.tolist() == values.tolist()

    def test_nullable_become_plain(self):
        values = pd.Series([1, 2, None] * 20, dtype="Int64")
        target, said = read(values)
        assert target.y.dtype == np.int64
        assert target.rows.tolist() == [i for i in range(60) if i % 3 != 2]
        assert "missing in 20 rows" in said

    def test_booleans_with_missing(self):
        target, _ = read([True, False, None] * 10)
        assert target.y.dtype == bool

    def test_unused_categories_are_no_classes(self):
        values = pd.Series(pd.Categorical(list("abab"), categories=list("abcd")))
        target, _ = read(values)
        assert target.class_counts == {"a": 2, "b": 2}

    def test_mixed_become_strings(self):
        target, said = read([1, "b"] * 10)
        assert target.y.tolist() == ["1", "b"] * 10
        assert "mix types (int, str)" in said

    def test_fractions_become_strings(self):
        target, said = read(cycle([0.5, 1.5]), "classification")
        assert set(target.y) == {"0.5", "1.5"}
        assert "Fractional class labels" in said

    def test_bytes_become_strings(self):
        assert set(read([b"p", b"q"] * 10)[0].y) == {"p", "q"}

    def test_the_word_none_is_a_class(self):
        assert read(["None", "mild"] * 10)[0].class_counts == {"None": 10, "mild": 10}

    def test_question_marks_are_missing(self):
        target, said = read(["a", "b", "?"] * 10)
        assert target.task_type == "binary"
        assert "missing in 10 rows" in said


class TestQuantity:
    def test_infinite_is_missing(self):
        target, said = read([1.5, 2.5, np.inf, 4.5, -np.inf])
        assert target.y.tolist() == [1.5, 2.5, 4.5]
        assert "missing in 2 rows" in said

    @pytest.mark.parametrize(
        "values",
        [
            pd.Series([1.5, 2.5, 4.5], dtype="Float32"),
            pd.Series(["1.5", "2.5", "4.5"]),
            pd.Series(pd.Categorical(["1.5", "2.5", "4.5"])),
            np.array([[1.5], [2.5], [4.5]]),
        ],
    )
    def test_becomes_float(self, values):
        target, _ = read(values, "regression")
        assert target.y.dtype == np.float64
        assert target.y.tolist() == [1.5, 2.5, 4.5]

    def test_durations_are_seconds(self):
        target, _ = read(pd.Series(pd.to_timedelta([1, 2, None, 4], unit="h")))
        assert target.y.tolist() == [3600.0, 7200.0, 14400.0]


class TestRefused:
    @pytest.mark.parametrize(
        ("values", "task_type", "told"),
        [
            (["a"] * 10, None, "one class, 'a'; a classifier needs at least two"),
            ([1] * 10, None, "one class, 1"),
            ([2.5] * 10, "regression", "the target is 2.5 in every row"),
            ([2.5] * 10, None, "the target is 2.5 in every row"),
            ([f"id{i}" for i in range(10)], None, "each of the 10 classes has a single row"),
            ([1j, 2j, 3j], None, "complex numbers"),
            (pd.Series([1j, 2, "x"], dtype=object), None, "complex numbers"),
            (pd.date_range("2020", periods=4), None, "holds dates"),
            (pd.Series(pd.period_range("2020", periods=4)), None, "holds dates"),
            ([[1, 2]] * 4, None, "y has 2 columns"),
            (pd.Series([[1], [2, 3], [4]]), None, "holds a list per row"),
            ([None] * 4, None, "missing in all 4 rows"),
            ("abc", None, "one value a row"),
            (3, None, "one value a row"),
        ],
    )
    def test_with_a_reason(self, values, task_type, told):
        with pytest.raises(DatasetError, match=told):
            read(values, task_type)


def test_a_class_of_one_is_kept_and_told():
    target, said = read(["a"] * 10 + ["b"] * 10 + ["c"])
    assert target.class_counts == {"a": 10, "b": 10, "c": 1}
    assert "fewer than 3 rows: 'c' (1); they are kept for fitting but cannot" in said


@given(st.lists(st.one_of(st.none(), st.floats(), st.integers(), st.text(), st.booleans())))
@settings(deadline=None)
def test_any_list_is_read_or_refused(values):
    try:
        target, _ = read(values)
    except DatasetError:
        return
    assert len(target.y) == len(target.rows) >= 3
    assert target.y.notna().all()
    assert target.y.nunique() >= 2


@pytest.mark.parametrize(
    "labels", [[" yes", "yes", "no", "no "] * 3, ["no", "yes\n", "yes"] * 3]
)
def test_classes_that_differ_by_blanks_are_told(labels):
    _, said = read(labels)
    assert "Classes that differ only by blanks are taken for different ones" in said
    assert "strip the labels" in said


def test_bytes_and_durations_are_told():
    target, said = read([b"a", b"b"] * 3)
    assert set(target.y) == {"a", "b"}
    assert "Class labels are bytes, read as text" in said
    target, said = read(pd.Series(pd.to_timedelta(range(1, 7), unit="h")))
    assert target.y.iloc[0] == 3600
    assert DURATIONS in said


def test_one_missing_row_is_one():
    assert "Target missing in 1 row, which was dropped." in read(["a", "b", "a", None])[1]
