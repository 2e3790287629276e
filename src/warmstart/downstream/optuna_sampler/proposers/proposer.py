"""What leads a tuner: what it is told, and what it proposes."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from warmstart.domain import Status
from warmstart.downstream.optuna_sampler.proposers.continuous import ContinuousSpace
from warmstart.downstream.optuna_sampler.proposers.new_points import StudySpace

ROUNDS = "warmstart:rounds"
"""User attribute of a trial: with how many rounds its value was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What came of one configuration."""

    number: int
    """Of the trial."""

    values: Mapping[str, Any]
    configuration_id: Any = None
    """Where it was run as it was given."""

    score: float = math.nan
    """Higher is better; NaN unless the status is "ok"."""

    status: Status = "ok"
    cost_s: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A configuration to try."""

    configuration_id: Any
    values: Mapping[str, Any]


class Proposer(Protocol):
    """Proposes configurations of a pool, and new ones; the same to all who tell it the same."""

    @property
    def pool(self) -> Sequence[Proposal]:
        """What it may propose, if nothing new."""
        ...

    @property
    def metric(self) -> str | None:
        """What scores are in."""
        ...

    @property
    def ideal(self) -> float | None:
        """The best score there can be, where that is known."""
        ...

    @property
    def learns(self) -> bool:
        """Whether what it is told makes a difference."""
        ...

    continuous: ContinuousSpace | None
    """What leads it anywhere in a learner's space; None where it keeps to a pool."""

    def propose(
        self,
        observations: Sequence[Observation],
        running: Sequence[Proposal],
        closed: Collection[Any],
        space: StudySpace | None = None,
    ) -> Proposal | None:
        """The next configuration, or None when nothing is left.

        Parameters
        ----------
        observations : sequence of Observation
            All results, in one order for all who ask.
        running : sequence of Proposal
            What others try at this moment; not proposed, and expected to turn out as
            predicted.
        closed : collection
            Ids not to propose, for whatever reason.
        space : StudySpace, optional
            Where configurations of no pool may be proposed as well.
        """
        ...
