"""Population based training whose first population and schedule come from a base."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from warmstart.downstream.schedulers.schedule import Values, ValueSchedule, is_number, is_range
from warmstart.errors import HistoryError
from warmstart.spaces.legal import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One member that took over another's state and a changed copy of its values."""

    step: int
    member: int
    source: int
    before: Values
    after: Values
    reason: str


@dataclass(slots=True, kw_only=True)
class Member:
    """One of the population."""

    number: int
    values: dict[str, Any]
    learner: Any = field(repr=False)
    scores: list[float] = field(default_factory=list)
    path: list[dict[str, Any]] = field(default_factory=list)
    """Values at each step of the learner it has now, whoever trained it then."""

    @property
    def score(self) -> float:
        """The last; minus infinity before there is one, or where it failed."""
        last = self.scores[-1] if self.scores else math.nan
        return last if math.isfinite(last) else -math.inf


@dataclass(kw_only=True)
class PopulationTraining:
    """Trains a population together: the worst go on from the best, with changed values.

    After every step each of the lowest fifth takes over the learner of one of the highest
    fifth; its numbers are multiplied by .8 or 1.25 and, from a schedule of previous tasks,
    by what the best there did next, or drawn anew with a chance of a quarter.

    Parameters
    ----------
    first : sequence of mapping
        Values of the first population, such as the configurations of
        ``suggestions.population(n, diversity=)`` or of a list of suggestions.
    make : callable
        From values to a learner: see
        :mod:`warmstart.downstream.schedulers.learners` for ``partial_fit`` and boosting.
    score : callable
        From a learner to its score, higher is better.
    mutable : mapping of str to (low, high) or to sequence
        What may change while a learner is trained: bounds of a number, or choices.
    schedule : ValueSchedule, optional
    share : float
        Of the population that is replaced, and that is copied.
    p_resample : float
    factors : tuple of float
    random_state : int

    References
    ----------
    .. [1] Jaderberg et al. "Population Based Training of Neural Networks." 2017.

    Examples
    --------
    >>> class Walker:
    ...     def __init__(self, values):
    ...         self.rate, self.at = values["rate"], 0.0
    ...     def set_values(self, values):
    ...         self.rate = values["rate"]
    ...     def advance(self):
    ...         self.at += self.rate * (1 - self.at)
    >>> training = PopulationTraining(
    ...     first=[{"rate": r} for r in (0.01, 0.02, 0.3, 0.02, 0.01)], make=Walker,
    ...     score=lambda walker: walker.at, mutable={"rate": (0.001, 0.5)}, random_state=0)
    >>> best = training.run(6)
    >>> best.score > 0.8, len(training.exchanges) > 0
    (True, True)
    """

    first: Sequence[Values]
    make: Callable[[Values], Any]
    score: Callable[[Any], float]
    mutable: Mapping[str, Any]
    schedule: ValueSchedule | None = None
    share: float = 0.2
    p_resample: float = 0.25
    factors: tuple[float, float] = (0.8, 1.25)
    random_state: int = 0
    exchanges: list[Exchange] = field(default_factory=list, init=False)
    members: list[Member] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if len(self.first) < 2:
            raise HistoryError(f"a population has two members or more, got {len(self.first)}")
        if not 0 < self.share <= 0.5:
            raise HistoryError(f"share is above 0 and at most a half, got {self.share}")
        for name, allowed in self.mutable.items():
            if not len(allowed) or (is_range(allowed) and not allowed[0] < allowed[1]):
                raise HistoryError(f"{name} has no range or choices: {allowed!r}")

    def run(
        self, n_steps: int, *, watch: Callable[[int, list[Member]], None] | None = None
    ) -> Any:
        """Train for so many steps; the best member.

        Parameters
        ----------
        n_steps : int
        watch : callable, optional
            Called after each step, with its number and the members, before exchanges.
        """
        rng = np.random.default_rng(self.random_state)
        self.exchanges.clear()
        self.members = [
            Member(number=k, values=dict(values), learner=self.make(values))
            for k, values in enumerate(self.first)
        ]
        for step in range(1, n_steps + 1):
            for member in self.members:
                member.learner.advance()
                member.scores.append(float(self.score(member.learner)))
                member.path.append(dict(member.values))
            if watch is not None:
                watch(step, self.members)
            if step < n_steps:
                self._exchange(step, n_steps, rng)
        return max(self.members, key=lambda member: (member.score, -member.number))

    def _exchange(self, step: int, n_steps: int, rng: np.random.Generator) -> None:
        ordered = sorted(self.members, key=lambda member: (member.score, -member.number))
        n = max(1, round(self.share * len(ordered)))
        best = ordered[-n:]
        for member in ordered[:n]:
            source = best[int(rng.integers(len(best)))]
            if source.score <= member.score:
                continue
            before = dict(member.values)
            member.learner = copy.deepcopy(source.learner)
            member.path = [dict(values) for values in source.path]
            member.values = self._changed(source.values, step / n_steps, 1 / n_steps, rng)
            member.learner.set_values(member.values)
            self.exchanges.append(
                Exchange(
                    step=step,
                    member=member.number,
                    source=source.number,
                    before=before,
                    after=dict(member.values),
                    reason=f"{member.score:.6g} is among the lowest {n}; went on from "
                    f"{source.score:.6g}",
                )
            )

    def _changed(
        self, values: Values, share: float, step: float, rng: np.random.Generator
    ) -> dict[str, Any]:
        """Values to explore next, from those of a good member."""
        changed = dict(values)
        for name, allowed in self.mutable.items():
            if not is_range(allowed):
                if rng.uniform() < self.p_resample:
                    changed[name] = plain(allowed[int(rng.integers(len(allowed)))])
                continue
            low, high = allowed
            if rng.uniform() < self.p_resample or not is_number(changed.get(name)):
                value = (
                    math.exp(rng.uniform(math.log(low), math.log(high)))
                    if low > 0
                    else (float(rng.uniform(low, high)))
                )
            else:
                value = changed[name] * self.factors[int(rng.integers(2))]
                if self.schedule is not None:
                    now = self.schedule.factor(name, share)
                    value *= self.schedule.factor(name, min(share + step, 1.0)) / now
            value = min(max(value, low), high)
            whole = isinstance(low, int) and isinstance(high, int)
            changed[name] = round(value) if whole else float(value)
        return changed
