"""Distributions of Optuna as a space in neutral words, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import Choice, Number, Parameter, Space

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution


def from_distributions(distributions: Mapping[str, BaseDistribution]) -> Space:
    """The neutral space of Optuna's distributions.

    Raises
    ------
    SpaceMismatchError
        If a value is not a distribution.

    Examples
    --------
    >>> from optuna.distributions import IntDistribution
    >>> from_distributions({"depth": IntDistribution(2, 16)}).parameters[0].high
    16
    """
    return Space(parameters=tuple(parameter_of(n, d) for n, d in distributions.items()))


def space_of(study: Study, space: Any, distributions: dict[str, BaseDistribution]) -> Space:
    """The space in neutral words; Optuna's own distributions are kept in `distributions`."""
    if space is None:
        for trial in study.get_trials(deepcopy=False):
            distributions.update(trial.distributions)
        if not distributions:
            raise SpaceMismatchError(
                "the study has no trials yet that tell its space; pass space= the objective, "
                "the part of it that asks a trial for values, or a dict of distributions"
            )
        return from_distributions(distributions)
    if isinstance(space, Space):
        distributions.update({p.name: _distribution(p) for p in space})
        return space
    if isinstance(space, Mapping):
        distributions.update(space)
        return from_distributions(space)
    raise SpaceMismatchError(
        f"space must be a dict of distributions, a callable that takes a trial, or a Space, "
        f"got {type(space).__name__}"
    )


def parameter_of(name: str, distribution: Any) -> Parameter:
    from optuna import distributions as kinds

    if isinstance(distribution, kinds.CategoricalDistribution):
        return Choice(name=name, choices=tuple(distribution.choices))
    if not isinstance(distribution, kinds.FloatDistribution | kinds.IntDistribution):
        raise SpaceMismatchError(
            f"{name!r} is not a distribution of Optuna but {distribution!r}"
        )
    integer = isinstance(distribution, kinds.IntDistribution)
    step = distribution.step if distribution.step != 1 or not integer else None
    return Number(
        name=name,
        low=distribution.low,
        high=distribution.high,
        integer=integer,
        log=distribution.log,
        step=step,
    )


def _distribution(parameter: Parameter) -> BaseDistribution:
    from optuna import distributions as kinds

    if isinstance(parameter, Number):
        if parameter.integer:
            step = int(parameter.step or 1)
            return kinds.IntDistribution(
                int(parameter.low), int(parameter.high), log=parameter.log, step=step
            )
        return kinds.FloatDistribution(
            parameter.low, parameter.high, log=parameter.log, step=parameter.step
        )
    choices = parameter.choices if isinstance(parameter, Choice) else (parameter.value,)
    return kinds.CategoricalDistribution(choices)
