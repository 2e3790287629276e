"""Ax's Client, driven for real."""

from __future__ import annotations

from typing import Any

from ax import ChoiceParameterConfig, Client, RangeParameterConfig

from warmstart.downstream.adapters import ax as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space


class Tuner:
    """A client with an experiment."""

    lacks = ("conditions", "steps", "constants", "tiny")
    injector = injector

    def __init__(self, space: Space) -> None:
        self.client = Client()
        self.client.configure_experiment(parameters=[_parameter(p) for p in space])
        self.client.configure_optimization(objective="score")

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Attach points."""
        return injector.seed(points, self.client, **options)

    def first(self, n: int) -> list[dict[str, Any]]:
        """Parameters of the first `n` trials of the experiment."""
        trials = self.client._experiment.trials
        return [dict(trials[index].arm.parameters) for index in sorted(trials)[:n]]


def _parameter(p: Parameter) -> Any:
    if isinstance(p, Number):
        return RangeParameterConfig(
            name=p.name,
            bounds=(p.low, p.high),
            parameter_type="int" if p.integer else "float",
            scaling="log" if p.log else None,
        )
    choices = list(p.choices) if isinstance(p, Choice) else [p.value]
    kind = "str" if isinstance(choices[0], str) else "int"
    return ChoiceParameterConfig(
        name=p.name,
        values=choices,
        parameter_type=kind,
        is_ordered=isinstance(p, Choice) and p.ordered,
    )
