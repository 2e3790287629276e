"""Ray Tune's searchers, driven directly: no cluster is started."""

from __future__ import annotations

from typing import Any

import ray.tune as tune
from benchmarks.tuners.domains import as_domains
from ray.tune.search.basic_variant import BasicVariantGenerator
from ray.tune.search.optuna import OptunaSearch
from ray.tune.search.variant_generator import _get_preset_variants

from warmstart.downstream.adapters import ray as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space


class Tuner:
    """OptunaSearch over a dictionary of domains."""

    lacks = ("conditions", "steps", "constants")
    injector = injector
    searcher_class: type = OptunaSearch

    def __init__(self, space: Space) -> None:
        self.space = as_domains(space, tune, inclusive=False)
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points what the searcher evaluates first."""
        report = injector.seed(points, self.searcher_class, space=self.space, **options)
        self.arguments = dict(report.arguments)
        return report

    def searcher(self) -> OptunaSearch:
        """The searcher with what was seeded."""
        searcher = OptunaSearch(metric="score", mode="max", seed=0, **self.arguments)
        searcher.set_search_properties("score", "max", self.space)
        return searcher

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that the searcher suggests."""
        searcher = self.searcher()
        return [searcher.suggest(f"trial-{i}") for i in range(n)]


class Variants(Tuner):
    """Ray's own random search, which resolves variants of a specification."""

    lacks = ("conditions", "steps")
    searcher_class = BasicVariantGenerator

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` variants, points resolved as BasicVariantGenerator does."""
        points = list(self.arguments.get("points_to_evaluate", ()))[:n]
        return [variants(self.space, point) for point in points]


def variants(space: dict[str, Any], point: dict[str, Any]) -> dict[str, Any]:
    """What BasicVariantGenerator makes of a point."""
    [(_, spec)] = _get_preset_variants({"config": space}, point)
    return dict(spec["config"])
