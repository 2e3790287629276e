"""Nevergrad: suggestions queued last one first, because it takes the last one first."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.downstream.tuner_spaces.written_bounds import as_written
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Constant, Number, Parameter, Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any,
    *,
    space: Any = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Queue points so that an optimizer asks for them first, best first.

    On its own, Nevergrad asks for suggestions last one first. It keeps numbers transformed,
    so that they come back equal to about nine digits.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : nevergrad optimizer
        Whose parametrization is an ``ng.p.Instrumentation`` of keywords or an ``ng.p.Dict``.
    space : optional
        Must be the optimizer's parametrization, which is the default.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better. Those points are told, their sign changed.

    Raises
    ------
    SpaceMismatchError
        If the parametrization has positional arguments, arrays or nested parameters.
    MissingExtraError
        If Nevergrad is not installed.

    Examples
    --------
    .. code-block:: python

        space = ng.p.Instrumentation(lr=ng.p.Log(lower=1e-4, upper=1))
        optimizer = ng.optimizers.NGOpt(space, budget=50)
        warmstart.downstream.nevergrad.seed(suggestions, optimizer)
        optimizer.minimize(objective)
    >>> import nevergrad as ng
    >>> space = ng.p.Instrumentation(depth=ng.p.Scalar(lower=1, upper=8).set_integer_casting())
    >>> optimizer = ng.optimizers.OnePlusOne(space, budget=5)
    >>> seed([{"depth": 12}], optimizer).accepted, optimizer.ask().kwargs
    ([{'depth': 8}], {'depth': 8})
    """
    ng = require("nevergrad", extra="nevergrad")
    if space is not None and space is not target.parametrization:
        raise SpaceMismatchError("space= is another than the optimizer's parametrization")
    keywords = isinstance(target.parametrization, ng.p.Instrumentation)
    return _Optimizer(target, keywords=keywords).seed(suggestions, **fitting)


class _Optimizer(TunerAdapter):
    tuner = "nevergrad"

    def __init__(self, optimizer: Any, *, keywords: bool) -> None:
        self._optimizer, self._keywords = optimizer, keywords

    def space(self) -> Space:
        return from_parametrization(self._optimizer.parametrization)

    def hand_over(self, report: SeedReport) -> SeedReport:
        optimizer, keywords = self._optimizer, self._keywords
        for point in reversed(report.points):
            if point.score is None:
                if keywords:
                    optimizer.suggest(**point.values)
                else:
                    optimizer.suggest(point.values)
        for point in report.points:
            if point.score is not None:
                value = ((), point.values) if keywords else point.values
                child = optimizer.parametrization.spawn_child(new_value=value)
                optimizer.tell(child, -point.score)
        return report


def from_parametrization(parametrization: Any) -> Space:
    """The neutral space of an ``ng.p.Instrumentation`` of keywords or an ``ng.p.Dict``.

    Raises
    ------
    SpaceMismatchError
        If it holds anything but scalars, choices of plain values, and constants by name.

    Examples
    --------
    >>> import nevergrad as ng
    >>> from_parametrization(ng.p.Dict(lr=ng.p.Log(lower=0.001, upper=1.0))).names
    ('lr',)
    """
    ng = require("nevergrad", extra="nevergrad")
    content = parametrization
    if isinstance(content, ng.p.Instrumentation):
        if content.args:
            raise SpaceMismatchError(
                f"the parametrization has {len(content.args)} positional arguments, which no "
                "name of a point can match; use keywords"
            )
        content = content[1]
    if not isinstance(content, ng.p.Dict):
        raise SpaceMismatchError(
            f"the parametrization must be an Instrumentation or a Dict of named parameters, "
            f"got {type(parametrization).__name__}"
        )
    parameters = tuple(_parameter(name, content[name]) for name in content)

    def kept(values: Mapping[str, Any]) -> Mapping[str, Any]:
        found = dict(content.spawn_child(new_value=dict(values)).value)
        for p in parameters:
            if isinstance(p, Number):
                # Back from a logarithm a bound may lie outside, and be refused the next time.
                found[p.name] = min(max(found[p.name], p.low), p.high)
        return found

    return Space(parameters=parameters, kept=kept)


def _parameter(name: str, parameter: Any) -> Parameter:
    import nevergrad as ng

    if not isinstance(parameter, ng.p.Parameter):
        return Constant(name=name, value=parameter)
    if isinstance(parameter, ng.p.Constant):
        return Constant(name=name, value=parameter.value)
    if isinstance(parameter, ng.p.Choice | ng.p.TransitionChoice):
        options = [parameter.choices[i] for i in range(len(parameter.choices))]
        if any(
            not isinstance(o, ng.p.Constant) and isinstance(o, ng.p.Parameter) for o in options
        ):
            raise SpaceMismatchError(f"{name} chooses among parameters, not among plain values")
        return Choice(
            name=name,
            choices=tuple(o.value if isinstance(o, ng.p.Constant) else o for o in options),
            ordered=isinstance(parameter, ng.p.TransitionChoice),
        )
    if not isinstance(parameter, ng.p.Scalar):
        raise SpaceMismatchError(
            f"{name} is a {type(parameter).__name__}, which no single value can set"
        )
    lower, upper = parameter.bounds
    low = -math.inf if lower is None else as_written(float(lower[0]))
    high = math.inf if upper is None else as_written(float(upper[0]))
    return Number(
        name=name,
        low=low,
        high=high,
        integer=bool(parameter.integer),
        log=isinstance(parameter, ng.p.Log) and low > 0,
    )
