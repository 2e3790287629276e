"""Points of a Gaussian prior: parameters as positions between their bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.downstream.names.inverse import match, read_mapping
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import ABSENT

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion


Array = np.ndarray[Any, np.dtype[np.float64]]


UNIFORM_STD = 1 / math.sqrt(12)
"""Of a position in [0, 1] about which nothing is known."""


def given_values(
    suggestions: Sequence[Suggestion],
    space: Mapping[str, Any],
    mapping: Mapping[str, Any] | None,
) -> dict[str, list[Any]]:
    """For each parameter of the space, each suggestion's value; ABSENT where it has none."""
    every = list(dict.fromkeys(name for s in suggestions for name in s.configuration))
    pairs = read_mapping(mapping, every)

    def value(name: str, values: Mapping[str, Any]) -> Any:
        key = match(name, values, pairs)
        return ABSENT if key is None else pairs.word(key, values[key])

    found = {name: [value(name, s.configuration) for s in suggestions] for name in space}
    found = {k: some for k, some in found.items() if any(v is not ABSENT for v in some)}
    if not found:
        raise SpaceMismatchError(
            f"no suggestion has any of {sorted(space)[:8]}; they have {sorted(every)[:8]}, to "
            "be paired with mapping="
        )
    return found


def positions_of(
    suggestions: Sequence[Suggestion],
    space: Mapping[str, Any],
    mapping: Mapping[str, Any] | None,
) -> dict[str, Array]:
    """Positions of all suggestions in each numeric parameter, NaN where one lacks it."""
    found: dict[str, Array] = {}
    for name, given in given_values(suggestions, space, mapping).items():
        if hasattr(space[name], "choices"):
            continue
        bounds = bounds_of(space[name])
        at = np.array([position_of(v, *bounds) if is_number(v) else np.nan for v in given])
        if np.isfinite(at).any():
            found[name] = at
    if not found:
        raise SpaceMismatchError(f"none of {sorted(space)[:8]} is a number in any suggestion")
    return found


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def bounds_of(domain: Any) -> tuple[float, float, bool]:
    low, high = float(domain.low), float(domain.high)
    log = bool(getattr(domain, "log", False))
    if not low <= high or not (math.isfinite(low) and math.isfinite(high)):
        raise SpaceMismatchError(f"a range has finite bounds, low first, got {low} to {high}")
    if log and not low > 0:
        raise SpaceMismatchError(f"a range on a log scale is positive, got low={low}")
    return low, high, log


def position_of(value: float, low: float, high: float, log: bool) -> float:
    if high == low:
        return 0.5
    inside = min(max(float(value), low), high)
    if log:
        return math.log(inside / low) / math.log(high / low)
    return (inside - low) / (high - low)


def value_at(position: float, low: float, high: float, log: bool) -> float:
    value = low * (high / low) ** position if log else low + (high - low) * position
    return min(max(value, low), high)
