"""Column kinds, told from cells of every sort.

Also of: datasets.columns.number_kinds, datasets.columns.word_kinds.
"""

import datetime
import uuid

import numpy as np
import pandas as pd
import pytest

from warmstart.datasets.columns.kinds import infer_kinds
from warmstart.datasets.notes import Notes


def kind(cells, name="c", **kinds):
    """Kind of one column, and what was said of it."""
    notes = Notes()
    frame = pd.DataFrame({"other": [0.5, 1.5] * (len(cells) // 2) + [2.5] * (len(cells) % 2)})
    frame[name] = pd.Series(cells)
    columns = infer_kinds(frame, notes, kinds).columns
    return columns[1].kind, "\n".join(notes.sentences())


def sixty(*cells):
    return [cells[i % len(cells)] for i in range(60)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (sixty(1.5, 2.5), "numeric"),
        (sixty(0, 1), "numeric"),
        (sixty(np.float32(1), np.float32(2)), "numeric"),
        (sixty(True, False), "boolean"),
        (sixty("yes", "no"), "boolean"),
        (sixty("T", "F", None), "boolean"),
        (sixty("yes", "maybe", "no"), "categorical"),
        (sixty("y", "yes"), "categorical"),
        (sixty("Y", None), "categorical"),
        (sixty("1", "0"), "numeric"),
        (sixty("1", "2", "?"), "numeric"),
        (sixty("$1,200", "$900"), "numeric"),
        (sixty("12 %", "7%"), "numeric"),
        (sixty("007", "042"), "categorical"),
        (sixty("1", "2", "3+"), "categorical"),
        (sixty("a", "b"), "categorical"),
        (sixty("a", "?"), "categorical"),
        (sixty("?", "NA"), "constant"),
        (sixty("same"), "constant"),
        (sixty(" same", "same "), "constant"),
        (sixty(np.inf, 1.0), "constant"),
        (sixty(b"p", b"q"), "categorical"),
        (sixty("2020-01-02", "2021-03-04"), "date"),
        (sixty("2020-01-02T10:00:00Z", "2021-03-04T10:00:00Z"), "date"),
        (sixty("31/12/2020", "01/01/2021"), "date"),
        (sixty("Jan 3, 2020", "February 14, 2021"), "date"),
        (sixty("3-Mar-20", "14-Apr-2021"), "date"),
        (sixty(datetime.date(2020, 1, 2), datetime.date(2021, 1, 2)), "date"),
        (sixty(datetime.datetime(2020, 1, 2), None, datetime.datetime(2020, 1, 3)), "date"),
        (sixty(datetime.date(2020, 1, 2)), "constant"),
        (sixty("192.168.0.1", "10.0.0.2"), "categorical"),
        (sixty("1.2.34", "1.3.0"), "categorical"),
        (sixty(datetime.time(1), datetime.time(2)), "categorical"),
        ([f"some words on {i}" for i in range(60)], "text"),
        (sixty("some words on this", "other words on that"), "categorical"),
        ([f"sample{i}" for i in range(60)], "identifier"),
        ([f"sample{i}" for i in range(9)], "categorical"),
        ([str(uuid.UUID(int=i)) for i in range(60)], "identifier"),
        ([uuid.UUID(int=i) for i in range(60)], "identifier"),
        (np.arange(60) + 7, "identifier"),
        (np.arange(60)[::-1] * 3, "identifier"),
        (np.random.default_rng(0).permutation(60), "identifier"),
        ([str(i) for i in range(1000, 1060)], "identifier"),
        (np.arange(60.0), "numeric"),
        (np.arange(25), "numeric"),
        (np.arange(60) ** 3, "numeric"),
        (np.random.default_rng(0).integers(0, 10**6, 60), "numeric"),
        (pd.Categorical(sixty("1", "2")), "categorical"),
        (pd.Categorical(sixty(1, 2)), "categorical"),
        (pd.Categorical(sixty("a"), categories=["a", "b"]), "constant"),
        (pd.Series(sixty(1, None), dtype="Int64"), "constant"),
        (pd.Series(sixty(1, 2, None), dtype="Int64"), "numeric"),
        (pd.arrays.SparseArray(sixty(0.0, 0.0, 1.0)), "numeric"),
        (pd.interval_range(0, 60), "identifier"),
        (sixty(2**70, 2**71), "numeric"),
    ],
)
def test_by_cells(cells, expected):
    assert kind(cells)[0] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("id", "identifier"), ("CustomerID", "identifier"), ("row_number", "identifier"),
     ("amount", "numeric"), ("year", "numeric")],
)  # fmt: skip
def test_unique_integers_by_name(name, expected):
    assert kind(np.random.default_rng(0).permutation(60) * 1000, name)[0] == expected


def test_years_in_order_are_no_identifier():
    assert kind(np.arange(1960, 2020), "year")[0] == "numeric"


def test_integers_without_a_name_must_count_one_by_one():
    frame = pd.DataFrame(np.column_stack([np.arange(60), np.arange(60) * 2]))
    kinds = [column.kind for column in infer_kinds(frame, Notes()).columns]
    assert kinds == ["identifier", "numeric"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (sixty("1", "2"), "Numbers stored as text, read as numbers: 'c'"),
        (sixty("a", "b", "?"), 'Words such as "?" or "NA" read as missing: \'c\' (20 cells)'),
        (sixty("2020-01-02", "2021-03-04"), "Dates: 'c'"),
        (sixty(1, "a"), "Mixed types, read as numbers or as words: 'c' (int, str)"),
        (sixty("a", "b"), ""),
    ],
)
def test_what_was_assumed_is_told(cells, told):
    said = kind(cells)[1]
    assert told in said
    assert bool(told) == bool(said)


def test_levels_are_counted_without_gaps_and_unused_ones():
    frame = pd.DataFrame({"a": ["x", "y ", "?", " y"]})
    assert infer_kinds(frame, Notes()).n_levels == {"a": 2}
    frame = pd.DataFrame({"a": pd.Categorical(["x", "y"], categories=list("xyz"))})
    assert infer_kinds(frame, Notes()).n_levels == {"a": 2}
