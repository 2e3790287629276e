"""Nevergrad, driven for real."""

from __future__ import annotations

from typing import Any

import nevergrad as ng

from warmstart.downstream.adapters import nevergrad as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space


class Tuner:
    """One optimizer with keyword arguments."""

    lacks = ("conditions", "steps")
    injector = injector
    kind = "NGOpt"

    def __init__(self, space: Space) -> None:
        parametrization = ng.p.Instrumentation(**{p.name: _parameter(p) for p in space})
        self.optimizer = ng.optimizers.registry[self.kind](parametrization, budget=100)

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Suggest points to the optimizer."""
        return injector.seed(points, self.optimizer, **options)

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the optimizer asks for."""
        ran = []
        for _ in range(n):
            candidate = self.optimizer.ask()
            ran.append(dict(candidate.kwargs))
            self.optimizer.tell(candidate, 0.0)
        return ran


def _parameter(p: Parameter) -> Any:
    if isinstance(p, Number):
        kind = ng.p.Log if p.log else ng.p.Scalar
        scalar = kind(lower=p.low, upper=p.high)
        return scalar.set_integer_casting() if p.integer else scalar
    if isinstance(p, Choice):
        return (ng.p.TransitionChoice if p.ordered else ng.p.Choice)(list(p.choices))
    return p.value
