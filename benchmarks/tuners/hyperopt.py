"""Hyperopt, driven for real."""

from __future__ import annotations

import math
from typing import Any

import hyperopt
import numpy as np
from hyperopt import hp

from warmstart.downstream.adapters import hyperopt as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space


class Tuner:
    """``fmin`` over a space of nested choices."""

    lacks = ("constants",)
    injector = injector

    def __init__(self, space: Space) -> None:
        self.space = _Nodes(space).root()
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points the first of the algorithm."""
        report = injector.seed(points, hyperopt.rand.suggest, space=self.space, **options)
        self.arguments = dict(report.arguments)
        return report

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the objective is called with."""
        ran: list[dict[str, Any]] = []

        def objective(values: Any) -> float:
            ran.append(_flat(values))
            return 0.0

        if n:
            hyperopt.fmin(
                objective,
                self.space,
                max_evals=n,
                rstate=np.random.default_rng(0),
                show_progressbar=False,
                verbose=False,
                **self.arguments,
            )
        return ran


class _Nodes:
    """Children stand inside the options of their parent, each node made once."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.made: dict[str, Any] = {}

    def root(self) -> dict[str, Any]:
        return {
            p.name: self.node(p) for p in self.space if not self.space.conditions_of(p.name)
        }

    def node(self, p: Parameter) -> Any:
        if p.name not in self.made:
            children = [c for c in self.space.conditions if p.name in c.parents]
            if isinstance(p, Choice) and children:
                self.made[p.name] = hp.choice(
                    p.name, [self.option(p, choice) for choice in p.choices]
                )
            else:
                self.made[p.name] = _node(p)
        return self.made[p.name]

    def option(self, parent: Choice, choice: Any) -> dict[str, Any]:
        active = [
            c.child
            for c in self.space.conditions
            if parent.name in c.parents and c.holds({parent.name: choice})
        ]
        inside = {p.name: self.node(p) for p in self.space if p.name in active}
        return {"chosen": choice, **inside}


def _node(p: Parameter) -> Any:
    if isinstance(p, Choice):
        return hp.choice(p.name, list(p.choices))
    assert isinstance(p, Number)
    if p.step is not None:
        return hp.quniform(p.name, p.low, p.high, p.step)
    if p.integer:
        return hp.randint(p.name, int(p.low), int(p.high) + 1)
    if p.log:
        return hp.loguniform(p.name, math.log(p.low), math.log(p.high))
    return hp.uniform(p.name, p.low, p.high)


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            found[name] = value["chosen"]
            found |= _flat({k: v for k, v in value.items() if k != "chosen"})
        else:
            found[name] = value
    return found
