"""One point after another into a tuner's space: what is kept, changed, filled in, left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from warmstart.downstream.names.matching import Names
from warmstart.downstream.point_forms import SeedPoint
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.legal import nearest_legal, plain, same
from warmstart.spaces.seed_report import Change
from warmstart.spaces.space import ABSENT, Choice, Constant, Parameter, Space

Policy = Literal["repair", "drop", "strict"]


_DIGITS = 1e-9
"""Relative difference up to which a number is called the same, kept by a tuner otherwise."""


Ask: TypeAlias = Callable[[Parameter], Any]
"""Answers a parameter with the legal value that the point has for it."""


Define: TypeAlias = Callable[[Ask], None]
"""Asks for the parameters of one point, one after the other, as the tuner would."""


def _nearly(one: Any, other: Any) -> bool:
    """Whether two numbers differ by no more than arithmetic in and out of a logarithm."""
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and math.isclose(one, other, rel_tol=_DIGITS, abs_tol=0.0)


@dataclass
class FittedPoints:
    """One point on its way into a space."""

    point: SeedPoint
    names: Names
    defaults: Mapping[str, Any]

    values: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    """Parameter to the name of the point that answered it."""

    inactive: dict[str, str] = field(default_factory=dict)
    """Parameter to the condition that does not hold."""

    unfit: list[str] = field(default_factory=list)
    """Values that no legal one is near to."""

    def __post_init__(self) -> None:
        self._sources = self.names.sources(self.point.values)

    def ask(self, parameter: Parameter) -> Any:
        """The point's value for a parameter, made legal; the same again when asked again."""
        if parameter.name in self.values:
            return self.values[parameter.name]
        sources = self._sources.get(parameter.name, [])
        if sources:
            value = self._answer(parameter, sources[0])
        elif (learner := self._learner_for(parameter)) is not ABSENT:
            value = learner
            self.taken[parameter.name] = "learner"
        else:
            value = self._fill(parameter)
        self.values[parameter.name] = value
        return value

    def _learner_for(self, parameter: Parameter) -> Any:
        """A choice among learners is answered by the point's, whatever it is called."""
        if not isinstance(parameter, Choice) or "learner" in self.taken.values():
            return ABSENT
        return self.names.learner_among(self.point.values, parameter.choices)

    def leave_out_rest(self, space: Space | Define) -> None:
        """Tell of every name of the point that no parameter asked for."""
        used = set(self.taken.values())
        for name, value in self.point.values.items():
            if name not in used:
                self._change(name, "left out", value, ABSENT, self._why_left_out(name, space))

    def keep(self, kept: Mapping[str, Any]) -> None:
        """Take the values that the tuner keeps; tell where they are others."""
        for name, value in self.values.items():
            new = plain(kept[name])
            if same(new, value):
                continue
            if not _nearly(new, value):
                self._change(name, "repaired", value, new, "as the tuner keeps it")
            self.values[name] = new

    def why_not(self, policy: Policy) -> str:
        """Why the point cannot be accepted under a policy; empty where it can."""
        reasons = list(self.unfit)
        if self.point.values and not self.taken and self.values:
            given = ", ".join(list(self.point.values)[:5])
            asked = ", ".join(list(self.values)[:5])
            reasons.append(
                f"none of its names ({given}) is one of the space ({asked}); "
                "say with mapping={...} what is meant"
            )
        if policy == "drop":
            reasons += [str(change) for change in self.changes if change.kind == "repaired"]
        return "; ".join(reasons)

    def _answer(self, parameter: Parameter, name: str) -> Any:
        self.taken[parameter.name] = name
        given = self.point.values[name]
        meant, translated = self.names.translated(name, self.point.values)
        value, reason = nearest_legal(parameter, meant)
        if value is ABSENT:
            self.unfit.append(f"{parameter.name}: {reason}")
            return parameter.fallback
        if translated:
            reason = "; ".join(["translated by mapping", *([reason] if reason else [])])
        if reason:
            self._change(parameter.name, "repaired", given, value, reason)
        return value

    def _fill(self, parameter: Parameter) -> Any:
        default, reason = parameter.fallback, "missing; default of the space"
        if isinstance(parameter, Constant):
            reason = "constant of the space"
        elif parameter.name in self.defaults:
            reason = "missing; default given"
            default, wrong = nearest_legal(parameter, self.defaults[parameter.name])
            if wrong:
                raise SpaceMismatchError(
                    f"defaults give {parameter.name} the value "
                    f"{self.defaults[parameter.name]!r}: {wrong}"
                )
        self._change(parameter.name, "filled", ABSENT, default, reason)
        return plain(default)

    def _why_left_out(self, name: str, space: Space | Define) -> str:
        if self.names.is_left_out(name, self.point.values):
            return "left out by mapping"
        targets = [target for target, names in self._sources.items() if name in names]
        for target in targets:
            if target in self.inactive:
                return f"inactive unless {self.inactive[target]}"
            if target in self.taken:
                return f"{target} was taken from {self.taken[target]}"
        if isinstance(space, Space):
            return "not in the space"
        return "not asked for with these values"

    def _change(self, parameter: str, kind: Any, old: Any, new: Any, reason: str) -> None:
        self.changes.append(
            Change(
                point=self.point.position,
                parameter=parameter,
                kind=kind,
                old=old,
                new=new,
                reason=reason,
            )
        )
