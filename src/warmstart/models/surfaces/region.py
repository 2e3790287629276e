"""The space of one study: what may be tried there, and where it lies in other tasks' cube."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from warmstart.errors import SpaceMismatchError
from warmstart.models.gaussian.shared_gp import SharedKernel
from warmstart.models.surfaces.belief import Places
from warmstart.models.surfaces.box import Axis, Box
from warmstart.models.surfaces.sources import Sources
from warmstart.spaces.legal import same
from warmstart.spaces.space import Choice, Constant, Number, Parameter

Array = np.ndarray[Any, np.dtype[np.float64]]
Values = Mapping[str, Any]

_LONGEST = 1.0
"""Lengthscale, in widths of the cube, of what hardly mattered on other tasks: on this one it
may."""

_STEPS = (0.02, 0.2)
"""Shortest and longest mean step of a move, in widths of a range."""

_CHANGED = 0.5
"""Chance of each parameter to change in a move; one always does."""

_ANOTHER = 0.3
"""Chance of a choice to become another where it changes."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """Parameters of a study, some of them axes of the cube.

    What the study has and the cube lacks enters only the task's own process. What the cube
    has and the study lacks is at the estimator's default.

    Parameters
    ----------
    box : Box
    parameters : mapping of str to Parameter
        By the axis' name, or by a name of the study's own.
    """

    box: Box
    parameters: Mapping[str, Parameter]

    @classmethod
    def whole(cls, box: Box) -> Region:
        """All of the cube: where a study has not said what it searches."""
        return cls(box=box, parameters={axis.name: _whole(axis) for axis in box.axes})

    def spread(self, n: int, seed: int) -> list[dict[str, Any]]:
        """A scrambled Sobol' sequence over the region, as configurations.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Of the scrambling.

        Raises
        ------
        SpaceMismatchError
            If nothing in it can be one thing or another.
        """
        from scipy.stats import qmc

        names = [name for name, p in self.parameters.items() if not isinstance(p, Constant)]
        if not names:
            raise SpaceMismatchError("the study searches nothing: all parameters are constant")
        power = math.ceil(math.log2(max(n, 2)))
        drawn = qmc.Sobol(len(names), rng=np.random.default_rng(seed)).random_base2(power)[:n]
        return [self._values(dict(zip(names, row, strict=True))) for row in drawn.tolist()]

    def moves(self, centre: Values, n: int, rng: np.random.Generator) -> list[dict[str, Any]]:
        """Configurations about one: some parameters a step away.

        Parameters
        ----------
        centre : mapping
            Hyperparameters by name.
        n : int
            How many.
        rng : Generator
        """
        at = {
            name: _place(parameter, centre[name])
            for name, parameter in self.parameters.items()
            if name in centre and not isinstance(parameter, Constant)
        }
        if not at:
            return []
        names, found = list(at), []
        for _ in range(n):
            changed = rng.random(len(names)) < _CHANGED
            changed[rng.integers(len(names))] = True
            reach = math.exp(rng.uniform(math.log(_STEPS[0]), math.log(_STEPS[1])))
            steps = (reach * rng.standard_normal(len(names))).tolist()
            places = {}
            for name, changes, step in zip(names, changed, steps, strict=True):
                place = at[name]
                if changes and isinstance(self.parameters[name], Choice):
                    place = rng.random() if rng.random() < _ANOTHER else place
                elif changes:
                    place = min(max(place + step, 0.0), 1.0)
                places[name] = place
            found.append(self._values(places))
        return found

    def _values(self, places: Mapping[str, float]) -> dict[str, Any]:
        return {
            name: parameter.value
            if isinstance(parameter, Constant)
            else _value(parameter, places[name])
            for name, parameter in self.parameters.items()
            if isinstance(parameter, Constant) or name in places
        }

    def kernel(self, kernel: SharedKernel) -> SharedKernel:
        """Of the task's own process: as of other tasks, but no axis is taken to be dead.

        What they lack has usual lengthscales.
        """
        n = self._features([])[1]
        known = np.minimum(kernel.lengthscales, _LONGEST)
        usual = SharedKernel.usual(len(known) + n).lengthscales[:n]
        return SharedKernel(np.r_[known, usual], kernel.noise)

    def places(self, configurations: Sequence[Values], sources: Sources) -> Places:
        """Configurations as a belief sees them.

        Parameters
        ----------
        configurations : sequence of mapping
            Hyperparameters by name.
        sources : Sources
            Processes of other tasks.
        """
        points = np.stack([self.box.place(values) for values in configurations])
        mean, loadings = sources.expect(np.clip(points, 0.0, 1.0))
        more, _ = self._features(configurations)
        return Places(features=np.c_[points, more], mean=mean, loadings=loadings)

    def _features(self, configurations: Sequence[Values]) -> tuple[Array, int]:
        """What the cube lacks: a position for a number, an indicator for each choice."""
        columns: list[list[float]] = []
        for name, parameter in self.parameters.items():
            if name in self.box.names or isinstance(parameter, Constant):
                continue
            values = [one.get(name, parameter.fallback) for one in configurations]
            if isinstance(parameter, Number):
                columns.append([_place(parameter, value) for value in values])
            else:
                columns += [
                    [float(_is(value, choice)) for value in values]
                    for choice in parameter.choices
                ]
        if not columns:
            return np.zeros((len(configurations), 0)), 0
        shape = len(configurations), len(columns)
        return np.array(columns, dtype=float).T.reshape(shape), len(columns)


def _whole(axis: Axis) -> Parameter:
    """All of an axis, where a study has not said what it searches."""
    if axis.no_limit:
        numbers = range(round(axis.low), round(axis.high))
        return Choice(name=axis.name, choices=(*numbers, axis.no_limit[0]), ordered=True)
    return Number(
        name=axis.name, low=axis.low, high=axis.high, log=axis.log, integer=axis.whole
    )


def _is(value: Any, choice: Any) -> bool:
    """Whether a value is a choice of the study, if perhaps in another word."""
    return same(value, choice) or str(value).lower() == str(choice).lower()


def _place(parameter: Parameter, value: Any) -> float:
    """Where a value lies in its range, in [0, 1]."""
    if isinstance(parameter, Choice):
        found = [k for k, choice in enumerate(parameter.choices) if _is(value, choice)]
        return (found[0] + 0.5) / len(parameter.choices) if found else 0.5
    assert isinstance(parameter, Number)  # constants have no place
    low, high = parameter.low, parameter.high
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 1.0
    number = min(max(float(value), low), high)
    if high <= low:
        return 0.5
    if parameter.log:
        return math.log(number / low) / math.log(high / low)
    return (number - low) / (high - low)


def _value(parameter: Parameter, place: float) -> Any:
    """The value at a place of the range."""
    if isinstance(parameter, Choice):
        n = len(parameter.choices)
        return parameter.choices[min(int(place * n), n - 1)]
    assert isinstance(parameter, Number)
    low, high = parameter.low, parameter.high
    number = low * (high / low) ** place if parameter.log else low + place * (high - low)
    number = parameter.on_grid(min(max(number, low), high))
    if parameter.integer:
        return round(number)
    return min(max(float(f"{number:.6g}"), low), high)
