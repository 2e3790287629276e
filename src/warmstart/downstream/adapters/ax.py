"""Ax: trials attached to a Client, those with known scores completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.adapter import Fitting, TunerAdapter
from warmstart.downstream.point_forms import Points
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.seed_report import SeedReport
from warmstart.spaces.space import (
    Choice,
    Condition,
    Constant,
    Number,
    Parameter,
    Space,
    when,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack


def seed(
    suggestions: Points,
    target: Any,
    *,
    space: Any = None,
    **fitting: Unpack[Fitting],
) -> SeedReport:
    """Attach points to a client as running trials; complete those whose scores are known.

    On its own, Ax takes values outside its space without a word.

    Parameters
    ----------
    suggestions : Suggestions, or iterable of Suggestion or of dict, or DataFrame
    target : ax.Client
        Its experiment configured, and for scores its objective too.
    space : sequence of RangeParameterConfig and ChoiceParameterConfig, optional
        Must be those of the experiment, which are the default.
    mapping, policy, defaults
        See :func:`warmstart.downstream.fit.fit_points`.
    scores : sequence of float, optional, shape (n_points,)
        Known scores, higher is better; where the objective is minimised they change sign.

    Returns
    -------
    SeedReport
        ``arguments["trials"]`` maps the index of each trial that is still to be evaluated
        and completed to its parameters, best first.

    Raises
    ------
    SpaceMismatchError
        If there is no experiment, or scores without an objective.
    MissingExtraError
        If Ax is not installed.

    Examples
    --------
    .. code-block:: python

        report = warmstart.downstream.ax.seed(suggestions, client)
        for index, parameters in report.arguments["trials"].items():
            client.complete_trial(index, raw_data={"score": evaluate(parameters)})
    """
    require("ax", extra="ax")
    experiment = getattr(target, "_maybe_experiment", None)
    if experiment is None:
        raise SpaceMismatchError(
            "Ax is seeded by a Client whose experiment is configured; call "
            f"configure_experiment first (got {type(target).__name__})"
        )
    known = fitting.get("scores") is not None
    objective = _objective(experiment) if known else ("", 1.0)
    return _Client(target, experiment, space, objective).seed(suggestions, **fitting)


class _Client(TunerAdapter):
    tuner = "ax"

    def __init__(
        self, client: Any, experiment: Any, space: Any, objective: tuple[str, float]
    ) -> None:
        self._client, self._experiment = client, experiment
        self._given, self._objective = space, objective

    def space(self) -> Space:
        neutral = from_search_space(self._experiment.search_space)
        given = self._given
        if given is not None and {config.name for config in given} != set(neutral.names):
            raise SpaceMismatchError("space= has other parameters than the client's experiment")
        return neutral

    def present(self) -> Iterable[Mapping[str, Any]]:
        return [arm.parameters for arm in self._experiment.arms_by_name.values()]

    def hand_over(self, report: SeedReport) -> SeedReport:
        metric, sign = self._objective
        waiting: dict[int, dict[str, Any]] = {}
        for point in report.points:
            index = self._client.attach_trial(dict(point.values))
            if point.score is None:
                waiting[index] = dict(point.values)
            else:
                self._client.complete_trial(index, raw_data={metric: sign * point.score})
        if not waiting:
            return report
        note = "evaluate and complete arguments['trials'], which run by their index"
        return replace(report, arguments={"trials": waiting}, notes=(note,))


def from_search_space(search_space: Any) -> Space:
    """The neutral space of an experiment's search space, its constraints included."""
    parameters = list(search_space.parameters.values())
    conditions = [condition for parameter in parameters for condition in _conditions(parameter)]
    constraints = list(search_space.parameter_constraints)

    def objection(values: Mapping[str, Any]) -> str:
        broken = [c for c in constraints if not _holds(c, values)]
        return f"breaks the constraint {broken[0]}" if broken else ""

    return Space(
        parameters=tuple(_parameter(parameter) for parameter in parameters),
        conditions=tuple(conditions),
        objection=objection,
    )


def _holds(constraint: Any, values: Mapping[str, Any]) -> bool:
    # Where a parameter is inactive the constraint says nothing.
    known = all(name in values for name in constraint.constraint_dict)
    return not known or bool(constraint.check(dict(values)))


def _parameter(parameter: Any) -> Parameter:
    from ax.core.parameter import ChoiceParameter, FixedParameter, ParameterType

    if isinstance(parameter, FixedParameter):
        return Constant(name=parameter.name, value=parameter.value)
    if isinstance(parameter, ChoiceParameter):
        return Choice(
            name=parameter.name,
            choices=tuple(parameter.values),
            ordered=bool(parameter.is_ordered),
        )
    if not hasattr(parameter, "lower"):
        raise SpaceMismatchError(
            f"{parameter.name} is a {type(parameter).__name__}, which Ax computes itself"
        )
    return Number(
        name=parameter.name,
        low=parameter.lower,
        high=parameter.upper,
        integer=parameter.parameter_type == ParameterType.INT,
        log=bool(parameter.log_scale),
    )


def _conditions(parameter: Any) -> list[Condition]:
    if not getattr(parameter, "is_hierarchical", False):
        return []
    of_child: dict[str, list[Any]] = {}
    for value, children in parameter.dependents.items():
        for child in children:
            of_child.setdefault(child, []).append(value)
    return [when(child, parameter.name, *values) for child, values in of_child.items()]


def _objective(experiment: Any) -> tuple[str, float]:
    """Name of the metric, and the sign that turns a score into its value."""
    config = experiment.optimization_config
    if config is None or config.is_moo_problem:
        raise SpaceMismatchError(
            "scores need a single objective; call the client's configure_optimization first"
        )
    objective = config.objective
    return objective.metric_names[0], -1.0 if objective.minimize else 1.0
