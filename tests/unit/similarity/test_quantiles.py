"""Quantile normalisation: laws that hold for any meta-features."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from warmstart.similarity.quantiles import QuantileNormaliser

VALUES = st.floats(-1e6, 1e6).map(lambda v: round(v, 3))
TABLES = st.integers(1, 12).flatmap(lambda n: arrays(float, (n, 3), elements=VALUES))
NEW = arrays(float, (5, 3), elements=VALUES)


def frame(values):
    return pd.DataFrame(values, columns=["a", "b", "c"])


@given(TABLES, NEW)
@settings(max_examples=60, deadline=None)
def test_between_0_and_1_and_monotone(known, new):
    normaliser = QuantileNormaliser.fit(frame(known))
    quantiles = normaliser.transform(frame(new))
    assert quantiles.shape == (5, len(normaliser.names))
    assert ((quantiles >= 0) & (quantiles <= 1)).all()
    for name, column in zip(normaliser.names, quantiles.T, strict=True):
        values = frame(new)[name].to_numpy()
        order = np.argsort(values)
        assert (np.diff(column[order]) >= 0).all()
        same = np.diff(values[order]) == 0
        assert (np.diff(column[order])[same] == 0).all()


@given(TABLES, NEW, st.sampled_from([lambda v: 3 * v - 7, np.cbrt, lambda v: v**3]))
@settings(max_examples=60, deadline=None)
def test_units_do_not_matter(known, new, increasing):
    plain = QuantileNormaliser.fit(frame(known))
    other = QuantileNormaliser.fit(frame(increasing(known)))
    assert plain.names == other.names
    np.testing.assert_array_equal(
        plain.transform(frame(new)), other.transform(frame(increasing(new)))
    )


@given(TABLES)
@settings(max_examples=30, deadline=None)
def test_known_tasks_are_at_half_on_average(known):
    quantiles = QuantileNormaliser.fit(frame(known)).transform(frame(known))
    if quantiles.size:
        np.testing.assert_allclose(quantiles.mean(axis=0), 0.5)


def test_agrees_with_the_definition():
    rng = np.random.default_rng(0)
    known, new = rng.integers(0, 6, (40, 3)).astype(float), rng.integers(-1, 8, (9, 3))
    quantiles = QuantileNormaliser.fit(frame(known)).transform(frame(new.astype(float)))
    below = (known[None] < new[:, None]).mean(axis=1)
    ties = (known[None] == new[:, None]).mean(axis=1)
    np.testing.assert_allclose(quantiles, below + ties / 2)


def test_missing_values_are_in_the_middle():
    known = frame([[1.0, 10, np.nan], [2, np.nan, np.nan], [3, 30, np.nan], [4, 40, np.nan]])
    normaliser = QuantileNormaliser.fit(known)
    assert normaliser.names == ("a", "b")
    assert normaliser.transform(known)[1].tolist() == [0.375, 0.5]
    # A name not given is missing, one not known is left alone.
    assert normaliser.transform(pd.DataFrame({"b": [5.0], "z": 1.0})).tolist() == [[0.5, 0.0]]


def test_names_may_be_numbers():
    known = pd.DataFrame(np.arange(8.0).reshape(4, 2))
    normaliser = QuantileNormaliser.fit(known)
    assert normaliser.names == ("0", "1")
    expected = QuantileNormaliser.fit(known.rename(columns=str)).transform(
        known.rename(columns=str)
    )
    np.testing.assert_array_equal(normaliser.transform(known), expected)
    assert len(np.unique(expected[:, 0])) == 4


@pytest.mark.parametrize("columns", [[], ["a"]])
def test_nothing_that_varies(columns):
    known = pd.DataFrame(1.0, index=range(3), columns=columns)
    normaliser = QuantileNormaliser.fit(known)
    assert normaliser.names == ()
    assert normaliser.transform(known).shape == (3, 0)


def test_one_task_at_a_time_or_all_together():
    """Few are compared with all known values, many are looked up; ties and gaps included."""
    rng = np.random.default_rng(0)
    known = pd.DataFrame(rng.integers(0, 9, size=(40, 5)).astype(float), columns=list("abcde"))
    scale = QuantileNormaliser.fit(known)
    new = pd.DataFrame(rng.integers(-1, 11, size=(30, 5)).astype(float), columns=list("ebcda"))
    new[rng.random(new.shape) < 0.2] = np.nan
    together = scale.transform(new)
    apart = np.vstack([scale.transform(new.iloc[[k]]) for k in range(30)])
    np.testing.assert_array_equal(together, apart)
