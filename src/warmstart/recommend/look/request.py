"""What is asked of a look, and what it reports while it goes on."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError
from warmstart.recommend.question.arguments import check_count

DEFAULT_S = 0.0
"""Seconds of a look where none are named: see benchmarks/README.md, "What a look is worth"."""


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
    """How a look spends its time; chosen on real fits, see ``benchmarks/look_real.py``."""

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
class Bounds:
    """Where a look ends."""

    seconds: float | None = None
    n_configs: int | None = None
    """Configurations to try at most; alone, the answer does not depend on any clock."""


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


def check_look(look_s: Any, look_n: Any) -> Bounds | None:
    """Where a look ends; None where none is asked for.

    Parameters
    ----------
    look_s : float, optional
        Seconds to spend; 0 for no look.
    look_n : int, optional
        Configurations to try at most.

    Raises
    ------
    ValueError
        If `look_s` is not a number of seconds, or `look_n` no count.

    Examples
    --------
    >>> check_look(3, None)
    Bounds(seconds=3.0, n_configs=None)
    >>> check_look(0, None)
    """
    n_configs = None if look_n is None else check_count("look_n", look_n)
    if look_s is None:
        look_s = None if n_configs else DEFAULT_S
    if look_s is None:
        return Bounds(n_configs=n_configs)
    number = isinstance(look_s, Real | np.number) and not isinstance(look_s, bool)
    if not number or not 0 <= look_s < math.inf:
        raise ArgumentError(f"look_s must be seconds, 0 for none, got {look_s!r}")
    return Bounds(seconds=float(look_s), n_configs=n_configs) if look_s > 0 else None


def check_jobs(n_jobs: Any) -> int:
    """Threads that a look uses.

    Raises
    ------
    ValueError
        If `n_jobs` is neither None, -1 nor a count.
    """
    if n_jobs is None:
        return 1
    if not isinstance(n_jobs, bool) and n_jobs == -1:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
    return check_count("n_jobs", n_jobs)
