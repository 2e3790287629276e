"""Cells: numbers, truth values, dates and words, however they were stored.

Also of: tables.dates.
"""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.tables.cells import day_first, typed_column, words

NAN = float("nan")


def typed(cells, kind, dtype=None):
    return typed_column(pd.Series(cells, dtype=dtype), kind)


@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        ([1, 2], None, [1, 2]),
        ([1.5, np.inf, -np.inf, NAN], None, [1.5, NAN, NAN, NAN]),
        ([True, False], None, [1, 0]),
        ([1, None], "Int64", [1, NAN]),
        ([True, None], "boolean", [1, NAN]),
        ([1.5, None], "float64[pyarrow]", [1.5, NAN]),
        ([True, None], "bool[pyarrow]", [1, NAN]),
        ([0, 3], pd.SparseDtype(int), [0, 3]),
        (["1", " 2.5 ", "-3e2", "x", None], None, [1, 2.5, -300, NAN, NAN]),
        (["1,234.5", "$5", "€ 6", "7 %", "-8,000"], None, [1234.5, 5, 6, 7, -8000]),
        (["1,2,3", "1.2.3", "inf", "-", "12 kg"], None, [NAN] * 5),
        ([decimal.Decimal("1.5"), None], object, [1.5, NAN]),
        ([1, "2", 3.5, None, [4]], object, [1, 2, 3.5, NAN, NAN]),
        (["1", "2", "1"], "category", [1, 2, 1]),
        ([3, 4, 3], "category", [3, 4, 3]),
        ([datetime.timedelta(hours=1), None], "timedelta64[ns]", [3600, NAN]),
        ([datetime.datetime(2020, 1, 1)], "datetime64[ns]", [NAN]),
    ],
)
def test_numbers(cells, dtype, expected):
    column = typed(cells, "numeric", dtype)
    assert column.dtype == np.float64
    np.testing.assert_array_equal(column, expected)


@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        (["Yes", " no", "maybe", None], None, [1, 0, NAN, NAN]),
        ([True, False, None], object, [1, 0, NAN]),
        (["True", "False"], "category", [1, 0]),
        ([True, None], "boolean", [1, NAN]),
        ([1, 0], None, [1, 0]),
        (["1.0", "0.0"], None, [1, 0]),
    ],
)
def test_truth_values(cells, dtype, expected):
    column = typed(cells, "boolean", dtype)
    assert column.dtype == np.float64
    np.testing.assert_array_equal(column, expected)


@pytest.mark.parametrize("kind", ["categorical", "text"])
@pytest.mark.parametrize(
    ("cells", "dtype", "expected"),
    [
        (["b", " a", "b "], None, ["b", "a", "b"]),
        (["b", None, "?", "NA", ""], None, ["b", None, None, None, None]),
        ([3.0, None, 4.5], None, ["3", None, "4.5"]),
        ([3, 4], None, ["3", "4"]),
        ([3, None], "Int64", ["3", None]),
        ([3, "3", 3.0, None], object, ["3", "3", "3", None]),
        ([True, False], None, ["True", "False"]),
        (["b", "a", None], "category", ["b", "a", None]),
        ([1.0, 2.0], "category", ["1", "2"]),
        ([b"p", b"q"], object, ["p", "q"]),
        ([[1], [2], None], object, ["[1]", "[2]", None]),
    ],
)
def test_words(cells, dtype, expected, kind):
    column = typed(cells, kind, dtype)
    assert column.dtype == object
    assert column.tolist() == expected


def test_words_of_a_column_are_those_that_occur():
    values = pd.Series(pd.Categorical(["b", "a", "b"], categories=["z", "a", "b", "b "]))
    codes, found = words(values)
    assert found[codes].tolist() == ["b", "a", "b"]
    assert len(found) == 2


@given(st.lists(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans())))
@settings(deadline=None)
def test_words_are_stripped_and_distinct(cells):
    codes, found = words(pd.Series(cells, dtype=object))
    assert len(set(found)) == len(found)
    assert all(word == word.strip() != "" for word in found)
    assert len(codes) == len(cells)
    assert set(codes.tolist()) - {-1} == set(range(len(found)))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2020-03-01", "2020-03-02T10:00:00"], ["2020-03-01", "2020-03-02 10:00"]),
        (["01/02/2020", "25/12/2020"], ["2020-02-01", "2020-12-25"]),
        (["01/02/2020", "12/25/2020"], ["2020-01-02", "2020-12-25"]),
        (["01.02.2020", "02.03.2020"], ["2020-02-01", "2020-03-02"]),
        (["Jan 3, 2020", "2020-01-04", "never"], ["2020-01-03", "2020-01-04", None]),
        (["2020-03-01T00:00:00+02:00"], ["2020-02-29 22:00"]),
        ([datetime.date(2020, 1, 2), None], ["2020-01-02", None]),
        ([20200102, 20210304], ["2020-01-02", "2021-03-04"]),
        (pd.period_range("2020-01", periods=2, freq="M"), ["2020-01-01", "2020-02-01"]),
        (pd.to_datetime(["2020-01-02"]).tz_localize("Asia/Tokyo"), ["2020-01-01 15:00"]),
        (pd.Categorical(["2020-01-02"]), ["2020-01-02"]),
    ],
)
def test_dates(cells, expected):
    column = typed(cells, "date")
    assert str(column.dtype) == "datetime64[us, UTC]"
    for cell, one in zip(column, expected, strict=True):
        assert pd.isna(cell) if one is None else cell == pd.Timestamp(one, tz="UTC")


def test_day_first_may_be_told():
    cells = pd.Series(["03/04/2020"])
    assert typed_column(cells, "date", day_first=True)[0].month == 4
    assert typed_column(cells, "date", day_first=False)[0].month == 3


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["03/04/2020", "13/04/2020"], True),
        (["03/04/2020", "04/13/2020"], False),
        (["03/04/2020"], False),
        (["03.04.2020"], True),
        (["2020-04-03"], False),
        ([datetime.date(2020, 1, 2)], False),
    ],
)
def test_day_first(cells, expected):
    assert day_first(pd.Series(cells)) is expected


def test_many_distinct_dates_are_read_in_one_format():
    days = pd.date_range("1900-01-01", periods=40_000)
    column = typed_column(pd.Series(days.strftime("%d/%m/%Y")), "date")
    assert (column == days.tz_localize("UTC")).all()


def test_index_and_name_stay():
    values = pd.Series(["a", "b"], index=[7, 3], name="c")
    for kind in ("categorical", "numeric", "boolean", "date"):
        column = typed_column(values, kind)
        assert column.index.tolist() == [7, 3]
        assert column.name == "c"
