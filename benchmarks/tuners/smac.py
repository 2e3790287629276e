"""SMAC3, driven for real."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.tuners.configspaces import as_configspace
from smac import BlackBoxFacade, Scenario

from warmstart.downstream.adapters import smac as injector
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Space

QUIET = logging.ERROR
_FOLDER = Path(tempfile.mkdtemp(prefix="smac-"))
"""Where SMAC writes what it ran, whether wanted or not."""

atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


class Tuner:
    """A scenario, its facade made when the first trial is asked for."""

    lacks = ("steps",)
    injector = injector

    def __init__(self, space: Space) -> None:
        self.scenario = Scenario(
            as_configspace(space),
            deterministic=True,
            n_trials=100,
            output_directory=_FOLDER,
        )
        self.arguments: dict[str, Any] = {}

    def seed(self, points: Any, **options: Any) -> SeedReport:
        """Make points the initial design; those with scores are told to the facade."""
        if "scores" in options:
            return injector.seed(points, self.facade(), **options)
        report = injector.seed(points, self.scenario, facade=BlackBoxFacade, **options)
        self.arguments = dict(report.arguments)
        return report

    def facade(self, **arguments: Any) -> BlackBoxFacade:
        """The facade, with what was seeded."""
        return BlackBoxFacade(
            self.scenario,
            _objective,
            overwrite=True,
            logging_level=QUIET,
            **self.arguments | arguments,
        )

    def first(self, n: int) -> list[dict[str, Any]]:
        """The first `n` configurations that SMAC asks for."""
        facade = self.facade()
        return [dict(facade.ask().config) for _ in range(n)]


def _objective(config: Any, seed: int = 0) -> float:  # noqa: ARG001
    return 0.0
