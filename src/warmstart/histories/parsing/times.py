"""Times of foreign histories as UTC in ISO 8601, whatever they were counted in."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which number on a count since 1970 is of nano-, micro- or milliseconds: as seconds
they lie 3,000 years ahead, and so on."""


def utc_of_count(number: float) -> str:
    """The time a number stands for; empty where it is none of the years 1 to 9999.

    Seconds since 1970; numbers too large for those are milli-, micro- or nanoseconds.

    Examples
    --------
    >>> [utc_of_count(1.7e9 * unit) for unit in (1, 1e3, 1e6)]
    ['2023-11-14T22:13:20+00:00', '2023-11-14T22:13:20+00:00', '2023-11-14T22:13:20+00:00']
    >>> utc_of_count(-1e12), utc_of_count(float("nan"))
    ('', '')
    """
    if not math.isfinite(number):
        return ""
    unit = next((unit for least, unit in _UNITS if number >= least), 1.0)
    try:
        # A float holds microseconds of this century, and milliseconds of the next ones.
        return (_EPOCH + timedelta(microseconds=round(number / unit * 1e6))).isoformat()
    except OverflowError:
        return ""


def utc_of_text(text: str) -> str:
    """The time a text in ISO 8601 stands for; empty where it is none.

    A time that names no zone is UTC. What is finer than a microsecond is cut off.

    Examples
    --------
    >>> utc_of_text("2024-02-03T04:05:06.123456789Z"), utc_of_text("0001-01-01 00:00")
    ('2024-02-03T04:05:06.123456+00:00', '0001-01-01T00:00:00+00:00')
    >>> utc_of_text("yesterday")
    ''
    """
    text = text.strip()
    if text.endswith(("Z", "z")):
        text = f"{text[:-1]}+00:00"
    # Python 3.10 reads three or six digits of a second and zones with a colon.
    text = re.sub(r"[.,](\d{1,9})(?=$|[+-])", lambda m: f".{m[1]:0<6.6}", text)
    text = re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text) if ":" in text else text
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError:
        return ""


def utc(time: datetime) -> str:
    """A time in UTC; one that names no zone is taken to be in it."""
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    try:
        return time.astimezone(timezone.utc).isoformat()
    except OverflowError:  # the first or the last day there is
        return ""


def utc_of(value: Any) -> str:
    """The time a foreign value stands for, a number or a text; empty where it is none."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, int | float):
        try:
            return utc_of_count(float(value))
        except OverflowError:
            return ""
    return utc_of_text(str(value))
