"""Plain lists of dictionaries: what is in the list is what is run."""

from __future__ import annotations

from typing import Any

from warmstart.downstream.adapters import points as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space


class Tuner:
    """A list."""

    lacks = ()
    injector = injector

    def __init__(self, space: Space) -> None:
        self.space = space
        self.queue: list[dict[str, Any]] = []

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Seed the list with points."""
        return injector.seed(points, self.queue, space=self.space, **options)

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` of the list."""
        return self.queue[:n]
