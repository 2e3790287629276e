"""pymoo: the first population of a genetic algorithm, of one objective or several."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import Choice, Number, Parameter, Space

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any = None,
    *,
    space: Space | None = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Make points the ``sampling`` of an algorithm, legal for its problem and best first.

    On its own, pymoo repairs no first population: what is out of bounds is evaluated.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
        ``suggestions.population(n)`` gives as many as a population has.
    target : pymoo Problem, optional
        With ``vars`` (for ``MixedVariableGA``) its variables are the space; a problem of
        numbers alone has bounds but no names, so `space` names them in their order.
    space : Space, optional
        Numbers in the order of the problem's variables; instead of a problem, or beside one
        whose bounds must be the same.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Only said in the report: pymoo evaluates its first population itself.

    Returns
    -------
    SeedReport
        Its ``arguments["sampling"]`` goes to the algorithm: a population of dictionaries,
        or an array of shape (n_points, n_variables).

    Raises
    ------
    SpaceMismatchError
        If the space is not known, or is not that of the problem.
    MissingExtraError
        If pymoo is not installed.

    Examples
    --------
    >>> import warmstart
    >>> from warmstart.spaces.space import Number, Space
    >>> space = Space(parameters=(Number(name="depth", low=1, high=8, integer=True),))
    >>> report = warmstart.downstream.pymoo.seed([{"depth": 64}], space=space)
    >>> report.arguments["sampling"].tolist()
    [[8.0]]
    """
    require("pymoo", extra="pymoo")
    return _Sampling(target, space).seed(suggestions, **fitting)


class _Sampling(TunerAdapter):
    tuner = "pymoo"

    def __init__(self, problem: Any, space: Space | None) -> None:
        variables: Any = getattr(problem, "vars", None)
        self._mixed = bool(variables)
        if self._mixed:
            self._space = Space(
                parameters=tuple(_parameter(name, one) for name, one in variables.items())
            )
        elif space is None:
            raise SpaceMismatchError(
                "a pymoo problem of numbers has no names for them; pass space= with one Number "
                "a variable, in the problem's order"
            )
        else:
            self._space = space
            _check_bounds(problem, space)

    def space(self) -> Space:
        return self._space

    def hand_over(self, report: SeedReport) -> SeedReport:
        from pymoo.core.population import Population

        values = [dict(point.values) for point in report.points]
        if not values:
            return report
        if self._mixed:
            return replace(report, arguments={"sampling": Population.new(X=values)})
        rows = [[float(one[name]) for name in self._space.names] for one in values]
        return replace(report, arguments={"sampling": np.array(rows)})


def _parameter(name: str, variable: Any) -> Parameter:
    from pymoo.core import variable as kinds

    if isinstance(variable, kinds.Choice):
        return Choice(name=name, choices=tuple(variable.options))
    if isinstance(variable, kinds.Binary):
        return Choice(name=name, choices=(False, True))
    if isinstance(variable, kinds.Real | kinds.Integer):
        low, high = variable.bounds
        whole = isinstance(variable, kinds.Integer)
        return Number(name=name, low=low, high=high, integer=whole)
    raise SpaceMismatchError(f"{name!r} is not a variable of pymoo but {variable!r}")


def _check_bounds(problem: Any, space: Space) -> None:
    """Refuse a space that is not the problem's."""
    for parameter in space:
        if not isinstance(parameter, Number):
            raise SpaceMismatchError(
                f"{parameter.name!r} is no number; a problem with choices has vars, and is "
                "solved by MixedVariableGA"
            )
    if problem is None:
        return
    bounds = [(float(p.low), float(p.high)) for p in space if isinstance(p, Number)]
    theirs = list(
        zip(np.ravel(problem.xl).tolist(), np.ravel(problem.xu).tolist(), strict=True)
    )
    if bounds != theirs:
        raise SpaceMismatchError(
            f"the space has bounds {bounds}, the problem {theirs}; name its variables in "
            "their order, on the problem's own scale"
        )
