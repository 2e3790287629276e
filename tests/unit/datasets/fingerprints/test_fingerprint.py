"""Fingerprints find a dataset again, and only that.

Also of: datasets.fingerprints.cell_hashes, datasets.fingerprints.sketch.
"""

import time

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from warmstart.datasets.fingerprints.cell_hashes import number_keys
from warmstart.datasets.fingerprints.fingerprint import fingerprint, similarity
from warmstart.datasets.load import load_dataset


def table(seed=0, n=400, n_numeric=4, n_words=3):
    random = np.random.default_rng(seed)
    numbers = {f"n{i}": random.normal(size=n) for i in range(n_numeric)}
    words = {f"w{i}": random.choice(list("abcde"), n).astype(object) for i in range(n_words)}
    y = pd.Series(random.integers(0, 2, n))
    return pd.DataFrame(numbers | words), y


def part(X, y, rows=1.0, drop=0, seed=0):
    """A shuffled share of the rows, without some columns."""
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(X))[: int(rows * len(X))]
    columns = random.permutation(X.shape[1])[drop:]
    return fingerprint(X.iloc[chosen, columns], y.iloc[chosen])


@given(
    values=hnp.arrays(
        float,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.one_of(
            st.floats(allow_infinity=False), st.sampled_from([0.0, 1.0, np.nan])
        ),
    ),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_order_and_names_do_not_matter(values, data):
    X = pd.DataFrame(values)
    y = pd.Series(np.arange(len(X)) % 2)
    rows = data.draw(st.permutations(range(len(X))))
    columns = data.draw(st.permutations(range(X.shape[1])))
    other = X.iloc[rows, columns].set_axis([f"c{i}" for i in range(X.shape[1])], axis=1)
    assert fingerprint(X, y) == fingerprint(other, y.iloc[rows])


# pandas 2 takes a null character for the end of a string: "\0" and "" are one level there.
WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=3)


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1), st.data())
@settings(deadline=None)
def test_order_and_names_do_not_matter_of_words(cells, data):
    X = pd.DataFrame(cells, dtype=object)
    rows = data.draw(st.permutations(range(len(X))))
    assert fingerprint(X) == fingerprint(X.iloc[rows, [2, 0, 1]])


def test_mixed_kinds_in_any_order():
    X, y = table()
    X["when"] = pd.date_range("2020", periods=len(X), tz="UTC")
    assert fingerprint(X, y) == part(X, y)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_disjoint_tables_are_nothing_alike(a, b):
    if a == b:
        return
    assert similarity(fingerprint(*table(a)), fingerprint(*table(b))) < 0.05


@pytest.mark.parametrize("n_numeric", [0, 1, 4, 40])
@pytest.mark.parametrize("n", [60, 400, 5_000])
def test_a_share_of_the_rows_is_found(n, n_numeric):
    X, y = table(n=n, n_numeric=n_numeric, n_words=12)
    whole = fingerprint(X, y)
    found = [similarity(whole, part(X, y, rows=0.7, seed=seed)) for seed in range(5)]
    assert min(found) > 0.6
    if n_numeric:
        assert np.mean(found) > 0.9


def test_a_tenth_of_the_rows_is_found():
    X, y = table(n=10_000)
    assert similarity(fingerprint(X, y), part(X, y, rows=0.1)) > 0.6


@pytest.mark.parametrize(("drop", "least"), [(1, 0.95), (2, 0.6)])
@pytest.mark.parametrize(("n_numeric", "n_words"), [(4, 3), (6, 12), (40, 0)])
def test_a_table_without_some_columns_is_found(n_numeric, n_words, drop, least):
    X, y = table(n_numeric=n_numeric, n_words=n_words)
    whole = fingerprint(X, y)
    found = [similarity(whole, part(X, y, drop=drop, seed=seed)) for seed in range(5)]
    assert np.mean(found) > least
    assert similarity(part(X, y, drop=drop), whole) > 0.5  # a column added


def test_fewer_rows_and_columns_are_found():
    X, y = table()
    found = [
        similarity(fingerprint(X, y), part(X, y, rows=0.7, drop=1, seed=seed))
        for seed in range(5)
    ]
    assert np.mean(found) > 0.5


def test_columns_of_a_few_codes_prove_nothing():
    """Two trials of the same design, their patients others: alike in every code."""

    def trial(seed):
        rng = np.random.default_rng(seed)
        codes = {f"code {i}": rng.integers(0, 3, 300) for i in range(5)}
        return pd.DataFrame(
            {
                "age": rng.normal(60, 9, 300).round(),
                "grade": rng.integers(0, 9, 300),
                "days": rng.exponential(700, 300).round(),
                **codes,
            }
        ).astype(float)

    a, b = trial(0), trial(1)
    b[[f"code {i}" for i in range(5)]] = a[[f"code {i}" for i in range(5)]]
    assert similarity(fingerprint(a), fingerprint(b)) < 0.1
    assert similarity(fingerprint(a), fingerprint(a.drop(columns=["code 1", "days"]))) < 0.1


