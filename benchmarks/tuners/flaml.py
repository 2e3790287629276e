"""FLAML's ``tune.run``, driven for real."""

from __future__ import annotations

from typing import Any

from benchmarks.tuners.domains import as_domains
from flaml import tune

from warmstart.downstream.adapters import flaml as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space


class Tuner:
    """``tune.run`` over a dictionary of domains."""

    lacks = ("conditions",)
    injector = injector

    def __init__(self, space: Space) -> None:
        self.space = as_domains(space, tune, inclusive=False)
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points what is evaluated first."""
        report = injector.seed(points, space=self.space, **options)
        self.arguments = dict(report.arguments)
        return report

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the function is called with."""
        ran: list[dict[str, Any]] = []

        def function(config: dict[str, Any]) -> dict[str, float]:
            ran.append(dict(config))
            return {"loss": float(len(ran))}

        if n:
            tune.run(
                function,
                config=self.space,
                metric="loss",
                mode="min",
                num_samples=n,
                verbose=0,
                **self.arguments,
            )
        return ran[:n]
