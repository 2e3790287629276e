"""Numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable

NOTHING = "–"
"""Where nothing can be said."""


def decimals_for(values: Iterable[float]) -> int:
    """Decimal places that show three or four significant digits of the largest number.

    Examples
    --------
    >>> decimals_for([0.71, 0.7]), decimals_for([-16.2]), decimals_for([48213.0])
    (3, 2, 0)
    """
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0:
        return 3
    digits = 2 if largest < 1 else 3
    return min(9, max(0, digits - math.floor(math.log10(largest))))


def seconds(value: float) -> str:
    """A duration, two significant digits.

    Examples
    --------
    >>> seconds(0.0412), seconds(2.34), seconds(1234.5), seconds(0.0002)
    ('0.041', '2.3', '1,234', '<0.001')
    """
    if not math.isfinite(value):
        return "?"
    if value < 0.001:
        return "<0.001"
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.{1 - math.floor(math.log10(value))}f}"


def duration(value: float) -> str:
    """A longer duration in words.

    Examples
    --------
    >>> duration(45), duration(200), duration(8000)
    ('45 s', '3 min 20 s', '2 h 13 min')
    """
    if value < 60:
        return f"{value:.0f} s"
    if value < 3600:
        return f"{value // 60:.0f} min {value % 60:.0f} s"
    return f"{value // 3600:.0f} h {value % 3600 // 60:.0f} min"


def number(value: float, places: int) -> str:
    """A score to so many decimal places; a dash where nothing can be said."""
    return f"{value:,.{places}f}" if value == value else NOTHING