def test_other_labels_are_looked_past():
    X, y = table()
    assert similarity(fingerprint(X, y), fingerprint(X, y.map({0: "no", 1: "yes"}))) > 0.9


def test_a_few_binary_columns_resemble_no_others():
    def bits(seed):
        random = np.random.default_rng(seed)
        return pd.DataFrame(random.integers(0, 2, (2_000, 12)).astype(float))

    assert similarity(fingerprint(bits(0)), fingerprint(bits(1))) < 0.1
    assert similarity(fingerprint(bits(0)), fingerprint(bits(0).iloc[::-1])) == 1.0


def test_real_tables_are_told_apart():
    names = ("iris", "wine", "breast_cancer", "digits", "diabetes")
    prints = [
        load_dataset(getattr(sklearn.datasets, f"load_{name}")(as_frame=True)).fingerprint
        for name in names
    ]
    alike = [[similarity(a, b) for a in prints] for b in prints]
    assert np.diag(alike).tolist() == [1.0] * 5
    assert np.max(np.array(alike) - np.eye(5)) < 0.05


def test_symmetric_and_in_range():
    X, y = table()
    prints = [part(X, y, rows, drop) for rows in (1, 0.5) for drop in (0, 1, 3)]
    for a in prints:
        for b in prints:
            assert 0 <= similarity(a, b) <= 1
            assert similarity(a, b) == pytest.approx(similarity(b, a))


def test_stays_as_it_was_written():
    # Stored in knowledge bases: a change here orphans them and needs a new prefix.
    X = pd.DataFrame(
        {
            "a": [1.5, np.nan, 1e-7, 123456.7],
            "b": pd.Series(["x", None, "3", "ü"], dtype=object),
            "c": pd.to_datetime(["2020-01-01", None, "1969-12-31", "2024-02-29"], utc=True),
        }
    )
    assert fingerprint(X, pd.Series([0, 1, 0, 1])) == EXPECTED


EXPECTED = "w1:BAAEAAAABAAAAOLYCiraXQuLCPTmsywxjcg="


def test_six_digits_count():
    def keys(*values):
        return number_keys(np.array(values))

    a, b, c, d = keys(1 / 3, 0.333333, 0.33333449, 0.333335)
    assert a == b
    assert c != a
    assert d != c
    assert len(set(keys(1.0, 10.0, 0.1, -1.0, 0.0))) == 5
    assert len(set(keys(0.0, -0.0, 1e-300, 5e-324))) == 1
    assert len(set(keys(999999.7, 1e6, 1000000.4))) == 1
    assert len(set(keys(np.nan, np.inf, -np.inf))) == 1


@given(st.floats(min_value=1e-280, max_value=1e280), st.booleans())
@settings(deadline=None)
def test_printed_to_six_digits_a_number_keeps_its_key(value, negative):
    value = -value if negative else value
    printed = float(f"{value:.5e}")
    key, again = number_keys(np.array([value, printed]))
    # Two roundings may differ where the seventh digit is a five.
    if abs(float(f"{value:.8e}") - printed) < 0.49e-5 * 10 ** np.floor(np.log10(abs(value))):
        assert key == again


def test_words_of_digits_are_numbers():
    number = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    word = pd.DataFrame({"a": pd.Series(["1", "2.0", "3"], dtype=object)})
    assert fingerprint(number) == fingerprint(word)


def test_half_a_character():
    X = pd.DataFrame({"a": pd.Series(["\ud800", "b", "c"], dtype=object)})
    assert fingerprint(X) == fingerprint(X[::-1])


def test_empty():
    assert similarity("", fingerprint(*table())) == 0.0
    empty = fingerprint(pd.DataFrame({"a": [1.0]})[:0])
    assert similarity(empty, fingerprint(*table())) == 0.0


@pytest.mark.parametrize("text", ["x", "w1:", "w1:%%", "w1:AAAA"])
def test_damaged(text):
    with pytest.raises(ValueError, match="fingerprint"):
        similarity(text, fingerprint(*table()))


def test_quick_and_short():
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(100_000, 50)))
    start = time.process_time()
    text = fingerprint(X)
    assert time.process_time() - start < 1.0  # 0.2 s on an idle machine
    assert len(text) < 4_400
