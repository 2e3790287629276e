"""load_dataset: every form data comes in, and everything that can be wrong with it.

Also of: datasets.sampling.
"""

import decimal
import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as hpd

from warmstart.datasets.dataset import Dataset
from warmstart.datasets.load import load_dataset
from warmstart.datasets.sampling import stratified_sample
from warmstart.errors import DatasetError


def kinds_of(dataset):
    return {column.name: column.kind for column in dataset.schema.columns}


def said(dataset):
    return "\n".join(dataset.warnings)


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "a": random.normal(size=60),
            "b": random.choice(["x", "y", "z"], 60),
            "y": random.choice(["no", "yes"], 60),
        }
    )


def with_column(frame, cells, name="new"):
    return frame.assign(**{name: pd.Series(cells, index=frame.index)})


class TestForms:
    def check(self, dataset, frame):
        assert dataset.task_type == "binary"
        assert kinds_of(dataset) == {"a": "numeric", "b": "categorical"}
        assert dataset.X["a"].tolist() == frame["a"].tolist()
        assert dataset.X["b"].tolist() == frame["b"].tolist()
        assert dataset.y.tolist() == frame["y"].tolist()
        assert dataset.target == dataset.y.name == "y"
        assert dataset.warnings == ()

    def test_pandas(self, frame):
        self.check(load_dataset(frame, target="y"), frame)

    def test_pandas_leaves_its_input_alone(self, frame):
        before = frame.copy(deep=True)
        dataset = load_dataset(frame, target="y")
        dataset.X.loc[:, "a"] = 0.0
        pd.testing.assert_frame_equal(frame, before)

    def test_pandas_nullable_and_arrow_backed(self, frame):
        self.check(load_dataset(frame.convert_dtypes(), target="y"), frame)
        arrow = frame.convert_dtypes(dtype_backend="pyarrow")
        self.check(load_dataset(arrow, target="y"), frame)

    def test_polars(self, frame):
        self.check(load_dataset(pl.from_pandas(frame), target="y"), frame)

    def test_lazy_polars(self, frame):
        self.check(load_dataset(pl.from_pandas(frame).lazy(), target="y"), frame)

    def test_pyarrow(self, frame):
        table = pa.Table.from_pandas(frame)
        self.check(load_dataset(table, target="y"), frame)
        self.check(load_dataset(table.to_batches()[0], target="y"), frame)

    def test_pyarrow_with_dictionary_and_duplicate_names(self, frame):
        labels = pa.array(frame["b"].tolist()).dictionary_encode()
        numbers = pa.array(frame["a"].tolist())
        table = pa.table([labels, numbers, numbers], names=["y", "a", "a"])
        dataset = load_dataset(table, target="y")
        assert kinds_of(dataset) == {"a": "numeric", "a.1": "numeric"}
        assert "Duplicate column names made unique: 'a.1'" in said(dataset)

    @pytest.mark.parametrize(
        "make",
        [list, np.array, pd.Series, pl.Series, pa.array, lambda y: pd.DataFrame({"y": y})],
    )
    def test_y_of_any_library(self, frame, make):
        dataset = load_dataset(frame[["a", "b"]], make(frame["y"].tolist()))
        assert dataset.y.tolist() == frame["y"].tolist()

    def test_polars_pair(self, frame):
        dataset = load_dataset((pl.from_pandas(frame[["a", "b"]]), pl.Series("y", frame["y"])))
        self.check(dataset, frame)

    def test_arrays(self):
        X = np.arange(24.0).reshape(8, 3) % 5
        dataset = load_dataset(X, [0, 1] * 4)
        assert kinds_of(dataset) == {0: "numeric", 1: "numeric", 2: "numeric"}
        assert dataset.target is None
        assert dataset.y.dtype == np.int64
        np.testing.assert_array_equal(dataset.X, X)

    def test_array_with_its_target_among_the_columns(self):
        table = np.column_stack([np.arange(20.0) % 7, np.arange(20) % 2])
        dataset = load_dataset(table, target=1)
        assert (dataset.task_type, dataset.target) == ("binary", 1)

    def test_structured_array(self):
        cells = [(i * 0.5, "ab"[i % 2]) for i in range(10)]
        dataset = load_dataset(np.array(cells, dtype=[("u", "f8"), ("v", "U1")]), target="v")
        assert kinds_of(dataset) == {"u": "numeric"}

    def test_lists_of_rows_and_of_dicts(self):
        rows = [[i * 0.5, "pq"[i % 2], i % 3] for i in range(12)]
        assert kinds_of(load_dataset(rows, [0, 1] * 6)) == {
            0: "numeric",
            1: "categorical",
            2: "numeric",
        }
        dicts = [{"u": i * 0.5, "v": i % 2} for i in range(12)]
        assert load_dataset(dicts, target="v").task_type == "binary"

    def test_dict_of_columns(self):
        dataset = load_dataset({"u": [1.5, 2.5, 3.5, 0.5], "v": list("abab")}, target="v")
        assert kinds_of(dataset) == {"u": "numeric"}

    @pytest.mark.parametrize("make", [scipy.sparse.csr_matrix, scipy.sparse.coo_array])
    def test_sparse(self, make):
        dense = np.random.default_rng(0).poisson(0.3, (40, 6)).astype(float)
        dataset = load_dataset(make(dense), [0, 1] * 20)
        np.testing.assert_array_equal(dataset.X, dense)

    def test_sparse_with_rows_to_drop(self):
        dense = np.random.default_rng(0).poisson(0.5, (40, 6)).astype(float)
        y = np.arange(40.0)
        y[[3, 5]] = np.nan
        dataset = load_dataset(scipy.sparse.coo_matrix(dense), y)
        np.testing.assert_array_equal(dataset.X, np.delete(dense, [3, 5], axis=0))

    def test_sparse_too_wide_is_an_error(self):
        X = scipy.sparse.csr_matrix((2_000, 10**6))
        with pytest.raises(DatasetError, match=r"1,000,000 columns is too wide.*TruncatedSVD"):
            load_dataset(X, [0, 1] * 1_000)

    def test_sparse_pandas_columns(self):
        dense = np.random.default_rng(0).poisson(0.5, (40, 3)).astype(float)
        X = pd.DataFrame.sparse.from_spmatrix(scipy.sparse.csr_matrix(dense))
        dataset = load_dataset(X, [0, 1] * 20)
        np.testing.assert_array_equal(dataset.X, dense)

    @pytest.mark.parametrize("as_frame", [False, True])
    def test_bunch(self, as_frame):
        bunch = sklearn.datasets.load_iris(as_frame=as_frame)
        dataset = load_dataset(bunch)
        assert dataset.task_type == "multiclass"
        assert list(dataset.X.columns) == bunch.feature_names
        assert dataset.X.shape == (150, 4)
        assert dataset.warnings == ()

    def test_bunch_regression_and_other_target(self):
        bunch = sklearn.datasets.load_diabetes(as_frame=True)
        assert load_dataset(bunch).task_type == "regression"
        assert load_dataset(bunch, target="bmi").target == "bmi"

    def test_bunch_of_several_targets(self):
        bunch = sklearn.datasets.load_linnerud(as_frame=True)
        with pytest.raises(DatasetError, match="y has 3 columns"):
            load_dataset(bunch)

    def test_bunch_without_frame_has_no_columns_to_choose_from(self):
        with pytest.raises(DatasetError, match="as_frame=True"):
            load_dataset(sklearn.datasets.load_iris(), target="petal width (cm)")

    def test_dataset_passes_through(self, frame):
        dataset = load_dataset(frame, target="y")
        assert isinstance(dataset, Dataset)
        assert load_dataset(dataset) is dataset

    def test_name(self, frame):
        assert load_dataset(frame, target="y", name="toy").name == "toy"
        assert load_dataset(frame, target="y").name == "dataset"

    @pytest.mark.parametrize("thing", [None, 3, object()])
    def test_no_table(self, thing):
        with pytest.raises(DatasetError, match="not a table"):
            load_dataset(thing, [1, 2, 3])


