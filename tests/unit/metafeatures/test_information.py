import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import mutual_info_score

from warmstart.metafeatures.extract import metafeatures_of
from warmstart.metafeatures.information import (
    N_BINS,
    entropy,
    equal_frequency_bins,
    information,
)
from warmstart.metafeatures.prepared import Prepared
from warmstart.testing.tables import mixed_table, numeric_table, table, tables


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=20).filter(any))
def test_entropy_is_scipys(counts):
    expected = scipy.stats.entropy(counts, base=2)
    assert entropy(np.array(counts, dtype=float)) == pytest.approx(expected, abs=1e-12)


def test_class_entropy_of_equal_classes_is_their_logarithm():
    values = metafeatures_of(numeric_table(np.arange(8.0)[:, None], list("abcdabcd")))
    assert values["ClassEntropy"] == 2
    assert values["NormalizedClassEntropy"] == 1


@settings(deadline=None)
@given(arrays(float, (15, 1), elements=st.floats(width=16, allow_nan=False), unique=True))
def test_bins_of_distinct_values_are_pandas_quantiles_up_to_one(values):
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 10:
        return
    found = equal_frequency_bins(values, 5)[:, 0]
    assert (np.diff(found[np.argsort(values[:, 0])]) >= 0).all()
    sizes = np.bincount(found, minlength=5)
    assert sizes.max() - sizes.min() <= 1
    assert np.abs(found - pd.qcut(values[:, 0], 5, labels=False)).max() <= 1


def test_equal_values_share_a_bin_and_missing_ones_have_their_own():
    values = np.array([[0.0], [0.0], [0.0], [0.0], [5.0], [np.nan]])
    assert equal_frequency_bins(values)[:, 0].tolist()[:4] == [0, 0, 0, 0]
    assert equal_frequency_bins(values)[4, 0] > 0
    assert equal_frequency_bins(values)[5, 0] == N_BINS


@pytest.mark.parametrize("task_type", ["binary", "multiclass", "regression"])
def test_mutual_information_is_scikit_learns(task_type):
    given = mixed_table(task_type)
    prepared = Prepared(given)
    found = information(prepared)
    y = (
        given.y
        if task_type != "regression"
        else equal_frequency_bins(given.y.to_numpy()[:, None])[:, 0]
    )
    bins = equal_frequency_bins(prepared.numeric)
    columns = [*bins.T, given.X["colour"].fillna("?"), given.X["member"].fillna(9.0)]
    expected = [mutual_info_score(y, column) / math.log(2) for column in columns]
    np.testing.assert_allclose(found.mutual, expected, atol=1e-10)
    counts = [pd.Series(column).value_counts() for column in columns]
    np.testing.assert_allclose(found.entropy, [scipy.stats.entropy(c, base=2) for c in counts])


def test_a_column_that_is_the_class_tells_all_of_it():
    y = list("abcd" * 5)
    values = metafeatures_of(table({"c": ("categorical", y)}, y), groups=["information"])
    assert values["MutualInformationMax"] == pytest.approx(values["ClassEntropy"])


@settings(deadline=None, max_examples=50)
@given(tables())
def test_mutual_information_lies_between_0_and_the_entropy(given):
    found = information(Prepared(given))
    assert (found.mutual >= 0).all()
    assert (found.mutual <= found.entropy + 1e-12).all()


def test_columns_and_rows_are_capped():
    X = np.random.default_rng(0).normal(size=(4_000, 250))
    found = information(Prepared(numeric_table(X, list("ab" * 2_000))))
    assert found.mutual.shape == (200,)
    # Noise shares next to nothing with the class: (10 - 1)(2 - 1) / (2 n ln 2) bits of bias.
    assert found.mutual.mean() == pytest.approx(9 / (2 * 3_000 * math.log(2)), rel=0.2)
