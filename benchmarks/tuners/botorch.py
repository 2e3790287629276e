"""BoTorch's tensors, read back as points."""

from __future__ import annotations

from typing import Any

from warmstart.downstream.adapters import botorch as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space


class Tuner:
    """No tuner of its own: what the tensors say is what is evaluated."""

    lacks = ("conditions",)
    injector = injector

    def __init__(self, space: Space) -> None:
        self.space = space
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points tensors."""
        report = injector.seed(points, space=self.space, **options)
        self.arguments = dict(report.arguments)
        return report

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` rows of the points to evaluate."""
        return injector.decode(self.arguments["X"], self.space)[:n] if n else []
