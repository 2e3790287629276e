"""Tests of metafeatures.prepared.

Also of: metafeatures.planning.samples.
"""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from warmstart.metafeatures.planning.samples import MAX_LEVELS
from warmstart.metafeatures.prepared import Prepared
from warmstart.testing.tables import mixed_table, numeric_table, table


def test_moments_are_scipys():
    X = np.random.default_rng(0).gamma(1.5, size=(200, 4)) * [1, 1e30, 1e-150, 7] + [
        0,
        0,
        0,
        1e4,
    ]
    prepared = Prepared(numeric_table(X, list("ab" * 100)))
    scaled = X / np.abs(X).max(axis=0)
    np.testing.assert_allclose(prepared.skewness, scipy.stats.skew(scaled), rtol=1e-8)
    np.testing.assert_allclose(prepared.kurtosis, scipy.stats.kurtosis(scaled), rtol=1e-8)


def test_moments_leave_missing_cells_out():
    X = np.random.default_rng(1).gamma(1.5, size=(200, 3))
    X[:40, 0] = np.nan
    X[::3, 2] = np.inf
    prepared = Prepared(numeric_table(X, list("ab" * 100)))
    known = [column[np.isfinite(column)] for column in X.T]
    np.testing.assert_allclose(prepared.skewness, [scipy.stats.skew(c) for c in known])
    np.testing.assert_allclose(prepared.kurtosis, [scipy.stats.kurtosis(c) for c in known])


def test_encoding_is_scaled_numbers_then_levels():
    given = table(
        {
            "n": ("numeric", [0.0, 2.0, np.nan]),
            "c": ("categorical", ["x", "y", "x"]),
            "one": ("categorical", ["z", "z", "z"]),
        },
        list("aab"),
    )
    encoded = Prepared(given).encoded
    assert encoded.tolist() == [[-1, 1, 0], [1, 0, 1], [0, 1, 0]]


def test_a_missing_category_is_a_level():
    given = table({"c": ("categorical", ["x", None, "x"])}, list("aab"))
    assert Prepared(given).encoded.tolist() == [[1, 0], [0, 1], [1, 0]]


def test_rare_levels_have_no_column():
    cells = [f"v{i}" for i in range(3 * MAX_LEVELS)]
    given = table({"c": ("categorical", cells)}, ["a", "b", "c"] * MAX_LEVELS)
    assert Prepared(given).encoded.shape == (3 * MAX_LEVELS, MAX_LEVELS)


def test_dates_are_numbers_and_texts_their_length():
    day = pd.to_datetime(["2020-01-01", "2020-01-02", None])
    given = table({"d": ("date", day), "t": ("text", ["a b", "abcde", None])}, list("aab"))
    prepared = Prepared(given)
    assert np.diff(prepared.numeric[:2, 0]).tolist() == [86_400]
    assert np.isnan(prepared.numeric[2, 0])
    np.testing.assert_array_equal(prepared.text_lengths[:, 0], [3, 5, np.nan])
    np.testing.assert_allclose(prepared.encoded, [[-1, -1], [1, 1], [0, 0]])


def test_samples_keep_to_the_caps_and_the_seed():
    X = np.random.default_rng(0).normal(size=(3_000, 120))
    given = numeric_table(X, np.repeat(list("abc"), 1_000))
    first, again, other = (
        Prepared(given, max_rows=2_000, max_columns=110, random_state=s) for s in (0, 0, 1)
    )
    assert first.numeric.shape == (2_000, 110)
    np.testing.assert_array_equal(first.rows, again.rows)
    assert not np.array_equal(first.rows, other.rows)


def test_encoded_columns_keep_to_the_cap_and_every_column_has_its_turn():
    cells = {f"c{j}": ("categorical", list("aaabbc") * 5) for j in range(4)}
    given = table({**cells, "n": ("numeric", range(30))}, list("xy" * 15))
    assert Prepared(given).encoded.shape[1] == 13
    capped = Prepared(given, max_columns=5).encoded
    assert capped.shape[1] == 5
    # The number, and the most frequent level of each category, found in half the rows.
    assert capped[:, 1:].mean(axis=0).tolist() == [0.5] * 4


@pytest.mark.parametrize("caps", [{"max_rows": 0}, {"max_columns": -1}])
def test_caps_below_one_are_refused(caps):
    with pytest.raises(ValueError, match="must be at least 1"):
        Prepared(mixed_table("binary"), **caps)


def test_each_step_is_computed_once():
    prepared, calls = Prepared(mixed_table("binary")), []

    def step(given):
        calls.append(given)
        return 3

    assert [prepared.once(step), prepared.once(step)] == [3, 3]
    assert calls == [prepared]
