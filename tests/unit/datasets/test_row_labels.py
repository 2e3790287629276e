"""Groups and times of rows: read from columns or arrays, kept with the rows they are of.

Also of: datasets.heavy_tails.
"""

import numpy as np
import pandas as pd
import pytest

from warmstart.datasets.heavy_tails import note_on_tails
from warmstart.datasets.load import load_dataset
from warmstart.errors import DatasetError


def visits(n=120):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "x": rng.normal(size=n),
            "customer": [f"c{i}" for i in rng.integers(0, 9, n)],
            "date": pd.date_range("2024-01-01", periods=n, freq="D").astype(str)[::-1],
            "y": rng.normal(size=n),
        }
    )


def test_the_column_of_groups_is_no_feature_and_that_of_times_is_one():
    frame = visits()
    dataset = load_dataset(frame, target="y", groups="customer", time="date")
    assert [column.name for column in dataset.schema.columns] == ["x", "date"]
    same = frame["customer"].to_numpy()[:, None] == frame["customer"].to_numpy()
    np.testing.assert_array_equal(same, dataset.groups[:, None] == dataset.groups)
    assert (np.diff(dataset.times) == -86_400).all()


def test_labels_stay_with_their_rows():
    frame = visits()
    frame.loc[[3, 50], "y"] = np.nan
    dataset = load_dataset(frame, target="y", groups="customer", time="date", max_rows=40)
    assert len(dataset.groups) == len(dataset.times) == len(dataset.y) == 40
    row = {x: i for i, x in enumerate(frame["x"])}
    kept = [row[x] for x in dataset.X["x"]]
    seconds = pd.to_datetime(frame["date"], utc=True).astype("int64").to_numpy()[kept]
    assert (np.argsort(seconds) == np.argsort(dataset.times)).all()


def test_arrays_do_as_well_and_every_gap_is_a_group_of_its_own():
    frame = visits()
    groups = np.array([*["a", "b", None, None], *["c"] * 116], dtype=object)
    dataset = load_dataset(frame, target="y", groups=groups, time=np.arange(120))
    assert "customer" in {column.name for column in dataset.schema.columns}
    assert len(set(dataset.groups)) == 5
    assert dataset.times[:3].tolist() == [0, 1, 2]


def test_rows_without_a_time_are_the_earliest():
    times = np.where(np.arange(120) == 7, np.nan, np.arange(120.0))
    dataset = load_dataset(visits(), target="y", time=times)
    assert dataset.times.argmin() == 7
    assert "1 rows without a time are taken for the earliest." in dataset.warnings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"groups": "shop"}, "groups='shop' is no column of the data; it has 'x', 'customer'"),
        ({"groups": [1, 2, 3]}, "groups= has 3 values for 120 rows"),
        ({"groups": ["a", "b"] * 60}, "groups= names 2 groups; at least 3"),
        ({"time": "customer"}, "time= must hold dates or numbers, found 'c"),
    ],
)
def test_refuses(given, message):
    with pytest.raises(DatasetError, match=message):
        load_dataset(visits(), target="y", **given)


def test_a_tail_that_decides_is_warned_of():
    rng = np.random.default_rng(0)
    heavy = np.exp(2 * rng.normal(size=400))
    assert "metric='mae', or predict the logarithm" in note_on_tails(heavy, "r2")
    assert "logarithm" not in note_on_tails(heavy - 5, "rmse")
    assert note_on_tails(heavy, "mae") == note_on_tails(rng.normal(size=400), "r2") == ""
    assert note_on_tails(np.ones(100), "r2") == note_on_tails(heavy[:20], "r2") == ""
