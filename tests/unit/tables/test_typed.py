"""TypedColumns: fit and predict read data as the schema was read.

Also of: tables.marks, tables.typed_columns.
"""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from sklearn.base import clone

from warmstart.domain import Column
from warmstart.errors import DatasetError
from warmstart.tables.typed import typed_frame
from warmstart.tables.typed_columns import TypedColumns, string_names

COLUMNS = [
    Column("size", "numeric"),
    Column("key", "identifier"),
    Column("color", "categorical"),
    Column("when", "date"),
    Column("ok", "boolean"),
    Column("same", "constant"),
]


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "size": ["1", "?", "3"],
            "key": ["a", "b", "c"],
            "color": ["red", None, "blue"],
            "when": ["2020-01-01", None, "2020-01-03"],
            "ok": ["yes", "no", None],
            "same": 1,
        }
    )


class TestTypedFrame:
    def test_used_columns_in_the_order_of_the_schema(self, frame):
        typed = typed_frame(frame[frame.columns[::-1]], COLUMNS)
        assert list(typed.columns) == ["size", "color", "when", "ok"]
        np.testing.assert_array_equal(typed["size"], [1, np.nan, 3])
        assert typed["color"].tolist() == ["red", None, "blue"]
        np.testing.assert_array_equal(typed["ok"], [1, 0, np.nan])
        assert typed["when"].isna().tolist() == [False, True, False]

    def test_columns_nobody_asked_for_are_ignored(self, frame):
        typed = typed_frame(frame.assign(extra=0), COLUMNS)
        assert "extra" not in typed

    def test_missing_constants_do_not_matter(self, frame):
        typed_frame(frame.drop(columns=["same", "key"]), COLUMNS)

    def test_missing_column(self, frame):
        with pytest.raises(
            DatasetError, match=r"columns \['color'\] are missing; the data has"
        ):
            typed_frame(frame.drop(columns="color"), COLUMNS)

    def test_by_position_where_the_data_has_no_names(self, frame):
        typed = typed_frame(frame.to_numpy(), COLUMNS)
        pd.testing.assert_frame_equal(typed, typed_frame(frame, COLUMNS))

    def test_by_position_where_the_schema_has_no_names(self):
        columns = [Column(0, "numeric"), Column(1, "identifier"), Column(2, "categorical")]
        frame = pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": ["x", "y"]})
        typed = typed_frame(frame, columns)
        assert list(typed.columns) == [0, 2]

    def test_duplicate_names_as_they_were_told_apart(self):
        frame = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])
        columns = [Column("a", "numeric"), Column("b", "numeric"), Column("a.1", "numeric")]
        assert typed_frame(frame, columns)["a.1"].tolist() == [3.0]

    def test_other_libraries(self, frame):
        pd.testing.assert_frame_equal(
            typed_frame(pl.from_pandas(frame), COLUMNS), typed_frame(frame, COLUMNS)
        )
        X = np.array([[0, 1.5], [2, 0]])
        columns = [Column(0, "numeric"), Column(1, "numeric")]
        np.testing.assert_array_equal(typed_frame(scipy.sparse.csr_matrix(X), columns), X)

    def test_infinities_become_missing_and_the_input_stays(self):
        frame = pd.DataFrame({"a": [1.0, np.inf], "b": [np.float32(-np.inf), 2]})
        columns = [Column("a", "numeric"), Column("b", "numeric")]
        typed = typed_frame(frame, columns)
        np.testing.assert_array_equal(typed, [[1, np.nan], [np.nan, 2]])
        assert np.isinf(frame["a"][1])
        typed.iloc[0, 0] = 9
        assert frame["a"][0] == 1

    def test_index_stays(self, frame):
        frame.index = [5, 3, 3]
        assert typed_frame(frame, COLUMNS).index.tolist() == [5, 3, 3]

    def test_no_columns_and_no_rows(self, frame):
        assert typed_frame(frame, [Column("key", "identifier")]).shape == (3, 0)
        assert typed_frame(frame[:0], COLUMNS).shape == (0, 4)

    def test_wide(self):
        X = pd.DataFrame(np.zeros((3, 10_000))).add_prefix("f")
        X["w"] = "x"
        columns = [Column(name, "numeric") for name in X.columns[:-1]] + [Column("w", "text")]
        assert typed_frame(X, columns).shape == (3, 10_001)


class TestTypedColumns:
    def step(self):
        return TypedColumns([(column.name, column.kind) for column in COLUMNS])

    def test_clones_and_prints(self):
        step = clone(self.step())
        assert step.columns == self.step().columns
        assert "TypedColumns" in repr(step)

    def test_names(self, frame):
        step = self.step().fit(frame)
        assert list(step.transform(frame).columns) == list(step.get_feature_names_out())
        assert step.n_features_in_ == 6

    def test_integer_names_become_strings(self):
        step = TypedColumns([(0, "numeric"), (1, "constant"), (2, "numeric")])
        assert list(step.fit_transform(np.ones((2, 3))).columns) == ["0", "2"]

    def test_dates_are_read_as_in_training(self, frame):
        frame["when"] = ["01/02/2020", "25/02/2020", None]
        step = self.step().fit(frame)
        assert step.day_first_ == ["when"]
        later = frame.assign(when=["03/04/2020", "05/06/2020", None])
        assert step.transform(later)["when"].dt.month.tolist()[:2] == [4, 6]

    def test_array_after_frame(self, frame):
        step = self.step().fit(frame)
        pd.testing.assert_frame_equal(step.transform(frame.to_numpy()), step.transform(frame))

    @pytest.mark.parametrize("order", [["a", "b", "c"], ["c", "a", "x", "b"]])
    def test_numbers_as_one_array(self, order):
        cells = {"a": [1.0, np.inf], "b": [True, False], "c": ["1,000", "no"], "x": [0, 0]}
        frame = pd.DataFrame(cells)[order]
        kinds = {"a": "numeric", "b": "boolean", "c": "numeric"}
        pairs = [(name, kinds.get(name, "constant")) for name in frame]
        plain = TypedColumns(pairs).fit_transform(frame)
        array = TypedColumns(pairs, as_array=True).fit_transform(frame)
        assert array.flags.c_contiguous
        np.testing.assert_array_equal(array, plain.to_numpy())

    def test_an_array_shares_nothing_with_what_was_given(self):
        given = np.arange(6.0).reshape(3, 2)
        step = TypedColumns([(0, "numeric"), (1, "numeric")], as_array=True).fit(given)
        assert not np.shares_memory(step.transform(given), given)
        frame = pd.DataFrame(given)
        assert not np.shares_memory(step.transform(frame), frame.to_numpy())


def test_string_names():
    assert string_names([Column(0, "numeric"), Column("a", "text")]) == {0: "0", "a": "a"}
    names = string_names([Column(0, "numeric"), Column("0", "text")])
    assert len(set(names.values())) == 2
