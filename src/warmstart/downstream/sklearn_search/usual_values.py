"""What a configuration has where a tuner says nothing of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def typical(pool: Collection[Mapping[str, Any]]) -> dict[str, Any]:
    """Usual values of a pool: the median of a number, the commonest choice.

    Of keys that every member has.

    Examples
    --------
    >>> typical([{"x": 1, "k": "a"}, {"x": 5, "k": "b"}, {"x": 2, "k": "a", "more": 0}])
    {'x': 2, 'k': 'a'}
    """
    usual: dict[str, Any] = {}
    members = list(pool)
    for key in members[0] if members else ():
        values = [values[key] for values in members if key in values]
        if len(values) < len(members):
            continue
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            usual[key] = sorted(values)[(len(values) - 1) // 2]
        else:
            usual[key] = max(values, key=values.count)
    return usual
