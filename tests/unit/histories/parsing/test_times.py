from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmstart.histories.parsing.times import utc_of, utc_of_count

MOMENT = datetime(2024, 2, 3, 4, 5, 6, 789_012, tzinfo=timezone.utc)


@given(
    st.datetimes(datetime(1973, 3, 4), datetime(2099, 1, 1), timezones=st.just(timezone.utc))
)
def test_counts_of_any_unit_are_the_same_moment(moment):
    whole = moment.replace(microsecond=0)
    seconds = int(whole.timestamp())
    assert {utc_of(seconds * unit) for unit in (1, 10**3, 10**6, 10**9)} == {whole.isoformat()}


@given(st.datetimes(timezones=st.sampled_from([None, timezone.utc])))
def test_iso_texts_are_read_back(moment):
    expected = moment.replace(tzinfo=timezone.utc).isoformat()
    assert utc_of(moment.isoformat()) == utc_of(moment) == expected


@pytest.mark.parametrize(
    "value",
    [None, "", "yesterday", True, float("nan"), 1e300, 10**400, -1e12, "2024-13-45", [], {}],
)
def test_what_is_no_time(value):
    assert utc_of(value) == ""


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-03T04:05:06.789012Z",
        "2024-02-03T04:05:06.789012345Z",
        "2024-02-03 04:05:06.789012",
        "2024-02-03T05:05:06.789012+01:00",
        "2024-02-03T05:05:06.789012+0100",
    ],
)
def test_ways_to_write_one_moment(text):
    assert utc_of(text) == MOMENT.isoformat()


def test_the_year_56877_is_none():
    assert utc_of_count(1.7e15).startswith("2023-11-14")
