import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from warmstart.metafeatures.scaling import standardise


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 + 0.1, -1e308, 5e-324, np.nan])
def test_columns_that_do_not_vary_are_left_out(value):
    assert standardise(np.full((7, 1), value)).z.shape == (7, 0)


@settings(deadline=None)
@given(
    arrays(
        float,
        st.tuples(st.integers(0, 9), st.integers(0, 4)),
        elements=st.floats(allow_infinity=True, allow_nan=True),
    )
)
def test_standardised_columns_have_mean_0_and_std_1(values):
    found = standardise(values)
    assert np.isfinite(found.z).all()
    assert (found.n_known >= 2).all()
    np.testing.assert_allclose(found.z.sum(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose((found.z**2).sum(axis=0), found.n_known, rtol=1e-6)
