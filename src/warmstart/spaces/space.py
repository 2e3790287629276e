"""A tuner's space in neutral words, so that one piece of code fits points to all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from warmstart.errors import ArgumentError


class Absence(Enum):
    """The type of :data:`ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "absent"


ABSENT: Literal[Absence.ABSENT] = Absence.ABSENT
"""Stands for no value at all, since None is a value like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A float or an integer between two bounds, both legal.

    Examples
    --------
    >>> Number(name="rate", low=0.0, high=1.0, step=0.25).on_grid(0.3)
    0.25
    """

    name: str

    low: float
    """Lowest legal value; minus infinity where there is none."""

    high: float
    integer: bool = False

    log: bool = False
    """Whether the tuner searches it on a logarithmic scale."""

    step: float | None = None
    """Legal values lie on the grid low, low + step, …; any value where None."""

    default: float | Absence = ABSENT
    """The tuner's own default; the middle of the range where it has none."""

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ArgumentError(
                f"{self.name}: low {self.low} must not be above high {self.high}"
            )
        if self.log and not self.low > 0:
            raise ArgumentError(
                f"{self.name}: a logarithmic range starts above 0, not {self.low}"
            )
        if self.step is not None and not self.step > 0:
            raise ArgumentError(f"{self.name}: step must be above 0, got {self.step}")

    @property
    def fallback(self) -> float:
        """What a point without a value for it gets."""
        if not isinstance(self.default, Absence):
            return self.default
        if math.isinf(self.low) or math.isinf(self.high):
            return next((b for b in (self.low, self.high) if math.isfinite(b)), 0.0)
        # Roots before the product: bounds near the largest float must not overflow.
        root = math.sqrt(self.low) * math.sqrt(self.high) if self.log else 0.0
        middle = root if self.log else self.low + (self.high - self.low) / 2
        if self.step is not None:
            middle = self.on_grid(middle)
        middle = min(max(middle, self.low), self.high)
        return math.floor(middle) if self.integer else middle

    def on_grid(self, number: float) -> float:
        """The value on the grid of steps that is nearest to `number`, which is in range."""
        if self.step is None:
            return number
        # Exact arithmetic of the decimals written: 0.1 + 2 * 0.1 is then 0.3, as is meant.
        low, high, step, exact = (
            Fraction(Decimal(repr(x))) for x in (self.low, self.high, self.step, number)
        )
        n_steps = min(round((exact - low) / step), (high - low) // step)
        return float(low + n_steps * step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several values."""

    name: str
    choices: tuple[Any, ...]

    ordered: bool = False
    """Whether neighbouring choices are alike, as in an ordinal."""

    default: Any = ABSENT
    """The tuner's own default; the first choice where it has none."""

    def __post_init__(self) -> None:
        if not self.choices:
            raise ArgumentError(f"{self.name}: there must be at least one choice")

    @property
    def fallback(self) -> Any:
        """What a point without a value for it gets."""
        return self.choices[0] if self.default is ABSENT else self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A value that the tuner never changes."""

    name: str
    value: Any

    @property
    def fallback(self) -> Any:
        """The value."""
        return self.value


Parameter: TypeAlias = Number | Choice | Constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Says when a parameter is active; several of one parameter must all hold."""

    child: str
    parents: tuple[str, ...]

    holds: Callable[[Mapping[str, Any]], bool]
    """Asked with the values of the active parents; false where a parent is missing."""

    text: str
    """In words, such as ``booster is 'dart'``."""


def when(child: str, parent: str, *values: Any) -> Condition:
    """Make the condition that `child` is active where `parent` has one of `values`.

    Parameters
    ----------
    child, parent : str
        Names of parameters.
    *values
        Of the parent, plain.

    Examples
    --------
    >>> condition = when("degree", "kernel", "poly")
    >>> condition.text, condition.holds({"kernel": "rbf"})
    ("kernel is 'poly'", False)
    """
    words = " or ".join(repr(value) for value in values)
    return Condition(
        child=child,
        parents=(parent,),
        holds=lambda found: parent in found and any(found[parent] == v for v in values),
        text=f"{parent} is {words}",
    )


def _as_given(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return values


def _nothing_to_add(_: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, kw_only=True)
class Space:
    """All parameters of a tuner's space.

    Raises
    ------
    ValueError
        If two parameters share a name, a condition names a parameter that is not there,
        or conditions go in a circle.

    Examples
    --------
    >>> space = Space(parameters=(Choice(name="kernel", choices=("rbf", "poly")),
    ...                           Number(name="degree", low=2, high=5)),
    ...               conditions=(when("degree", "kernel", "poly"),))
    >>> space.names, [condition.text for condition in space.conditions_of("degree")]
    (('kernel', 'degree'), ["kernel is 'poly'"])
    """

    parameters: tuple[Parameter, ...]
    conditions: tuple[Condition, ...] = ()

    objection: Callable[[Mapping[str, Any]], str] = _nothing_to_add
    """Why the tuner itself refuses a finished point, such as a forbidden pair; else empty."""

    kept: Callable[[Mapping[str, Any]], Mapping[str, Any]] = _as_given
    """What the tuner makes of a finished point; some round numbers, or keep logarithms."""

    def __post_init__(self) -> None:
        names = [parameter.name for parameter in self.parameters]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ArgumentError(f"parameters {twice} are there more than once")
        for condition in self.conditions:
            if missing := {condition.child, *condition.parents} - set(names):
                raise ArgumentError(f"a condition names {sorted(missing)}, not in {names}")
        object.__setattr__(self, "parameters", tuple(self._parents_first()))

    def __iter__(self) -> Iterator[Parameter]:
        """Parameters, every parent before its children."""
        return iter(self.parameters)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parameters, every parent before its children."""
        return tuple(parameter.name for parameter in self.parameters)

    def conditions_of(self, name: str) -> list[Condition]:
        """Conditions that must all hold for the parameter `name` to be active."""
        return [condition for condition in self.conditions if condition.child == name]

    def _parents_first(self) -> list[Parameter]:
        order: list[Parameter] = []
        waiting = list(self.parameters)
        while waiting:
            names = {parameter.name for parameter in waiting}
            free = [
                parameter
                for parameter in waiting
                if not any(names & set(c.parents) for c in self.conditions_of(parameter.name))
            ]
            if not free:
                raise ArgumentError(f"the conditions of {sorted(names)} go in a circle")
            # One at a time, so that the order changes no more than it must.
            order.append(free[0])
            waiting.remove(free[0])
        return order
