"""Optuna, driven for real."""

from __future__ import annotations

from typing import Any

import optuna

from warmstart.downstream.adapters import optuna as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Space

optuna.logging.set_verbosity(optuna.logging.WARNING)


class Tuner:
    """One study, its objective asking for the parameters of a space one by one."""

    lacks = ("constants",)
    injector = injector

    def __init__(self, space: Space) -> None:
        self.space = space
        self.study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
        self.ran: list[dict[str, Any]] = []

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Seed the study with points."""
        return injector.seed(points, self.study, space=self.ask, **options)

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the objective is called with."""
        self.study.optimize(lambda trial: self.ran.append(self.ask(trial)) or 0.0, n_trials=n)
        return self.ran[:n]

    def ask(self, trial: Any) -> dict[str, Any]:
        """The define-by-run space."""
        values: dict[str, Any] = {}
        for p in self.space:
            if not all(c.holds(values) for c in self.space.conditions_of(p.name)):
                continue
            if isinstance(p, Number) and p.integer:
                values[p.name] = trial.suggest_int(p.name, p.low, p.high, log=p.log)
            elif isinstance(p, Number):
                values[p.name] = trial.suggest_float(
                    p.name, p.low, p.high, log=p.log, step=p.step
                )
            else:
                choices = p.choices if isinstance(p, Choice) else [p.value]
                values[p.name] = trial.suggest_categorical(p.name, choices)
        return values
