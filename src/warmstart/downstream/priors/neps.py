"""Priors of NePS: a default and a confidence for every parameter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from warmstart.downstream.priors.positions import (
    UNIFORM_STD,
    bounds_of,
    given_values,
    is_number,
    position_of,
    value_at,
)
from warmstart.recommend.answer.ranges import weights_of
from warmstart.spaces.legal import nearest_legal, same
from warmstart.spaces.space import ABSENT, Choice

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion


Confidence = Literal["low", "medium", "high"]


def neps_priors(
    suggestions: Sequence[Suggestion],
    space: Mapping[str, Any],
    *,
    mapping: Mapping[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """Prior value and confidence of each parameter, as ``neps.Float(…, **prior)`` takes them.

    The value is that of the best suggestion that has the parameter. The confidence is
    "high" where suggestions agree to a third of the spread of knowing nothing, "medium" to
    two thirds, "low" beyond.

    Parameters
    ----------
    suggestions : Suggestions
        Best first.
    space : mapping of str to range
        As in :func:`gaussian_prior`; for a choice, anything with ``choices``.
    mapping : mapping, optional
        See :func:`warmstart.downstream.names.inverse.read_mapping`.

    Returns
    -------
    dict
        ``{"prior": …, "prior_confidence": …}`` by the space's names; none for a parameter
        that no suggestion has a legal value for.

    Raises
    ------
    SpaceMismatchError
        If no suggestion has any parameter of the space.
    """
    weights, priors = weights_of(suggestions), {}
    for name, values in given_values(suggestions, space, mapping).items():
        given = [
            (value, float(weight))
            for value, weight in zip(values, weights, strict=True)
            if value is not ABSENT
        ]
        prior = _choice_prior if hasattr(space[name], "choices") else _number_prior
        found = prior(given, space[name])
        if found is not None:
            value, doubt = found
            priors[name] = {"prior": value, "prior_confidence": _confidence(doubt)}
    return priors


def _number_prior(
    given: Sequence[tuple[Any, float]], domain: Any
) -> tuple[float, float] | None:
    """The best value, and the spread of all as a share of a uniform one's."""
    given = [(value, weight) for value, weight in given if is_number(value)]
    if not given:
        return None
    bounds = bounds_of(domain)
    at = np.array([position_of(value, *bounds) for value, _ in given])
    share = np.array([weight for _, weight in given])
    share = share / share.sum()
    value = value_at(float(at[0]), *bounds)
    if isinstance(domain.low, int) and isinstance(domain.high, int):
        value = round(value)
    return value, math.sqrt(float(share @ (at - share @ at) ** 2)) / UNIFORM_STD


def _choice_prior(given: Sequence[tuple[Any, float]], domain: Any) -> tuple[Any, float] | None:
    """The best legal value, and from 0 to 1 how evenly the others are weighed."""
    choice = Choice(name="_", choices=tuple(domain.choices))
    fits = [(nearest_legal(choice, value), weight) for value, weight in given]
    legal = [(fit[0], weight) for fit, weight in fits if fit[0] is not ABSENT]
    if not legal:
        return None
    value = legal[0][0]
    agree = sum(weight for other, weight in legal if same(other, value))
    doubt = 1 - agree / sum(weight for _, weight in legal)
    n = len(choice.choices)
    return value, doubt / (1 - 1 / n) if n > 1 else 0.0


def _confidence(doubt: float) -> Confidence:
    return "high" if doubt < 1 / 3 else "medium" if doubt < 2 / 3 else "low"
