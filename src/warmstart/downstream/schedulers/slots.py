"""How POP divides slots: the promising have their own, the others take turns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from warmstart.downstream.schedulers.trials import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """Slots of the promising, and who they are."""

    n_slots: int
    """Dedicated to promising trials; the rest is shared."""

    promising: frozenset[int] = field(default_factory=frozenset)
    """Numbers of the trials."""

    threshold: float = 1.0
    """Chance from which on a trial is promising."""


def divide(chances: Mapping[int, float], n_slots: int) -> Division:
    r"""Divide slots by each trial's chance to reach the target.

    The threshold balances how many slots trials above it could use and how many they deserve:

    .. math:: p^* = \arg\max_p \min(|\{i : p_i \ge p\}|,\; S\,p)

    Parameters
    ----------
    chances : mapping of int to float
        Of trials that go on.
    n_slots : int

    References
    ----------
    .. [1] Rasley et al. "HyperDrive: Exploring Hyperparameters with POP Scheduling."
       Middleware 2017.

    Examples
    --------
    >>> divide({0: 0.9, 1: 0.6, 2: 0.1, 3: 0.05}, n_slots=4)
    Division(n_slots=2, promising=frozenset({0, 1}), threshold=0.6)
    """
    best, threshold = 0.0, 1.0
    ordered = sorted(chances.values(), reverse=True)
    for desired, chance in enumerate(ordered, start=1):
        # Of equal ones the last counts all.
        effective = min(desired, n_slots * chance)
        if effective >= best and effective > 0:
            best, threshold = effective, chance
    promising = frozenset(number for number, p in chances.items() if p >= threshold)
    return Division(
        # To the nearest whole: a single slot goes to whom it more likely helps.
        n_slots=min(math.floor(best + 0.5), len(promising)),
        promising=promising,
        threshold=threshold,
    )


def next_trial(trials: Iterable[Trial], n_slots: int) -> Trial | None:
    """Whose turn the next free slot is; None where every trial runs or is done.

    A promising trial, of the highest chance, while fewer run than they have slots; else the
    other trial that has had the least time.
    """
    alive = [trial for trial in trials if trial.status in ("waiting", "running")]
    division = divide({trial.number: trial.chance for trial in alive if trial.judged}, n_slots)
    waiting = [trial for trial in alive if trial.status == "waiting"]
    favoured = [trial for trial in waiting if trial.number in division.promising]
    running = sum(
        trial.status == "running" and trial.number in division.promising for trial in alive
    )
    if favoured and running < division.n_slots:
        return max(favoured, key=lambda trial: (trial.chance, -trial.number))
    others = [trial for trial in waiting if trial.number not in division.promising]
    if others:
        return min(others, key=lambda trial: (trial.spent_s, -trial.chance, trial.number))
    return max(favoured, key=lambda trial: (trial.chance, -trial.number), default=None)
