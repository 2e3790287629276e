"""Population based training of Ray Tune: first population, changes and schedule from a base."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.downstream.schedulers.schedule import Values, is_range
from warmstart.errors import HistoryError


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationArguments:
    """What Ray's searcher and scheduler are given."""

    points_to_evaluate: list[dict[str, Any]]
    """For ``BasicVariantGenerator``: the first population, best first."""

    scheduler: dict[str, Any]
    """For ``PopulationBasedTraining``: ``hyperparam_mutations`` and ``custom_explore_fn``."""


def population_arguments(
    points: Sequence[Values], mutable: Mapping[str, Any], *, random_state: int = 0
) -> PopulationArguments:
    """First population and changes for Ray's population based training.

    Parameters
    ----------
    points : sequence of mapping
        In the words and bounds of the study's space, such as ``report.accepted`` of
        :func:`warmstart.downstream.ray.seed`.
    mutable : mapping of str to (low, high) or to sequence
        What may change, as of
        :class:`~warmstart.downstream.schedulers.population.PopulationTraining`.
    random_state : int
        Of values that are drawn anew.

    Raises
    ------
    HistoryError
        If there are fewer than two points, or a point has no value for what may change.

    Examples
    --------
    >>> told = population_arguments([{"lr": 0.1}, {"lr": 0.01}], {"lr": (1e-4, 1.0)})
    >>> told.scheduler["custom_explore_fn"]({"lr": 1.2, "depth": 3})
    {'lr': 1.0, 'depth': 3}

    .. code-block:: python

        scheduler = PopulationBasedTraining(metric="loss", mode="min", **told.scheduler)
        searcher = BasicVariantGenerator(points_to_evaluate=told.points_to_evaluate)
    """
    if len(points) < 2:
        raise HistoryError(f"a population has two members or more, got {len(points)}")
    for name in mutable:
        if lacking := [point for point in points if name not in point]:
            raise HistoryError(f"{name} may change, and {dict(lacking[0])} has no value for it")
    rng = np.random.default_rng(random_state)
    bounds = {name: allowed for name, allowed in mutable.items() if is_range(allowed)}

    def explored(config: dict[str, Any]) -> dict[str, Any]:
        """Ray multiplies by .8 or 1.2; what leaves its bounds comes back to them."""
        for name, (low, high) in bounds.items():
            value = min(max(config[name], low), high)
            whole = isinstance(low, int) and isinstance(high, int)
            config[name] = round(value) if whole else float(value)
        return config

    mutations: dict[str, Any] = {
        name: _drawing(allowed[0], allowed[1], rng) if name in bounds else list(allowed)
        for name, allowed in mutable.items()
    }
    return PopulationArguments(
        points_to_evaluate=[dict(point) for point in points],
        scheduler={"hyperparam_mutations": mutations, "custom_explore_fn": explored},
    )


def write_replay(path: str | Path, steps: Sequence[Values]) -> Path:
    """Write a policy for Ray's ``PopulationBasedTrainingReplay``: these values, step by step.

    Parameters
    ----------
    path : path
        Written under another name and renamed.
    steps : sequence of mapping
        Values at each training iteration, such as the ``path`` of the best member.

    Raises
    ------
    HistoryError
        If nothing changes: there is no policy to replay.
    """
    lines = [
        json.dumps(["0", "0", step, step, dict(before), dict(after)], allow_nan=False)
        for step, (before, after) in enumerate(itertools.pairwise(steps), start=1)
        if dict(before) != dict(after)
    ]
    if not lines:
        raise HistoryError(f"the values of {len(steps)} steps are all the same")
    target = Path(path)
    temporary = target.with_name(f"{target.name}.tmp")
    temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")
    temporary.replace(target)
    return target


def _drawing(low: float, high: float, rng: np.random.Generator) -> Callable[[], Any]:
    whole = isinstance(low, int) and isinstance(high, int)

    def draw() -> Any:
        if low > 0:
            value = math.exp(rng.uniform(math.log(low), math.log(high)))
        else:
            value = float(rng.uniform(low, high))
        return round(value) if whole else value

    return draw
