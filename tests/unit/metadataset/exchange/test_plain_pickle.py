import contextlib
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.plain_pickle import plain_pickle

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain, st.sampled_from([3, 4, 5]))
def test_plain_values_are_read_as_unpickling_would(value, protocol):
    assert plain_pickle(pickle.dumps(value, protocol=protocol)) == value


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.int32])
def test_numpy_scalars_are_numbers(kind):
    # As numpy before 2 names it, which the published files were written with.
    content = pickle.dumps({"a": kind(3), "b": kind(4)}, protocol=3)
    content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert plain_pickle(content) == {"a": 3, "b": 4}


class Harmful:
    def __reduce__(self):
        return (print, ("it ran",))


def test_nothing_is_imported_or_called(capsys):
    with pytest.raises(HistoryError, match=r"table would import .*print"):
        plain_pickle(pickle.dumps({"a": Harmful()}), "table")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("value", [{1, 2}, Harmful, np.arange(3), pytest])
def test_what_is_not_plain_is_refused(value):
    content = (
        pickle.dumps(value, protocol=4) if value is not pytest else b"cos\nsystem\n(S'x'\ntR."
    )
    with pytest.raises(HistoryError, match=r"is no plain value|is damaged"):
        plain_pickle(content)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_damage_has_one_error(noise, at):
    whole = pickle.dumps({"a": [1.5, "x" * 30, (None, 2)], "b": {"c": b"y" * 20}})
    content = whole[: at % len(whole)] + noise
    with contextlib.suppress(HistoryError):
        plain_pickle(content)
