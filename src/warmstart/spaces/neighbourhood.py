"""Configurations near a known one, or anywhere, in a space that only examples describe."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart.spaces.encoding import ConfigurationEncoder, NumericColumn

_P_CHOICE = 0.15
"""How often each choice is made anew."""

_WIDTHS = (0.01, 0.3)
"""Smallest and largest step of a number, in units of its known range."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Moves numbers within their known range and takes other choices now and then.

    Which hyperparameters are active with which choices is taken from the examples: a
    choice is made anew only where a known configuration has made all the same ones, and
    what this activates has that configuration's values.
    """

    encoder: ConfigurationEncoder
    known: tuple[Mapping[str, Any], ...]
    integers: frozenset[str]
    """Numbers that are whole wherever they are known."""

    options: Mapping[str, tuple[Any, ...]]
    """Values of each choice."""

    examples: Mapping[tuple[str, ...], tuple[int, ...]]
    """Positions in `known` by the choices made."""

    @classmethod
    def fit(cls, known: Sequence[Mapping[str, Any]]) -> Neighbourhood:
        """Learn ranges, choices and what is active with them.

        Examples
        --------
        >>> near = Neighbourhood.fit([{"C": 1.0, "n": 3}, {"C": 100.0, "n": 7}])
        >>> one = near.around({"C": 10.0, "n": 5}, 1, np.random.default_rng(0))[0]
        >>> 1.0 <= one["C"] <= 100.0 and one["n"] in range(3, 8)
        True
        """
        encoder = ConfigurationEncoder.fit(known)
        integers = {
            number.name
            for number in encoder.numbers
            if all(float(one.get(number.name, 0)).is_integer() for one in known)
        }
        options: dict[str, dict[str, Any]] = {}
        for name, _ in encoder.choices:
            options[name] = {str(one[name]): one[name] for one in known if name in one}
        examples: dict[tuple[str, ...], list[int]] = {}
        for place, one in enumerate(known):
            examples.setdefault(_made(one, options), []).append(place)
        return cls(
            encoder,
            tuple(known),
            frozenset(integers),
            {name: tuple(values.values()) for name, values in options.items()},
            {made: tuple(places) for made, places in examples.items()},
        )

    def around(
        self, centre: Mapping[str, Any], n: int, rng: np.random.Generator
    ) -> list[dict[str, Any]]:
        """At most `n` different configurations near `centre`, which is not among them."""
        found: dict[str, dict[str, Any]] = {repr(sorted(centre.items())): {}}
        for _ in range(n):
            one = self._step(self._choose_anew(dict(centre), rng), rng)
            found.setdefault(repr(sorted(one.items())), one)
        return list(found.values())[1:]

    def anywhere(self, n: int, rng: np.random.Generator) -> list[dict[str, Any]]:
        """`n` configurations with the choices of known ones and any numbers in range."""
        found = []
        for place in rng.integers(len(self.known), size=n):
            values = dict(self.known[place])
            for number in self._active(values):
                self._put(values, number, rng.random())
            found.append(values)
        return found

    def _choose_anew(self, values: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        for name, options in self.options.items():
            if name not in values or len(options) < 2 or rng.random() > _P_CHOICE:
                continue
            changed = {**values, name: options[rng.integers(len(options))]}
            places = self.examples.get(_made(changed, self.options))
            if places is None:
                continue
            example = self.known[places[rng.integers(len(places))]]
            values = {key: changed.get(key, value) for key, value in example.items()}
        return values

    def _step(self, values: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        active = self._active(values)
        if not active:
            return values
        width = math.exp(rng.uniform(*np.log(_WIDTHS)))
        moved = rng.random(len(active)) < rng.uniform(1 / len(active), 1.0)
        moved[rng.integers(len(active))] = True
        steps = width * rng.standard_normal(len(active))
        for number, moves, step in zip(active, moved, steps, strict=True):
            if moves:
                at = number.position(values[number.name]) + float(step)
                # Reflected at the ends, so that these do not collect the steps beyond.
                at = 1.0 - abs(1.0 - abs(at) % 2.0)
                self._put(values, number, at)
        return values

    def _active(self, values: Mapping[str, Any]) -> list[NumericColumn]:
        """Numbers of a configuration that can be moved."""
        return [n for n in self.encoder.numbers if n.name in values and n.high > n.low]

    def _put(self, values: dict[str, Any], number: NumericColumn, at: float) -> None:
        """Set a number by its position in the known range."""
        value = number.low + at * (number.high - number.low)
        value = math.exp(value) if number.log else value
        if number.name in self.integers:
            # As those known: a column with gaps holds whole numbers as floats.
            value = type(values[number.name])(round(value))
        values[number.name] = value


def _made(values: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values[name]) if name in values else "" for name in options)
