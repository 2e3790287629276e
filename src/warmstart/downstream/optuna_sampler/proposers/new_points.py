"""Configurations that a study has not run: near its best ones, and anywhere in its space."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from warmstart.spaces.neighbourhood import Neighbourhood
from warmstart.spaces.space import Parameter

Values = Mapping[str, Any]

_N_ANYWHERE = 60
_N_NEAR = (40, 14, 14, 14)
"""Drawn near the best results, the best first."""


class StudySpace(Protocol):
    """What a tuner would make of a configuration."""

    kept: dict[str, Any]
    """What was found of the space, until it changes."""

    def parameters(self) -> Mapping[str, Parameter]:
        """What is searched, by a configuration's keys or the tuner's own names."""
        ...

    def as_run(self, values: Values) -> dict[str, Any] | None:
        """What would be run in its place; None where nothing would."""
        ...

    def is_new(self, values: Values) -> bool:
        """Whether the objective never saw its like, nor is about to."""
        ...


def draw_new(
    known: Iterable[Values], best: Sequence[Values], space: StudySpace, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Different new configurations, each as it would be run.

    Parameters
    ----------
    known : iterable of mapping
        Show the ranges, the choices, and what is active with them.
    best : sequence of mapping
        Those with the best results, best first.
    space : StudySpace
    rng : Generator
    """
    if "neighbourhood" not in space.kept:
        # Within the study's own bounds, where those are known.
        there = [run for values in known if (run := space.as_run(values)) is not None]
        space.kept["neighbourhood"] = Neighbourhood.fit(there) if there else None
    neighbourhood = space.kept["neighbourhood"]
    if neighbourhood is None:
        return []
    drawn = neighbourhood.anywhere(_N_ANYWHERE, rng)
    for centre, n in zip(best, _N_NEAR, strict=False):
        drawn += neighbourhood.around(centre, n, rng)
    runs = [run for values in drawn if (run := space.as_run(values)) is not None]
    different = {repr(sorted(run.items())): run for run in runs if space.is_new(run)}
    return list(different.values())
