"""The domains of Ray Tune, which FLAML has copied, in neutral words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import Choice, Constant, Number, Parameter, Space

_NESTED = "/"
"""Joins the names of nested dictionaries, as in Ray's own results."""


def from_domains(config: Any) -> Space:
    """The neutral space of a ``param_space`` or ``config`` dictionary.

    Names of nested dictionaries are joined by ``/``. Integers exclude their upper bound,
    unless quantized.

    Raises
    ------
    SpaceMismatchError
        If it is no dictionary, or a value is computed by a function.
    """
    if not isinstance(config, Mapping):
        raise SpaceMismatchError(
            f"pass the dictionary of domains that is searched as space=, got "
            f"{type(config).__name__}; a define-by-run function ignores points"
        )
    return Space(parameters=tuple(_parameter(name, d) for name, d in _flat(config)))


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """A point as nested dictionaries, from names joined by ``/``.

    Examples
    --------
    >>> nested({"lr": 0.1, "model/depth": 3})
    {'lr': 0.1, 'model': {'depth': 3}}
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split(_NESTED)
        inside = found
        for step in path:
            inside = inside.setdefault(step, {})
        inside[last] = value
    return found


def _flat(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, domain in config.items():
        if isinstance(domain, Mapping) and "grid_search" not in domain:
            yield from _flat(domain, f"{prefix}{name}{_NESTED}")
        else:
            yield f"{prefix}{name}", domain


def _parameter(name: str, domain: Any) -> Parameter:
    kind = type(domain).__name__
    if isinstance(domain, Mapping):
        return Choice(name=name, choices=tuple(domain["grid_search"]))
    if not hasattr(domain, "sampler"):
        return Constant(name=name, value=domain)
    if kind == "Categorical":
        return Choice(
            name=name,
            choices=tuple(domain.categories),
            ordered=bool(getattr(domain, "ordered", False)),
        )
    if kind not in ("Float", "Integer"):
        raise SpaceMismatchError(
            f"{name} is a {kind}, whose values are computed when a trial starts; only fixed "
            "domains can be given points"
        )
    sampler = domain.get_sampler()
    step = getattr(sampler, "q", None)
    inner = sampler.get_sampler() if step is not None else sampler
    low = -math.inf if domain.lower is None else domain.lower
    high = math.inf if domain.upper is None else domain.upper
    integer = kind == "Integer"
    if "Normal" in type(inner).__name__:
        low, high = -math.inf, math.inf
    elif step is not None:
        low, high = _inwards(low, high, step)
        integer = integer and step == int(step)
    elif integer:
        high -= 1
    return Number(
        name=name,
        low=int(low) if integer else low,
        high=int(high) if integer else high,
        integer=integer,
        log="LogUniform" in type(inner).__name__,
        step=None if step is None or math.isinf(low) or (integer and step == 1) else step,
    )


def _inwards(low: float, high: float, step: float) -> tuple[float, float]:
    """Outermost multiples of a step between two bounds, but for rounding."""
    return (
        float(f"{math.ceil(low / step - 1e-9) * step:.12g}"),
        float(f"{math.floor(high / step + 1e-9) * step:.12g}"),
    )
