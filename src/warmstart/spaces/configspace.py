"""ConfigSpace's spaces, conditions and forbidden clauses in neutral words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warmstart.errors import SpaceMismatchError
from warmstart.spaces.space import Choice, Condition, Constant, Number, Parameter, Space

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace


def neutral_space(space: Any) -> Space:
    """A space in neutral words, from one already or from ConfigSpace.

    Raises
    ------
    SpaceMismatchError
        If it is neither.
    """
    if isinstance(space, Space):
        return space
    if hasattr(space, "get_default_configuration"):
        return from_configspace(space)
    raise SpaceMismatchError(
        "space must be a warmstart.downstream.Space or a ConfigSpace.ConfigurationSpace for "
        f"points to be checked against, got {type(space).__name__}"
    )


def from_configspace(space: ConfigurationSpace) -> Space:
    """The neutral space of a ``ConfigSpace.ConfigurationSpace``.

    Raises
    ------
    TypeError
        If a hyperparameter is of a kind without bounds or choices.

    Examples
    --------
    >>> from ConfigSpace import ConfigurationSpace
    >>> from_configspace(ConfigurationSpace({"C": (0.1, 10.0), "kernel": ["rbf"]})).names
    ('C', 'kernel')
    """
    from ConfigSpace import Configuration

    return Space(
        parameters=tuple(_parameter(hyperparameter) for hyperparameter in space.values()),
        conditions=tuple(_condition(condition) for condition in space.conditions),
        objection=lambda values: _refused(space, values),
        kept=lambda values: dict(Configuration(space, values=dict(values))),
    )


def _parameter(hyperparameter: Any) -> Parameter:
    from ConfigSpace import hyperparameters as kinds

    name = hyperparameter.name
    if isinstance(hyperparameter, kinds.Constant):
        return Constant(name=name, value=hyperparameter.value)
    if isinstance(hyperparameter, kinds.CategoricalHyperparameter):
        return Choice(
            name=name,
            choices=tuple(hyperparameter.choices),
            default=hyperparameter.default_value,
        )
    if isinstance(hyperparameter, kinds.OrdinalHyperparameter):
        return Choice(
            name=name,
            choices=tuple(hyperparameter.sequence),
            ordered=True,
            default=hyperparameter.default_value,
        )
    if not hasattr(hyperparameter, "lower"):
        raise TypeError(
            f"{name} is a {type(hyperparameter).__name__}, without bounds or choices"
        )
    return Number(
        name=name,
        low=hyperparameter.lower,
        high=hyperparameter.upper,
        integer=isinstance(hyperparameter, kinds.IntegerHyperparameter),
        log=bool(getattr(hyperparameter, "log", False)),
        default=hyperparameter.default_value,
    )


def _condition(condition: Any) -> Condition:
    literals = _literals(condition)
    child = literals[0].child.name
    parents = tuple(dict.fromkeys(literal.parent.name for literal in literals))
    return Condition(
        child=child,
        parents=parents,
        holds=lambda values: _holds(condition, values),
        text=str(condition).replace(f"{child} | ", ""),
    )


def _holds(condition: Any, values: Mapping[str, Any]) -> bool:
    from ConfigSpace import OrConjunction

    if hasattr(condition, "components"):
        parts = (_holds(part, values) for part in condition.components)
        return any(parts) if isinstance(condition, OrConjunction) else all(parts)
    # ConfigSpace's own test fails on a parent that is itself inactive.
    return condition.parent.name in values and bool(condition.satisfied_by_value(dict(values)))


def _literals(condition: Any) -> list[Any]:
    """The conditions on one parent each that a condition is made of."""
    if not hasattr(condition, "components"):
        return [condition]
    return [literal for part in condition.components for literal in _literals(part)]


def _refused(space: ConfigurationSpace, values: Mapping[str, Any]) -> str:
    from ConfigSpace import Configuration
    from ConfigSpace import exceptions as errors

    try:
        Configuration(space, values=dict(values))
    except errors.ForbiddenValueError as error:
        return f"forbidden by the space: {error}"
    except (errors.InactiveHyperparameterSetError, errors.ActiveHyperparameterNotSetError) as e:
        return f"refused by ConfigSpace: {e}"
    return ""
