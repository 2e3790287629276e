"""Syne Tune's schedulers, driven directly."""

from __future__ import annotations

from typing import Any

from benchmarks.tuners.domains import as_domains
from syne_tune import config_space
from syne_tune.optimizer.baselines import RandomSearch

from warmstart.downstream.adapters import syne_tune as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space


class Tuner:
    """Random search over a configuration space."""

    lacks = ("conditions", "steps")
    injector = injector

    def __init__(self, space: Space) -> None:
        self.space = as_domains(space, config_space, inclusive=True)
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points what is suggested first."""
        report = injector.seed(points, space=self.space, **options)
        self.arguments = dict(report.arguments)
        return report

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the scheduler suggests."""
        scheduler = RandomSearch(self.space, metrics=["loss"], random_seed=0, **self.arguments)
        return [scheduler.suggest().config for _ in range(n)]