class TestTarget:
    def test_none_named(self, frame):
        with pytest.raises(DatasetError, match=r"target='y'; the columns are 'a', 'b', 'y'"):
            load_dataset(frame)

    def test_none_named_and_none_likely(self, frame):
        with pytest.raises(DatasetError, match="for example target='b'"):
            load_dataset(frame[["a", "b"]])

    def test_unknown_names_near_misses(self, frame):
        frame = frame.rename(columns={"y": "Class"})
        with pytest.raises(
            DatasetError, match=r"target 'clas' is not a column; did you mean 'C"
        ):
            load_dataset(frame, target="clas")

    def test_unknown_without_near_misses(self, frame):
        with pytest.raises(DatasetError, match="The columns are 'a', 'b', 'y'"):
            load_dataset(frame, target="price")

    def test_twice(self, frame):
        with pytest.raises(DatasetError, match="given twice"):
            load_dataset(frame, frame["y"], target="y")

    def test_name_in_place_of_values(self, frame):
        with pytest.raises(DatasetError, match="pass target='y'"):
            load_dataset(frame, "y")

    def test_name_of_two_columns(self, frame):
        frame.columns = ["y", "b", "y"]
        with pytest.raises(DatasetError, match="2 columns are named 'y'"):
            load_dataset(frame, target="y")

    def test_missing_everywhere(self, frame):
        with pytest.raises(DatasetError, match="missing in all 60 rows"):
            load_dataset(frame.assign(y=None), target="y")

    def test_missing_in_some_rows(self, frame):
        frame.loc[[0, 7], "y"] = None
        dataset = load_dataset(frame, target="y")
        assert dataset.n_rows == dataset.schema.n_rows == len(dataset.X) == len(dataset.y) == 58
        assert dataset.X["a"].tolist() == frame["a"].drop([0, 7]).tolist()
        assert "missing in 2 rows, which were dropped" in said(dataset)

    def test_length_mismatch(self, frame):
        with pytest.raises(DatasetError, match="X has 60 rows but y has 59 values"):
            load_dataset(frame[["a"]], frame["y"][1:])

    def test_target_forgotten_among_the_features(self, frame):
        dataset = load_dataset(frame, frame["y"])
        assert list(dataset.X.columns) == ["a", "b"]
        assert "Left out of X, equal to y: 'y'" in said(dataset)

    def test_a_feature_may_have_the_name_of_the_target(self, frame):
        dataset = load_dataset(frame, frame["y"].iloc[::-1].reset_index(drop=True))
        assert list(dataset.X.columns) == ["a", "b", "y"]

    def test_other_row_order_is_told(self, frame):
        dataset = load_dataset(frame[["a"]], frame["y"].iloc[::-1])
        assert dataset.y.tolist() == frame["y"].tolist()[::-1]
        assert "same index in another order" in said(dataset)

    def test_override(self, frame):
        frame["y"] = np.arange(60) % 6
        assert load_dataset(frame, target="y").task_type == "multiclass"
        dataset = load_dataset(frame, target="y", task_type="regression")
        assert dataset.task_type == "regression"
        assert dataset.y.dtype == np.float64

    def test_unknown_task_type(self, frame):
        with pytest.raises(DatasetError, match=r"task_type must be .* got 'ranking'"):
            load_dataset(frame, target="y", task_type="ranking")


