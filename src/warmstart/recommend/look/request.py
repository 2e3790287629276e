"""What is asked of a look, and what it reports while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from warmstart.recommend.question.arguments import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class LookState:
    """How far a look is, for a display of its progress."""

    seconds: float
    """Spent so far."""

    n_configs: int
    """Configurations tried."""

    n_fits: int
    best: float
    """Score expected of the best configuration so far; NaN before there is one."""

    racing: bool
    """Whether the best few are being compared on further folds."""


Progress = Callable[[LookState], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a look spends its time; ``benchmarks/README.md`` says where the numbers come from."""

    explore_share: float = 0.7
    """Of the time, before the best few are raced."""

    n_finalists: int = 5

    per_second: bool = True
    """Whether gain is counted per predicted second."""

    give_up: float = 0.1
    """A configuration is not fitted to further folds once it is better than the best with
    less than this probability."""

    drop: float = 0.05
    """A finalist is fitted no more once it is the best with less than this probability."""

    enough: float = 1e-3
    """Expected fall of the loss, as a share of it, that is not worth a fit."""

    max_divisions: int = 8
    """Into folds; more cost more than they can tell apart."""

    grace: float = 0.15
    """Share of the seconds by which a running fit may overrun before it is left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that is asked of a look."""

    bounds: Bounds
    n_jobs: int = 1
    groups: npt.NDArray[Any] | None = None
    """Group of each row; rows of one group are never on both sides of a fold."""

    times: npt.NDArray[Any] | None = None
    """When each row is from; fits are scored on later rows. Groups come first."""

    progress: Progress | None = None
    rules: Rules = field(default_factory=Rules)
