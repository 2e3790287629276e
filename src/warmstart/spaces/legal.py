"""The nearest legal value of a parameter, and why it is not the value given."""

from __future__ import annotations

import math
from typing import Any

from warmstart.spaces.space import ABSENT, Choice, Constant, Number, Parameter

_ON_GRID = 1e-8
"""How far from the grid a value may lie, in steps: what rounding does to a sum of steps."""


def nearest_legal(parameter: Parameter, value: Any) -> tuple[Any, str]:
    """The legal value nearest to `value`, and the reason where it is another.

    Numbers are clipped, then rounded to integers or to the grid; text that reads like a
    number or a choice is taken for it; an unknown number takes the nearest choice where
    all choices are numbers.

    Returns
    -------
    value : object
        A plain value, equal to that given where that is legal; :data:`ABSENT` where no
        legal value is near, as for an unknown category.
    reason : str
        Why it changed, or why nothing is near; empty for a legal value.

    Examples
    --------
    >>> depth = Number(name="max_depth", low=2, high=16, integer=True)
    >>> nearest_legal(depth, 64)
    (16, 'above the upper bound 16')
    >>> nearest_legal(depth, 7.0)
    (7, '')
    >>> nearest_legal(Choice(name="booster", choices=("gbtree", "dart")), "DART")
    ('dart', 'written otherwise')
    >>> nearest_legal(Choice(name="booster", choices=("gbtree", "dart")), "linear")
    (absent, "'linear' is not among ['gbtree', 'dart']")
    """
    value = plain(value)
    if isinstance(parameter, Number):
        return _nearest_number(parameter, value)
    if isinstance(parameter, Choice):
        return _nearest_choice(parameter, value)
    return _constant(parameter, value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to a tuner: 1 is 1.0, but neither True nor "1".

    Examples
    --------
    >>> same(1, 1.0), same(1, True), same("1", 1), same(float("nan"), float("nan"))
    (True, False, False, True)
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool) and one == other
    if isinstance(one, float) and isinstance(other, float) and one != one:
        return other != other
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        # Files and tuners turn tuples into lists and back.
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def plain(value: Any) -> Any:
    """Python's own scalar for one of numpy's; everything else as it is."""
    is_scalar = hasattr(value, "item") and getattr(value, "shape", None) == ()
    return value.item() if is_scalar else value


def _nearest_number(parameter: Number, value: Any) -> tuple[Any, str]:
    number = _as_number(value)
    if number is None:
        return ABSENT, f"{value!r} is not a number"
    reasons = []
    if isinstance(value, bool | str):
        reasons.append("a truth value" if isinstance(value, bool) else "text")
    if number < parameter.low:
        number = parameter.low
        reasons.append(f"below the lower bound {parameter.low:.6g}")
    elif number > parameter.high:
        number = parameter.high
        reasons.append(f"above the upper bound {parameter.high:.6g}")
    if math.isinf(number):
        return ABSENT, f"{value!r} is not finite"
    if parameter.integer and number != int(number):
        number = min(max(round(number), math.ceil(parameter.low)), math.floor(parameter.high))
        reasons.append("not an integer")
    if parameter.step is not None:
        on_grid = _on_grid(parameter, number)
        if on_grid != number:
            number = on_grid
            reasons.append(f"not on the grid of step {parameter.step:.6g}")
    return (int(number) if parameter.integer else float(number)), "; ".join(reasons)


def _on_grid(parameter: Number, number: float) -> float:
    """`number` itself where it is on the grid but for rounding, else the nearest that is."""
    assert parameter.step is not None
    n_steps = (number - parameter.low) / parameter.step
    if abs(n_steps - round(n_steps)) <= _ON_GRID:
        return number
    return parameter.on_grid(number)


def _nearest_choice(parameter: Choice, value: Any) -> tuple[Any, str]:
    for choice in parameter.choices:
        if same(choice, value):
            return choice, ""
    alike = [choice for choice in parameter.choices if _word(choice) == _word(value)]
    if len(alike) == 1:
        return alike[0], "written otherwise"
    numbers = [choice for choice in parameter.choices if _is_number(choice)]
    number = _as_number(value)
    if len(numbers) == len(parameter.choices) and number is not None and not alike:
        return min(numbers, key=lambda choice: abs(choice - number)), "not among the choices"
    return ABSENT, f"{value!r} is not among {list(parameter.choices)}"


def _constant(parameter: Constant, value: Any) -> tuple[Any, str]:
    return parameter.value, "" if same(parameter.value, value) else "constant of the space"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _as_number(value: Any) -> float | None:
    """The number that a value is or reads like; None where it is none, or NaN."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool):
        return int(value)
    return value if _is_number(value) else None


def _word(value: Any) -> str:
    """What a value reads like, whatever its type and case."""
    number = None if isinstance(value, bool) else _as_number(value)
    if number is not None and math.isfinite(number):
        return repr(float(number))
    return str(value).strip().casefold()
