"""How hyperparameters changed over time in previous trainings, and what may change now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSchedule:
    """How numbers changed along the ways of previous best members, as factors of the first.

    Examples
    --------
    >>> paths = [[{"rate": 0.1}, {"rate": 0.05}], [{"rate": 1.0}, {"rate": 0.5}]]
    >>> schedule = ValueSchedule.of(paths)
    >>> schedule.factor("rate", 0.0), schedule.factor("rate", 1.0), schedule.factor("no", 1.0)
    (1.0, 0.5, 1.0)
    """

    factors: Mapping[str, tuple[float, ...]]
    """Of each hyperparameter, at even shares of the training."""

    @classmethod
    def of(cls, paths: Sequence[Sequence[Values]], n_points: int = 11) -> ValueSchedule:
        """The median over previous ways, of what is a positive number all along each.

        Parameters
        ----------
        paths : sequence of sequence of mapping
            Values at every step of the best member of each previous task.
        n_points : int
        """
        shares = np.linspace(0, 1, n_points)
        found: dict[str, list[Any]] = {}
        for path in paths:
            for name in path[0] if path else ():
                values: list[Any] = [step.get(name) for step in path]
                if all(is_number(value) and value > 0 for value in values):
                    logs = np.log(np.array(values, dtype=float) / float(values[0]))
                    at = np.linspace(0, 1, len(logs))
                    found.setdefault(name, []).append(np.interp(shares, at, logs))
        return cls(
            factors={
                name: tuple(np.exp(np.median(rows, axis=0)).tolist())
                for name, rows in found.items()
            }
        )

    def factor(self, name: str, share: float) -> float:
        """Of a hyperparameter after a share of the training; 1 where nothing is known."""
        factors = self.factors.get(name)
        if factors is None:
            return 1.0
        return float(np.interp(share, np.linspace(0, 1, len(factors)), factors))


def scheduled(first: Values, schedule: ValueSchedule, n_steps: int) -> list[dict[str, Any]]:
    """Values at each step where a configuration follows a schedule of previous tasks.

    Examples
    --------
    >>> schedule = ValueSchedule(factors={"lr": (1.0, 0.1)})
    >>> [round(step["lr"], 4) for step in scheduled({"lr": 0.5}, schedule, 3)]
    [0.5, 0.275, 0.05]
    """
    steps = []
    for share in np.linspace(0, 1, n_steps):
        values = dict(first)
        for name in schedule.factors:
            if name in values:
                kind = type(values[name])
                value = values[name] * schedule.factor(name, float(share))
                values[name] = round(value) if kind is int else float(value)
        steps.append(values)
    return steps


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    )


def is_range(allowed: Any) -> bool:
    """Whether what a value may be is a lower and an upper bound."""
    return isinstance(allowed, tuple) and len(allowed) == 2 and all(map(is_number, allowed))
