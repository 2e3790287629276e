"""A neutral space as ConfigSpace has it."""

from __future__ import annotations

from typing import Any

from ConfigSpace import (
    Categorical,
    ConfigurationSpace,
    Constant,
    Float,
    InCondition,
    Integer,
    OrdinalHyperparameter,
)

from warmstart.spaces.space import Choice, Number, Parameter, Space


def as_configspace(space: Space) -> ConfigurationSpace:
    """The same parameters and conditions."""
    found = ConfigurationSpace(seed=0)
    found.add([_hyperparameter(p) for p in space])
    for c in space.conditions:
        parent = found[c.parents[0]]
        values = [choice for choice in parent.choices if c.holds({parent.name: choice})]
        found.add(InCondition(found[c.child], parent, values))
    return found


def _hyperparameter(p: Parameter) -> Any:
    if isinstance(p, Number):
        return (Integer if p.integer else Float)(p.name, (p.low, p.high), log=p.log)
    if isinstance(p, Choice) and p.ordered:
        return OrdinalHyperparameter(p.name, list(p.choices))
    if isinstance(p, Choice):
        return Categorical(p.name, list(p.choices))
    return Constant(p.name, p.value)
