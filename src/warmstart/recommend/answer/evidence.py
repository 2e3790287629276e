"""What an answer rests on: known tasks like the new one, and whether there are any."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A known task like the new one."""

    task_id: str
    name: str
    family: str

    similarity: float
    """In (0, 1]; 1 for equal meta-features."""

    best_learner: str = ""
    """Learner of the best configuration known on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How one configuration did on one known task."""

    task_id: str
    name: str
    score: float

    rank: int
    """1 for the best configuration known on that task."""

    n_ranked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfDistribution:
    """Whether a dataset is unlike everything known; true when it is, or nobody can tell."""

    flag: bool | None = False
    """None where it cannot be told, for the reason given."""

    reason: str = ""
    """In words, whenever something was measured."""

    distance: float = math.nan
    """Mean distance to the nearest known tasks, in quantiles of each meta-feature."""

    threshold: float = math.nan
    """Distance that only one known task in twenty exceeds when left out."""

    def __bool__(self) -> bool:
        # Whoever asks before trusting an answer must not be told that all is well.
        return self.flag is not False
