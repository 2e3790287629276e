import pandas as pd
import pytest
from corpus_tables.cleaning import MAX_ROWS, clean


def test_types_missing_marks_and_constant_columns():
    raw = pd.DataFrame(
        {
            "number": [" 1", "2.5", "?"] * 5,
            "word": [" a ", "b", "NA"] * 5,
            "constant": ["z"] * 15,
            "mark": ["t", "?", "?"] * 5,
            "id": range(15),
            "y": ["p", "n", "p"] * 5,
        }
    )
    frame = clean(raw, target="y", task_type="binary", drop=("id",))
    assert list(frame.columns) == ["number", "word", "mark", "y"]
    assert frame["number"].isna().sum() == 5
    assert frame["word"].cat.categories.tolist() == ["a", "b"]
    assert set(frame["y"]) == {"n", "p"}


def test_rare_classes_and_missing_targets_go():
    raw = pd.DataFrame({"x": range(18), "y": [1.0] * 8 + [2.0] * 5 + [3.0] * 4 + [None]})
    frame = clean(raw, target="y", task_type="multiclass")
    assert frame["y"].value_counts().to_dict() == {"1": 8, "2": 5}
    assert frame["y"].cat.categories.tolist() == ["1", "2"]


def test_regression_target_of_text_becomes_numbers():
    raw = pd.DataFrame({"x": [1, 2, 3], "y": ["0.5", "?", "7"]})
    assert clean(raw, target="y", task_type="regression")["y"].tolist() == [0.5, 7.0]


def test_large_tables_are_sampled_the_same_way_each_time():
    raw = pd.DataFrame({"x": range(MAX_ROWS + 500), "y": [0.0, 1.5] * (MAX_ROWS // 2 + 250)})
    first, second = (clean(raw, target="y", task_type="regression") for _ in range(2))
    assert len(first) == MAX_ROWS
    pd.testing.assert_frame_equal(first, second)


def test_unknown_columns_are_named():
    with pytest.raises(KeyError, match="missing"):
        clean(pd.DataFrame({"x": [1]}), target="missing", task_type="binary")
