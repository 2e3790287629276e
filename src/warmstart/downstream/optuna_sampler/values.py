"""A suggested value in an Optuna distribution: as it is, repaired, or not to be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warmstart.downstream.tuner_spaces.optuna_distributions import from_distributions
from warmstart.spaces.legal import nearest_legal
from warmstart.spaces.space import ABSENT, Parameter

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

_SAME_WORD = "written otherwise"
"""What :func:`~warmstart.spaces.legal.nearest_legal` says of None for ``"none"``."""


@dataclass(frozen=True, slots=True)
class FittedValue:
    """What a distribution is answered with."""

    value: Any

    reason: str = ""
    """Why it is not what was suggested; empty where it is."""

    legal: bool = True
    """Whether there is an answer at all."""

    @property
    def means_the_same(self) -> bool:
        """Whether it is what was suggested, if perhaps in another word."""
        return self.legal and self.reason in ("", _SAME_WORD)


def answer(value: Any, distribution: BaseDistribution) -> FittedValue:
    """Fit a suggested value into a distribution, as the injectors do.

    Examples
    --------
    >>> from optuna.distributions import CategoricalDistribution, IntDistribution
    >>> answer(64, IntDistribution(2, 16))
    FittedValue(value=16, reason='above the upper bound 16', legal=True)
    >>> answer("none", CategoricalDistribution([None, "balanced"])).means_the_same
    True
    >>> answer("rbf", CategoricalDistribution(["linear"])).legal
    False
    """
    return answer_in(value, parameter_of(distribution))


def parameter_of(distribution: BaseDistribution) -> Parameter:
    """The neutral form of a distribution, for many an answer."""
    (parameter,) = from_distributions({"value": distribution})
    return parameter


def answer_in(value: Any, parameter: Parameter) -> FittedValue:
    """The same as :func:`answer`, of a distribution in its neutral form."""
    found, reason = nearest_legal(parameter, value)
    return (
        FittedValue(None, reason, legal=False)
        if found is ABSENT
        else FittedValue(found, reason)
    )