class TestRows:
    def test_no_rows(self, frame):
        with pytest.raises(DatasetError, match="no rows"):
            load_dataset(frame[:0], target="y")

    def test_no_rows_in_array(self):
        with pytest.raises(DatasetError, match="no rows"):
            load_dataset(np.empty((0, 3)), np.empty(0))

    @pytest.mark.parametrize(("n", "told"), [(1, "1 row "), (2, "2 rows ")])
    def test_fewer_rows_than_folds(self, frame, n, told):
        with pytest.raises(DatasetError, match=f"{told}with a known target.*at least 3"):
            load_dataset(frame[:n], target="y")

    def test_capped_by_a_seeded_stratified_sample(self):
        random = np.random.default_rng(0)
        X = random.normal(size=(5_000, 2))
        y = np.where(np.arange(5_000) < 4_980, "common", "rare")
        dataset = load_dataset(X, y, max_rows=500)
        counts = dataset.y.value_counts()
        assert 490 <= counts.sum() <= 500
        assert counts["rare"] == 10
        assert dataset.n_rows == dataset.schema.n_rows == 5_000
        assert dataset.schema.min_class_count == 20
        assert "5,000 rows were sampled down to 500" in said(dataset)
        again = load_dataset(X, y, max_rows=500)
        pd.testing.assert_frame_equal(dataset.X, again.X)
        other = load_dataset(X, y, max_rows=500, random_state=1)
        assert not dataset.X.equals(other.X)

    def test_capped_regression_keeps_rows_together(self):
        x = np.random.default_rng(0).normal(size=3_000)
        dataset = load_dataset(x.reshape(-1, 1), 2 * x, max_rows=100)
        assert len(dataset.X) == 100
        np.testing.assert_array_equal(2 * dataset.X[0], dataset.y)

    def test_two_million_rows(self):
        random = np.random.default_rng(0)
        X = random.normal(size=(2_000_000, 3))
        dataset = load_dataset(X, random.integers(0, 2, 2_000_000))
        assert dataset.n_rows == 2_000_000
        assert 99_990 <= len(dataset.X) <= 100_000
        assert "2,000,000 rows were sampled down to 100,000" in said(dataset)

    def test_max_rows_is_checked(self, frame):
        with pytest.raises(DatasetError, match="max_rows must be at least 1"):
            load_dataset(frame, target="y", max_rows=0)

    @given(
        counts=st.lists(st.integers(1, 200), min_size=1, max_size=12), size=st.integers(1, 300)
    )
    @settings(deadline=None)
    def test_sample_never_grows_nor_repeats(self, counts, size):
        codes = np.repeat(np.arange(len(counts)), counts)
        size = min(size, len(codes))
        chosen = stratified_sample(codes, len(counts), size, np.random.default_rng(0))
        assert len(set(chosen.tolist())) == len(chosen) <= size
        assert (np.diff(chosen) > 0).all()


