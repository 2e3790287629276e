"""How long to leave a server alone that asks for it."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

LONGEST_S = 300.0
"""A longer wait than this is not sat out: a build that sleeps for a day looks like one that
hangs."""


def retry_after_s(header: str) -> float:
    """Seconds that a ``Retry-After`` header asks for: a number or a date; 0 where neither.

    Examples
    --------
    >>> retry_after_s("120"), retry_after_s("soon"), retry_after_s("")
    (120.0, 0.0, 0.0)
    """
    text = header.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            then = parsedate_to_datetime(text)
        except (TypeError, ValueError, OverflowError):
            return 0.0
        if then.tzinfo is None:
            then = then.replace(tzinfo=timezone.utc)
        seconds = (then - datetime.now(timezone.utc)).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else 0.0
