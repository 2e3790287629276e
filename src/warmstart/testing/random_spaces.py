"""Random spaces of every kind of parameter, and random points of which some are illegal."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import numpy as np

from warmstart.spaces.space import (
    Choice,
    Condition,
    Constant,
    Number,
    Parameter,
    Space,
    when,
)

_WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")


def random_space(rng: np.random.Generator, lacks: Collection[str] = ()) -> Space:
    """Three to nine parameters of all kinds, some active only for a choice of another.

    `lacks` names what a tuner does not have: "conditions", "steps", "ordered",
    "constants", and "tiny" ranges.
    """
    kinds = ["float", "log", "int", "log int", "choice"]
    kinds += [
        kind
        for kind, need in (("step", "steps"), ("ordinal", "ordered"), ("constant", "constants"))
        if need not in lacks
    ]
    lowest = -3 if "tiny" in lacks else -6
    parameters = [
        _parameter(rng, f"p{i}", str(rng.choice(kinds)), lowest)
        for i in range(rng.integers(3, 10))
    ]
    # At least one thing to search, so that every tuner takes the space.
    parameters.append(_parameter(rng, "p", "log", lowest))
    conditions: list[Condition] = []
    if "conditions" not in lacks:
        parents = [p for p in parameters if isinstance(p, Choice) and not p.ordered]
        for i, child in enumerate(parameters):
            before = [p for p in parents if parameters.index(p) < i]
            if before and rng.random() < 0.5:
                parent = before[rng.integers(len(before))]
                n = int(rng.integers(1, len(parent.choices)))
                chosen = rng.permutation(len(parent.choices))[:n]
                values = [parent.choices[k] for k in sorted(chosen)]
                conditions.append(when(child.name, parent.name, *values))
    return Space(parameters=tuple(parameters), conditions=tuple(conditions))


def random_points(
    rng: np.random.Generator, space: Space, n: int, illegal: float = 0.5
) -> list[tuple[dict[str, Any], bool]]:
    """Points, each with whether it is legal as it is; a share is spoilt in some way."""
    found = []
    for _ in range(n):
        point = legal_point(rng, space)
        legal = rng.random() >= illegal
        if not legal:
            for _ in range(rng.integers(1, 3)):
                _spoil(rng, space, point)
        found.append((point, legal))
    # Some come twice: a tuner is to run them once.
    if n > 2 and rng.random() < 0.5:
        found[-1] = found[int(rng.integers(n - 1))]
    return found


def legal_point(rng: np.random.Generator, space: Space) -> dict[str, Any]:
    """One point, its inactive parameters left away."""
    point: dict[str, Any] = {}
    for parameter in space:
        if all(c.holds(point) for c in space.conditions_of(parameter.name)):
            point[parameter.name] = _draw(rng, parameter)
    return point


def _draw(rng: np.random.Generator, parameter: Parameter) -> Any:
    if isinstance(parameter, Constant):
        return parameter.value
    if isinstance(parameter, Choice):
        return parameter.choices[rng.integers(len(parameter.choices))]
    low, high = parameter.low, parameter.high
    if parameter.step is not None:
        n_steps = math.floor((high - low) / parameter.step + 1e-9)
        return round(low + int(rng.integers(n_steps + 1)) * parameter.step, 10)
    if parameter.integer:
        return int(rng.integers(low, high + 1))
    u = rng.random()
    value = math.exp(math.log(low) + u * math.log(high / low)) if parameter.log else 0.0
    return min(max(value if parameter.log else low + u * (high - low), low), high)


def _parameter(rng: np.random.Generator, name: str, kind: str, lowest: int) -> Parameter:
    if kind == "constant":
        return Constant(name=name, value=[7, "fixed", 0.5][rng.integers(3)])
    if kind == "choice":
        n = int(rng.integers(2, len(_WORDS) + 1))
        return Choice(name=name, choices=tuple(str(w) for w in rng.permutation(_WORDS)[:n]))
    if kind == "ordinal":
        n = int(rng.integers(2, 6))
        return Choice(name=name, choices=tuple(2**k for k in range(3, 3 + n)), ordered=True)
    if kind == "step":
        n, step = int(rng.integers(2, 9)), float(rng.choice([0.1, 0.25, 0.5]))
        low = float(rng.integers(-2, 3))
        return Number(name=name, low=low, high=round(low + n * step, 10), step=step)
    if kind.endswith("int"):
        low = int(rng.integers(1, 10))
        return Number(
            name=name,
            low=low,
            high=low + int(rng.integers(1, 500)),
            integer=True,
            log=kind == "log int",
        )
    if kind == "log":
        exponent = int(rng.integers(lowest, 1))
        return Number(
            name=name,
            low=10.0**exponent,
            high=10.0 ** (exponent + int(rng.integers(1, 6))),
            log=True,
        )
    low = round(float(rng.normal(scale=3)), 3)
    return Number(name=name, low=low, high=round(low + float(rng.gamma(2.0)) + 0.01, 3))


def _spoil(rng: np.random.Generator, space: Space, point: dict[str, Any]) -> None:
    """Make a point illegal in one of the ways that real histories have."""
    name = str(rng.choice(list(point)))
    parameter = next((p for p in space if p.name == name), None)
    way = rng.integers(6)
    if way == 0 or parameter is None:
        point["unheard_of"] = 1.5
    elif way == 1 and len(point) > 1:
        del point[name]
    elif way == 2:
        inactive = [p for p in space if p.name not in point]
        other = inactive[rng.integers(len(inactive))] if inactive else None
        point[other.name if other else "unheard_of"] = _draw(rng, other) if other else 0
    elif isinstance(parameter, Number):
        span = parameter.high - parameter.low
        point[name] = [
            parameter.high + 0.5 + span,
            parameter.low - 0.5 - span,
            str(point[name]),
            parameter.low + 0.37 * span,
            None,
        ][rng.integers(5)]
    elif isinstance(parameter, Choice):
        word = point[name]
        point[name] = [str(word).upper(), "unknown", None, 25][rng.integers(4)]
    else:
        point[name] = "other"
