"""as_frame: tables of any library, with names a pipeline can use."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.errors import DatasetError
from warmstart.tables.frames import as_frame, usable_names

CELLS = {"a": [1, 2, 3], "b": ["x", "y", None]}


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame(CELLS),
        pl.DataFrame(CELLS),
        pl.LazyFrame(CELLS),
        pa.table(CELLS),
        pa.RecordBatch.from_pydict(CELLS),
        CELLS,
        [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3, "b": None}],
    ],
    ids=lambda data: type(data).__name__,
)
def test_named_tables(data):
    frame = as_frame(data)
    assert list(frame.columns) == ["a", "b"]
    assert frame["a"].tolist() == [1, 2, 3]
    assert frame["b"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    "data",
    [
        np.eye(3),
        np.eye(3).tolist(),
        np.eye(3).astype(object),
        list(np.eye(3)),
        scipy.sparse.eye(3, format="csc"),
        scipy.sparse.coo_array(np.eye(3)),
        np.ma.masked_array(np.eye(3)),
    ],
    ids=lambda data: type(data).__name__,
)
def test_unnamed_tables(data):
    frame = as_frame(data)
    assert list(frame.columns) == [0, 1, 2]
    np.testing.assert_array_equal(frame.to_numpy(dtype=float), np.eye(3))


def test_a_usable_frame_is_not_copied():
    frame = pd.DataFrame(CELLS)
    assert as_frame(frame) is frame


def test_objects_find_their_types():
    frame = as_frame(np.array([[1, "x"], [2, "y"]], dtype=object))
    assert frame[0].dtype == np.int64


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (np.zeros(3), r"shape \(3,\); reshape a single column"),
        ([1, 2], "two dimensions"),
        (["ab", "cd"], "two dimensions"),
        (np.zeros((2, 2, 2)), "flatten each row"),
        ([[1, 2], [3]], r"differ in length: \[1, 2\]"),
        ({"a": [1, 2], "b": [1]}, "makes no table"),
        (7, "X is a int, not a table"),
        (None, "X is a NoneType, not a table"),
    ],
)
def test_no_table(data, told):
    with pytest.raises(DatasetError, match=told):
        as_frame(data)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b"], None),
        ([0, 5, 1], None),
        (["a", "a", "a"], ["a", "a.1", "a.2"]),
        (["a", "a", "a.1"], ["a", "a.2", "a.1"]),
        ([0, 0], ["0", "0.1"]),
        ([np.int64(3), 4], [3, 4]),
        ([1, "1"], ["1", "1.1"]),
        ([1.5, None, True], ["1.5", "None", "True"]),
        ([("a", "b"), ("c", "")], ["a_b", "c"]),
        ([], None),
    ],
)
def test_names(names, expected):
    assert usable_names(names) == expected


@given(st.lists(st.one_of(st.text(max_size=2), st.integers(0, 3), st.none(), st.booleans())))
@settings(deadline=None)
def test_names_are_unique_and_of_one_type(names):
    usable = usable_names(names)
    usable = names if usable is None else usable
    assert len(usable) == len(names) == len(set(usable))
    assert len({type(name) for name in usable}) <= 1
    assert usable_names(usable) is None


def test_many_equal_names():
    assert len(set(usable_names(["a"] * 10_000))) == 10_000


class TestWhatBecomesAPandasFrame:
    class Dataset:
        """As Hugging Face's: no columns, but to_pandas()."""

        def to_pandas(self):
            return pd.DataFrame({"a": [1, 2]})

    def test_a_series_is_one_column(self):
        assert as_frame(pd.Series([1, 2], name="a")).to_dict("list") == {"a": [1, 2]}

    def test_what_has_to_pandas(self):
        assert as_frame(self.Dataset()).to_dict("list") == {"a": [1, 2]}

    def test_a_dict_of_them_is_several(self):
        with pytest.raises(DatasetError, match=r"tables, 'train', 'test'; .*data\['train'\]"):
            as_frame({"train": self.Dataset(), "test": self.Dataset()})