class TestColumns:
    def test_no_feature_column(self, frame):
        with pytest.raises(DatasetError, match="no feature column is left"):
            load_dataset(frame[["y"]], target="y")

    def test_no_feature_column_after_leaving_out(self, frame):
        keys = pd.DataFrame({"key": [f"k{i}" for i in range(60)], "same": 1, "y": frame["y"]})
        with pytest.raises(DatasetError, match=r"no feature column.*Left out.*'key'.*'same'"):
            load_dataset(keys, target="y")

    def test_counting_integers_stay_where_there_is_nothing_else(self):
        x = np.arange(100)
        dataset = load_dataset(pd.DataFrame({"n": x, "y": np.sin(x)}), target="y")
        assert kinds_of(dataset) == {"n": "numeric"}

    def test_one_dimension(self):
        with pytest.raises(DatasetError, match=r"shape \(4,\); .*reshape\(-1, 1\)"):
            load_dataset(np.arange(4), [0, 1, 0, 1])
        with pytest.raises(DatasetError, match="two dimensions"):
            load_dataset([1, 2, 3], [0, 1, 0])
        # A series is a column, with a name of its own.
        assert load_dataset(pd.Series([1.0, 2.0, 3.0]), [0, 1, 0]).X.shape == (3, 1)

    def test_three_dimensions(self):
        with pytest.raises(DatasetError, match="flatten each row"):
            load_dataset(np.zeros((4, 2, 2)), [0, 1, 0, 1])

    def test_ragged_rows(self):
        with pytest.raises(DatasetError, match=r"differ in length: \[1, 2\]"):
            load_dataset([[1], [1, 2], [3]], [0, 1, 0])

    @pytest.mark.parametrize("objects", [False, True])
    def test_complex_numbers(self, frame, objects):
        cells = pd.Series(np.arange(60) * 1j)
        frame["z"] = cells.astype(object) if objects else cells
        with pytest.raises(DatasetError, match="'z' holds complex numbers; split it"):
            load_dataset(frame, target="y")

    def test_infinite(self, frame):
        frame.loc[[0, 1], "a"] = [np.inf, -np.inf]
        dataset = load_dataset(frame, target="y")
        assert dataset.X["a"].isna().sum() == 2
        assert "Infinite values read as missing: 'a' (2 cells)" in said(dataset)

    def test_all_missing_and_constant(self, frame):
        frame = frame.assign(gone=np.nan, none=None, same="s", one=1)
        dataset = load_dataset(frame, target="y")
        assert list(dataset.X.columns) == ["a", "b"]
        assert set(kinds_of(dataset)) == {"a", "b", "gone", "none", "same", "one"}
        assert "constant or all missing: 'gone', 'none', 'same', 'one'" in said(dataset)

    def test_duplicate_names(self, frame):
        frame = pd.concat([frame, frame[["a", "b"]].iloc[::-1].reset_index(drop=True)], axis=1)
        dataset = load_dataset(frame, target="y")
        assert list(dataset.X.columns) == ["a", "b", "a.1", "b.1"]
        assert dataset.X["a.1"].tolist() == dataset.X["a"].tolist()[::-1]
        assert "Duplicate column names made unique: 'a.1', 'b.1'" in said(dataset)

    def test_mixed_types_as_words(self, frame):
        dataset = load_dataset(with_column(frame, [1, "one", 2.5] * 20), target="y")
        assert kinds_of(dataset)["new"] == "categorical"
        assert set(dataset.X["new"]) == {"1", "one", "2.5"}
        assert "Mixed types, read as numbers or as words: 'new' (float, int, str)" in said(
            dataset
        )

    def test_mixed_types_as_numbers(self, frame):
        cells = [*range(29), "many", *map(str, range(30))]
        dataset = load_dataset(with_column(frame, cells), target="y")
        assert kinds_of(dataset)["new"] == "numeric"
        assert dataset.X["new"].isna().sum() == 1
        assert "1 cell such as 'many'" in said(dataset)

    @pytest.mark.parametrize("cell", [[1, 2], {"k": 1}, (1, 2), np.array([1, 2]), {3}])
    def test_nested_cells_are_left_out(self, frame, cell):
        dataset = load_dataset(with_column(frame, [cell] * 60), target="y")
        assert "new" not in dataset.X
        assert "lists, dicts or the like: 'new'" in said(dataset)
        assert len(dataset.describe()) == 4

    def test_nested_arrow_cells_are_left_out(self, frame):
        table = pl.from_pandas(frame).with_columns(pl.concat_list(["a", "a"]).alias("new"))
        assert "lists, dicts or the like: 'new'" in said(load_dataset(table, target="y"))
        arrow = frame.assign(
            new=pd.Series([[1, 2]] * 60, dtype=pd.ArrowDtype(pa.list_(pa.int64())))
        )
        assert "lists, dicts or the like: 'new'" in said(load_dataset(arrow, target="y"))

    def test_free_text(self, frame):
        cells = [f"the {i}th of many words of a review" for i in range(60)]
        dataset = load_dataset(with_column(frame, cells), target="y")
        assert kinds_of(dataset)["new"] == "text"
        assert dataset.X["new"].tolist() == cells
        assert "Free text: 'new'" in said(dataset)

    def test_dates(self, frame):
        days = pd.date_range("2020-01-01", periods=60)
        frame = frame.assign(
            real=days, zoned=days.tz_localize("Europe/Vienna"), words=days.strftime("%d.%m.%Y"),
            period=days.to_period("D"), object=list(days.date),
        )  # fmt: skip
        dataset = load_dataset(frame, target="y")
        assert {k for n, k in kinds_of(dataset).items() if n not in "ab"} == {"date"}
        for name in ("real", "words", "period", "object"):
            assert (dataset.X[name] == days.tz_localize("UTC")).all()
        assert (dataset.X["zoned"] == days.tz_localize("Europe/Vienna")).all()
        assert "Dates: 'real', 'zoned'" in said(dataset)

    def test_identifiers(self, frame):
        frame = frame.assign(key=[f"u{i}x" for i in range(60)], n=np.arange(60) + 100)
        dataset = load_dataset(frame, target="y")
        assert list(dataset.X.columns) == ["a", "b"]
        assert "identifies rows (keep with kinds={name: kind}): 'key', 'n'" in said(dataset)
        kept = load_dataset(frame, target="y", kinds={"key": "categorical", "n": "numeric"})
        assert kept.X["n"].tolist() == list(range(100, 160))
        assert kept.schema.max_categories == 60

    def test_hundred_thousand_levels(self):
        n = 120_000
        levels = [f"level {i % 100_000}" for i in range(n)]
        X = pd.DataFrame({"many": levels, "x": np.arange(n) % 7})
        dataset = load_dataset(X, np.arange(n) % 2, max_rows=n)
        assert kinds_of(dataset)["many"] == "categorical"
        assert dataset.schema.max_categories == 100_000
        assert "very many levels: 'many' (100,000)" in said(dataset)

    def test_ten_thousand_columns(self):
        random = np.random.default_rng(0)
        X = pd.DataFrame(random.normal(size=(50, 10_000))).add_prefix("f")
        X["word"] = random.choice(["p", "q"], 50)
        dataset = load_dataset(X, random.integers(0, 2, 50))
        assert dataset.X.shape == (50, 10_001)
        assert dataset.X.columns.tolist() == X.columns.tolist()

    def test_ten_thousand_constant_columns_make_a_short_warning(self):
        X = pd.DataFrame(np.ones((50, 10_000))).assign(x=np.arange(50) % 7)
        dataset = load_dataset(X, np.arange(50) % 2)
        assert "'4' and 9,995 more" in said(dataset)
        assert len(said(dataset)) < 200

    def test_nullable_dtypes(self, frame):
        frame = frame.assign(
            int=pd.array([1, None, 3] * 20, dtype="Int64"),
            float=pd.array([1.5, None, 2.5] * 20, dtype="Float32"),
            bool=pd.array([True, None, False] * 20, dtype="boolean"),
            str=pd.array(["u", None, "v"] * 20, dtype="string"),
        )
        dataset = load_dataset(frame, target="y")
        kinds = kinds_of(dataset)
        assert kinds["int"] == kinds["float"] == "numeric"
        assert (kinds["bool"], kinds["str"]) == ("boolean", "categorical")
        assert dataset.X["bool"].tolist()[0] == 1.0
        assert dataset.X[["int", "float", "bool", "str"]].isna().mean().tolist() == [1 / 3] * 4
        assert dataset.warnings == ()

    def test_booleans_with_missing(self, frame):
        dataset = load_dataset(with_column(frame, [True, None, False] * 20), target="y")
        assert kinds_of(dataset)["new"] == "boolean"
        assert dataset.X["new"].tolist()[::3] == [1.0] * 20

    def test_durations(self, frame):
        hours = pd.to_timedelta(np.arange(60), unit="h")
        dataset = load_dataset(with_column(frame, hours), target="y")
        assert dataset.X["new"].tolist()[:2] == [0.0, 3600.0]
        assert "Durations read as seconds: 'new'" in said(dataset)

    def test_decimals(self, frame):
        cells = [decimal.Decimal(i) / 4 for i in range(60)]
        dataset = load_dataset(with_column(frame, cells), target="y")
        assert kinds_of(dataset)["new"] == "numeric"
        assert dataset.X["new"].tolist()[1] == 0.25

    def test_categories_with_unused_levels(self, frame):
        frame["b"] = pd.Categorical(frame["b"], categories=["w", "x", "y", "z"])
        frame["y"] = pd.Categorical(frame["y"], categories=["maybe", "no", "yes"])
        dataset = load_dataset(frame, target="y")
        assert dataset.schema.max_categories == 3
        assert dataset.task_type == "binary"

    def test_several_levels_of_names(self, frame):
        frame.columns = pd.MultiIndex.from_tuples([("f", "a"), ("f", "b"), ("y", "")])
        for target in ("y", ("y", "")):
            dataset = load_dataset(frame, target=target)
            assert list(dataset.X.columns) == ["f_a", "f_b"]
            assert dataset.target == "y"

    def test_odd_names(self):
        X = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)), columns=["a", 1, None])
        dataset = load_dataset(X, [0, 1] * 10)
        assert list(dataset.X.columns) == ["a", "1", "None"]

    def test_numbers_as_text(self, frame):
        frame["a"] = frame["a"].astype(str)
        dataset = load_dataset(frame, target="y")
        assert kinds_of(dataset)["a"] == "numeric"
        assert "Numbers stored as text, read as numbers: 'a'" in said(dataset)

    @given(
        hpd.data_frames(
            [
                hpd.column("f", elements=st.floats(width=64)),
                hpd.column("i", elements=st.integers(-(2**40), 2**40)),
                hpd.column("s", elements=st.one_of(st.none(), st.text()), dtype=object),
                hpd.column(
                    "m",
                    elements=st.one_of(
                        st.none(),
                        st.booleans(),
                        st.integers(),
                        st.floats(),
                        st.text(),
                        st.dates(),
                    ),
                    dtype=object,
                ),
            ],
            index=hpd.range_indexes(min_size=6, max_size=20),
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_any_cells_are_read_or_refused(self, X):
        try:
            dataset = load_dataset(X, np.arange(len(X)) % 2)
        except DatasetError:
            return
        assert len(dataset.X) == len(X)
        for column in dataset.schema.columns:
            if column.name in dataset.X and column.kind in ("numeric", "boolean"):
                assert np.isfinite(dataset.X[column.name].dropna()).all()
        dataset.describe()
        assert dataset.fingerprint


class TestOverrides:
    def test_kinds(self, frame):
        dataset = load_dataset(
            frame.assign(n=np.arange(60) % 4), target="y", kinds={"n": "categorical"}
        )
        assert kinds_of(dataset)["n"] == "categorical"
        assert set(dataset.X["n"]) == {"0", "1", "2", "3"}

    def test_leaving_out(self, frame):
        dataset = load_dataset(frame, target="y", kinds={"b": "identifier"})
        assert list(dataset.X.columns) == ["a"]

    def test_unknown_column(self, frame):
        with pytest.raises(DatasetError, match="kinds names 'A2'"):
            load_dataset(frame, target="y", kinds={"A2": "numeric"})
        with pytest.raises(DatasetError, match="not a feature column"):
            load_dataset(frame, target="y", kinds={"y": "numeric"})

    def test_unknown_kind(self, frame):
        with pytest.raises(DatasetError, match=r"kinds\['a'\] must be one of .* got 'number'"):
            load_dataset(frame, target="y", kinds={"a": "number"})

    def test_lost_cells_are_told(self, frame):
        frame = with_column(frame, ["1", "2", "low"] * 20)
        dataset = load_dataset(frame, target="y", kinds={"new": "numeric"})
        assert "do not fit the kind given, read as missing: 'new' (20 cells)" in said(dataset)

    def test_no_cell_fits(self, frame):
        with pytest.raises(DatasetError, match="no cell of column 'b' can be read as numeric"):
            load_dataset(frame, target="y", kinds={"b": "numeric"})


def test_an_unknown_target_without_near_misses_lists_the_columns(frame):
    with pytest.raises(DatasetError, match=r"'zzz' is not a column\. The columns are 'age'"):
        load_dataset(frame.rename(columns={frame.columns[0]: "age"}), target="zzz")


def test_only_columns_are_said_to_be_left_out():
    frame = pd.DataFrame({"y": ["p", "q", "p", "q"], "one": 1})
    with pytest.raises(
        DatasetError, match=r"left \(Left out, constant.*'one'\); keep"
    ) as raised:
        load_dataset(frame, target="y")
    assert "fewer than 3 rows" not in str(raised.value)


def test_a_column_of_lists_is_told_of_once(frame):
    dataset = load_dataset(with_column(frame, [[1, 2]] * len(frame)), target="y")
    assert "cells are lists" in said(dataset)
    assert "identifies rows" not in said(dataset)


def test_kinds_must_map(frame):
    with pytest.raises(DatasetError, match="kinds maps names of columns to kinds"):
        load_dataset(frame, target="y", kinds=["numeric"])


@pytest.mark.parametrize("as_text", [False, True])
def test_numbers_too_large_for_32_bits_are_bounded_and_told(frame, as_text):
    cells = np.linspace(-1e300, 1e300, len(frame))
    dataset = load_dataset(
        with_column(frame, cells.astype(str) if as_text else cells), target="y"
    )
    assert dataset.X["new"].abs().max() == 1e37
    assert as_text or "Numbers beyond 1e+37 read as that: 'new'" in said(dataset)


@pytest.mark.parametrize(
    ("target", "told"),
    [(["y"], "got ['y']; pass target='y'"), (["y", "a"], "got ['y', 'a']; choose one of them")],
)
def test_a_list_of_targets_is_told(frame, target, told):
    with pytest.raises(DatasetError, match=re.escape(f"target names one column, {told}")):
        load_dataset(frame, target=target)


class TestIndex:
    """No pipeline sees an index, so what it may say is told."""

    n = 12

    def said(self, index):
        table = pd.DataFrame({"a": np.arange(self.n) % 5, "y": ["p", "q"] * 6})
        table.index = index
        return "\n".join(load_dataset(table, target="y").warnings)

    @pytest.mark.parametrize(
        ("index", "told"),
        [
            (pd.date_range("2020", periods=12), "The index holds dates, which no pipeline"),
            (pd.period_range("2020", periods=12, freq="M"), "The index holds dates"),
            (pd.Index(range(12), name="customer"), "holds the row labels ('customer')"),
            (pd.Index(list("abcdefghijkl")), "holds words such as 'a'"),
            (
                pd.MultiIndex.from_product([range(3), range(4)], names=["shop", None]),
                "holds 2 levels ('shop')",
            ),
        ],
    )
    def test_told(self, index, told):
        assert told in self.said(index)

    @pytest.mark.parametrize("index", [range(12), range(12, 0, -1), [3] * 12])
    def test_row_numbers_say_nothing(self, index):
        assert "index" not in self.said(index)
