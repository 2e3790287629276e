"""Numbers as people write them, decided on the whole column and table.

Also of: tables.targets.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.datasets.load import load_dataset
from warmstart.tables.typed_columns import TypedColumns
from warmstart.tables.written_numbers import marks_in, numbers_in, settled

NAN = np.nan


def read(*words, comma=None):
    return numbers_in(np.array(words, dtype=object), comma=comma).tolist()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        # A group that begins with 0 is never one of thousands.
        (["0,123", "0,500"], [0.123, 0.5]),
        (["0,123", "1,250"], [0.123, 1.25]),
        (["-0,5", "1.234,56", "1.234"], [-0.5, 1234.56, 1234]),
        (["1,234.5", "1,250"], [1234.5, 1250]),
        (["1,250", "12"], [1250, 12]),
        (["1.250", "2.5"], [1.25, 2.5]),
        (["1.234.567", "1.250"], [1234567, 1250]),
        (["1234,567"], [1234.567]),
        (["1 250", "12 345 678"], [1250, 12345678]),
        (["1\u202f250,5", "1\u00a0000"], [1250.5, 1000]),
        (["1'250.50", "1\u2019000"], [1250.5, 1000]),
        (["12,34,567.5", "1,00,000"], [1234567.5, 100000]),
        (["\u22125", "\u20135", "5-", "(5)"], [-5, -5, -5, -5]),
        (["$ 1,234.50", "-$3", "$-3", "3 \u20ac", "USD 7", "7 %"], [1234.5, -3, -3, 3, 7, 7]),
        (["1,5e3", "2e-1"], [1500, 0.2]),
        ([",5", ".5", "5,"], [0.5, 0.5, 5]),
        (["\uff11\uff12", "\u0661\u0662\u066b\u0665"], [12, 12.5]),
    ],
)
def test_numbers(words, expected):
    np.testing.assert_allclose(read(*words), expected)


@pytest.mark.parametrize(
    "word",
    [
        *("0,123,456", "1,23,45", "1.2.3", "12.03.2020", "10.0.0.1", "1,,2", "--1", "(-1)"),
        *("(1", "12 kg", "12 34", "5\u00b2", "1_000", "-", ",", "", "one", "1,2,3", "+1/2"),
    ],
)
def test_no_numbers(word):
    assert np.isnan(read(word, "7,5")[0])


def style(mark, point):
    def write(cents):
        text = f"{cents / 100:,.2f}"
        return text.translate(str.maketrans({",": mark, ".": point}))

    return write


@given(
    cents=st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=8),
    marks=st.sampled_from([",.", ".,", " ,", " .", "'.", "\u202f,", "\u00a0."]),
)
def test_every_style_is_read_back(cents, marks):
    """Two decimals leave no doubt which mark is which, in any style."""
    written = [style(*marks)(one) for one in cents]
    np.testing.assert_allclose(read(*written), np.array(cents) / 100)


@given(st.lists(st.integers(1000, 999_999), min_size=1, max_size=8))
def test_unclear_words_follow_the_table(thousands):
    words = [f"{one:,}" for one in thousands]
    np.testing.assert_allclose(read(*words), thousands)
    np.testing.assert_allclose(read(*words, comma=True), np.array(thousands) / 1000)


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_words_are_read(words):
    found = read(*words)
    assert len(found) == len(words)
    assert not np.isinf(found).any()


def test_columns_decide_for_each_other():
    clear, unclear, point = marks_in(["0,5"]), marks_in(["1,250"]), marks_in(["0.5"])
    assert settled({"a": clear, "b": unclear}) == {"a": True, "b": True}
    assert settled({"a": clear, "b": unclear, "c": point})["b"] is False
    assert settled({"b": unclear}) == {"b": False}
    assert marks_in(["0,5", "0.5"]).mixed


class TestInATable:
    n = 12

    def load(self, **columns):
        frame = pd.DataFrame(
            {
                name: [cells[i % len(cells)] for i in range(self.n)]
                for name, cells in columns.items()
            }
        )
        return load_dataset(frame.assign(y=["p", "q"] * (self.n // 2)), target="y")

    def test_decimal_commas_are_told(self):
        dataset = self.load(a=["0,123", "0,500"])
        assert sorted(set(dataset.X["a"])) == [0.123, 0.5]
        assert "Numbers with decimal commas, read as such: 'a'." in dataset.warnings

    def test_thousands_are_told(self):
        dataset = self.load(a=["1,250", "2,500"])
        assert sorted(set(dataset.X["a"])) == [1250, 2500]
        assert (
            "Commas between digits read as marks of thousands: 'a' ('1,250' is 1250)."
            in dataset.warnings
        )

    def test_another_column_decides(self):
        dataset = self.load(a=["1,250", "2,500"], b=["0,1", "0,2"])
        assert sorted(set(dataset.X["a"])) == [1.25, 2.5]
        assert "'a' ('1,250' is 1.25)" in "\n".join(dataset.warnings)

    def test_both_are_told(self):
        dataset = self.load(a=["0,5", "0.7"])
        assert sorted(set(dataset.X["a"])) == [0.5, 0.7]
        assert "Decimal commas and decimal points both occur" in "\n".join(dataset.warnings)

    def test_spaces_are_no_category(self):
        dataset = self.load(a=["1 250", "2 500", "990"])
        assert dataset.schema.columns[0].kind == "numeric"
        assert dataset.X["a"].max() == 2500

    def test_pipelines_remember_what_the_training_rows_showed(self):
        step = TypedColumns([("a", "numeric"), ("b", "numeric")])
        step.fit(pd.DataFrame({"a": ["0,5", "1,250"], "b": ["2,000", "3,000"]}))
        later = step.transform(pd.DataFrame({"a": ["1,250"], "b": ["2,000"]}))
        assert later.iloc[0].tolist() == [1.25, 2.0]
