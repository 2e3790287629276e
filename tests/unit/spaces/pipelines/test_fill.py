"""Filling in is scikit-learn's, only quicker and in place where it may."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer

from warmstart.spaces.pipelines.fill import FillMissing


@given(
    n_rows=st.integers(1, 30),
    n_columns=st.integers(1, 6),
    missing=st.floats(0, 1),
    strategy=st.sampled_from(["median", "mean"]),
    order=st.sampled_from(["C", "F"]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_is_what_scikit_learn_fills_in(n_rows, n_columns, missing, strategy, order, seed):
    rng = np.random.default_rng(seed)
    X = np.asarray(rng.integers(-5, 5, size=(n_rows, n_columns)) / 3, order=order)
    X[rng.random(X.shape) < missing] = np.nan
    given_ = X.copy()
    ours = FillMissing(strategy).fit(X)
    theirs = SimpleImputer(strategy=strategy, keep_empty_features=True).fit(X)
    np.testing.assert_allclose(ours.statistics_, theirs.statistics_, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(X, given_)


def test_in_place_only_where_asked():
    X = np.array([[1.0, np.nan], [3.0, 4.0]])
    step = FillMissing(copy=False).fit(X)
    assert np.isnan(X[0, 1])
    assert step.transform(X) is X
    assert X[0, 1] == 4.0
    frozen = np.array([[np.nan, 1.0]])
    frozen.flags.writeable = False
    assert step.transform(frozen).tolist() == [[2.0, 1.0]]
    assert np.isnan(frozen[0, 0])


def test_frames_give_names():
    X = pd.DataFrame({"a": [1.0, None], "b": [2, 3]})
    assert list(FillMissing().fit(X).get_feature_names_out()) == ["a", "b"]


def test_refuses_what_it_cannot():
    with pytest.raises(ValueError, match="strategy must be median or mean, got 'mode'"):
        FillMissing("mode").fit(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="X has 3 features, FillMissing was fitted to 2"):
        FillMissing().fit(np.zeros((2, 2))).transform(np.zeros((2, 3)))
