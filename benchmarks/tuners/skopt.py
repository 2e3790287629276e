"""scikit-optimize, driven for real."""

from __future__ import annotations

from typing import Any

import skopt
from skopt.learning import ExtraTreesRegressor
from skopt.space import Categorical, Dimension, Integer, Real

from warmstart.downstream.adapters import skopt as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space


class Tuner:
    """``forest_minimize`` over dimensions."""

    lacks = ("conditions", "steps", "constants")
    injector = injector

    def __init__(self, space: Space) -> None:
        self.dimensions = [_dimension(p) for p in space]
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points the ``x0``."""
        report = injector.seed(points, self.dimensions, **options)
        self.arguments = dict(report.arguments)
        return report

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the objective is called with."""
        ran: list[dict[str, Any]] = []
        names = [d.name for d in self.dimensions]

        def objective(x: list[Any]) -> float:
            ran.append(dict(zip(names, x, strict=True)))
            return 0.0

        if n:
            skopt.forest_minimize(
                objective,
                self.dimensions,
                base_estimator=ExtraTreesRegressor(2),
                n_calls=n + 1,
                n_initial_points=1,
                n_points=10,
                random_state=0,
                **self.arguments,
            )
        return ran[:n]


def _dimension(p: Parameter) -> Dimension:
    if isinstance(p, Number):
        kind = Integer if p.integer else Real
        return kind(p.low, p.high, prior="log-uniform" if p.log else "uniform", name=p.name)
    choices = p.choices if isinstance(p, Choice) else (p.value,)
    return Categorical(choices, name=p.name)
