"""The cube that the hyperparameters of a learner are seen in: raw ranges, log where log."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]

FLOOR = 0.1
"""Share of the lowest scores that count as equally bad: how bad they are says nothing of
where the good ones lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One hyperparameter and the range that people write for it."""

    name: str
    low: float
    high: float
    default: Any
    """The library's."""

    log: bool = True
    whole: bool = False

    no_limit: tuple[Any, ...] = ()
    """Values that mean "no limit", the first as the library writes it; they lie at the upper
    end, which is then no value of its own."""

    words: tuple[tuple[Any, float], ...] = ()
    """Values that are no numbers, and the number each comes nearest to on most tables."""

    def __post_init__(self) -> None:
        if not (self.low < self.high and (self.low > 0 or not self.log)):
            raise ArgumentError(
                f"{self.name} has no range from {self.low} to {self.high}"
                f"{' on a log scale' if self.log else ''}"
            )

    def place(self, value: Any) -> float:
        """Where a value lies, 0 at the lower end and 1 at the upper; outside beyond them.

        Examples
        --------
        >>> depth = Axis(name="max_depth", low=1, high=16, default=-1, whole=True,
        ...              no_limit=(-1, None))
        >>> depth.place(4), depth.place(None), depth.at(1.0), depth.at(0.5)
        (0.5, 1.0, -1, 4)
        """
        if any(value is none or value == none for none in self.no_limit):
            return 1.0
        number = float(next((n for word, n in self.words if word == value), value))
        if not self.log:
            return (number - self.low) / (self.high - self.low)
        if number <= 0:  # zero is as far as the scale goes
            return 0.0
        return math.log(number / self.low) / math.log(self.high / self.low)

    def at(self, place: float) -> Any:
        """The value at a place of the unit interval; whole numbers are rounded."""
        place = min(max(float(place), 0.0), 1.0)
        if self.log:
            number = self.low * (self.high / self.low) ** place
        else:
            number = self.low + place * (self.high - self.low)
        if self.no_limit and round(number) >= self.high:
            return self.no_limit[0]
        if self.whole:
            return round(number)
        return float(f"{number:.4g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The axes of one learner; its rounds, where it has them, are the last."""

    learner: str
    axes: tuple[Axis, ...]
    rounds: str | None = None
    """Name of the last axis where scores at fewer rounds can be read off one fit."""

    prefix: str = ""
    """Before an axis' name in the keys of a configuration."""

    fixed: tuple[tuple[str, Any], ...] = ()
    """Other hyperparameters of the learner, as they were when its surfaces were scored."""

    floor: float = FLOOR
    """Share of the lowest scores that count as equally bad: more where much of the cube is
    good for nothing."""

    def __post_init__(self) -> None:
        if not 0 <= self.floor < 1:
            raise ArgumentError(f"floor of {self.learner} must be in [0, 1), got {self.floor}")

    def own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """A configuration by the axes' names, without what keys begin with."""
        return {name.removeprefix(self.prefix): value for name, value in values.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """Of the axes, in their order."""
        return tuple(axis.name for axis in self.axes)

    def place(self, values: Mapping[str, Any]) -> Array:
        """Coordinates of a configuration, shape (n_axes,); what it lacks is as usual."""
        return np.array([axis.place(values.get(axis.name, axis.default)) for axis in self.axes])

    def at(self, point: Sequence[float] | Array) -> dict[str, Any]:
        """The configuration at a point of the unit cube."""
        return {axis.name: axis.at(place) for axis, place in zip(self.axes, point, strict=True)}


ROUNDS = (10, 17, 28, 46, 77, 129, 215, 359, 599, 1000)
"""Numbers of rounds that scores are read off at."""
