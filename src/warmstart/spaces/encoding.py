"""Configurations as points: one numeric row each, whatever space they come from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

_WIDE = 20.0
"""Ratio of largest to smallest from which a positive number may be read on a log scale: it
is where those known lie more evenly on one."""

_EXACT = 2.0**53
"""Below it every whole number is a float."""

_LARGEST = 10**300


@dataclass(frozen=True, slots=True)
class NumericColumn:
    """A hyperparameter that is a number wherever it is known."""

    name: str
    low: float
    high: float
    """Of the values known; of their logarithms where `log`."""

    log: bool

    def position(self, value: Any) -> float:
        """In [0, 1] between the smallest and largest value known; beyond them outside it."""
        if self.log:
            value = math.log(max(float(value), math.exp(self.low) / _WIDE))
        # Of whole numbers beyond 2^53 only differences fit into a float.
        return float(value - self.low) / max(float(self.high - self.low), 1e-12)


@dataclass(frozen=True, slots=True)
class ConfigurationEncoder:
    """Reads numbers as positions in their known range and choices as indicators.

    Learnt from known configurations alone, so that it serves any history: a hyperparameter
    that is a number wherever it occurs is a number, everything else is a choice.
    """

    numbers: tuple[NumericColumn, ...]
    choices: tuple[tuple[str, str], ...]
    """Pairs (hyperparameter, value as text)."""

    sometimes: tuple[str, ...] = ()
    """Numbers that are not always active, each with an indicator of whether it is."""

    @classmethod
    def fit(
        cls, configurations: Sequence[Mapping[str, Any]], *, activity: bool = False
    ) -> ConfigurationEncoder:
        """Learn ranges and choices.

        Parameters
        ----------
        configurations : sequence of mapping
            What is known; a hyperparameter that is not active is not there.
        activity : bool
            Also tell by an indicator whether a number that is not always active is: for
            spaces in which no choice says so.

        Examples
        --------
        >>> encoder = ConfigurationEncoder.fit(
        ...     [{"kernel": "rbf", "C": 0.01}, {"kernel": "linear", "C": 100.0}])
        >>> encoder.transform([{"kernel": "rbf", "C": 1.0}]).round(6).tolist()
        [[0.5, 0.0, 1.0]]
        """
        values: dict[str, list[Any]] = {}
        for configuration in configurations:
            for name, value in configuration.items():
                values.setdefault(name, []).append(value)
        numbers, choices = [], []
        for name in sorted(values):
            known = values[name]
            if all(_is_number(value) for value in known):
                low, high = min(known), max(known)
                if max(-low, high) < _EXACT:
                    low, high = float(low), float(high)
                log = low > 0 and high / low >= _WIDE and _spread_by_factors(known)
                if log:
                    low, high = math.log(low), math.log(high)
                numbers.append(NumericColumn(name, low, high, log))
            else:
                choices += [(name, text) for text in sorted({str(value) for value in known})]
        n = len(configurations)
        sometimes = [number.name for number in numbers if len(values[number.name]) < n]
        return cls(tuple(numbers), tuple(choices), tuple(sometimes) if activity else ())

    def transform(self, configurations: Sequence[Mapping[str, Any]]) -> Array:
        """Positions and indicators, shape (n_configs, n_features).

        A number that is not active sits in the middle of its range, where it is as near
        to every value as can be; a choice never seen has no indicator.
        """
        features = np.empty((len(configurations), self.width))
        place = 0
        for number in self.numbers:
            values = [one.get(number.name) for one in configurations]
            features[:, place] = [
                number.position(value) if _is_number(value) else 0.5 for value in values
            ]
            place += 1
        for name in dict.fromkeys(name for name, _ in self.choices):
            texts = [text for of, text in self.choices if of == name]
            column = {text: place + k for k, text in enumerate(texts)}
            features[:, place : place + len(texts)] = 0.0
            # A choice that is not made reads "None", as one whose value is None does.
            for row, one in enumerate(configurations):
                if (at := column.get(str(one.get(name)))) is not None:
                    features[row, at] = 1.0
            place += len(texts)
        for name in self.sometimes:
            features[:, place] = [float(name in one) for one in configurations]
            place += 1
        return features

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.numbers) + len(self.choices) + len(self.sometimes)


def _spread_by_factors(values: Sequence[Any]) -> bool:
    """Whether values lie at least as evenly on a log scale as on a linear one."""
    ordered = np.sort(np.asarray(values, dtype="float64"))
    even = np.linspace(0.0, 1.0, len(ordered))
    logs = np.log(ordered)
    off = [
        np.abs((scale - scale[0]) / (scale[-1] - scale[0]) - even).max()
        for scale in (logs, ordered)
    ]
    return bool(off[0] <= off[1] + 1e-9)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    # What no float can be is a name, however many digits it has.
    return isinstance(value, float) or abs(value) < _LARGEST
