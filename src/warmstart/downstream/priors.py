"""Priors for tuners that take no points: NePS, and CMA-ES by mean and covariance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from warmstart._extras import require
from warmstart.downstream.names.inverse import match, read_mapping
from warmstart.errors import ArgumentError, SpaceMismatchError
from warmstart.recommend.answer.ranges import weights_of
from warmstart.spaces.legal import nearest_legal, same
from warmstart.spaces.space import ABSENT, Choice

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion

Array = np.ndarray[Any, np.dtype[np.float64]]
Confidence = Literal["low", "medium", "high"]

_UNIFORM_STD = 1 / math.sqrt(12)
"""Of a position in [0, 1] about which nothing is known."""


@dataclass(frozen=True, slots=True)
class GaussianPrior:
    r"""Where good configurations lie, as a Gaussian over positions in [0, 1].

    The covariance is :math:`\sigma^2 C` with :math:`\det C = 1`, as CMA-ES takes it.
    """

    names: tuple[str, ...]
    """The space's numeric parameters, in the order of all arrays."""

    mean: Array
    """Shape (n_parameters,)."""

    sigma: float
    cov: Array
    """C, shape (n_parameters, n_parameters)."""

    bounds: tuple[tuple[float, float, bool], ...]
    """Low, high and whether on a log scale, for each parameter."""

    left_out: tuple[str, ...]
    """Parameters of the space that are no numbers, or that no suggestion has."""

    def values(self, position: Any) -> dict[str, float]:
        """The parameters at a position in the unit cube; whole numbers are not rounded."""
        return {
            name: _value(float(u), *bounds)
            for name, u, bounds in zip(self.names, position, self.bounds, strict=True)
        }

    def cma(self, **options: Any) -> Any:
        """A ``cmaes.CMA`` over the unit cube that starts from this prior.

        Raises
        ------
        MissingExtraError
            If cmaes is not installed.
        """
        cmaes = require("cmaes", extra="cmaes")
        cube = np.tile([0.0, 1.0], (len(self.names), 1))
        return cmaes.CMA(
            **{
                "mean": self.mean,
                "sigma": self.sigma,
                "cov": self.cov,
                "bounds": cube,
                **options,
            }
        )


def gaussian_prior(
    suggestions: Sequence[Suggestion],
    space: Mapping[str, Any],
    *,
    mapping: Mapping[str, Any] | None = None,
    alpha: float = 0.1,
) -> GaussianPrior:
    r"""The Gaussian nearest to good configurations blurred by :math:`\alpha`.

    The promising distribution of WS-CMA-ES, :math:`\sum_i w_i N(x_i, \alpha^2 I)`, where
    each suggestion weighs by how likely it is to be as good as the best instead of all of
    the top share the same. Its mean and covariance are

    .. math:: \mu = \sum_i w_i x_i, \quad
              \Sigma = \alpha^2 I + \sum_i w_i (x_i - \mu)(x_i - \mu)^T

    Parameters
    ----------
    suggestions : Suggestions
    space : mapping of str to range
        The tuner's parameters: Optuna distributions, ``suggestions.ranges()``, or anything
        with ``low`` and ``high`` and perhaps ``log``. Values outside are moved to the bound.
    mapping : mapping, optional
        See :func:`warmstart.downstream.names.inverse.read_mapping`.
    alpha : float
        Blur, in units of a parameter's range.

    Returns
    -------
    GaussianPrior

    Raises
    ------
    SpaceMismatchError
        If no suggestion has any numeric parameter of the space.
    ValueError
        If `alpha` is not positive.

    References
    ----------
    .. [1] Nomura et al. "Warm Starting CMA-ES for Hyperparameter Optimization." AAAI 2021.
    """
    if not alpha > 0:
        raise ArgumentError(f"alpha must be positive, got {alpha!r}")
    found = _positions(suggestions, space, mapping)
    # A configuration that lacks a parameter says nothing of it: the middle.
    points = np.column_stack([np.nan_to_num(column, nan=0.5) for column in found.values()])
    weights = weights_of(suggestions)
    mean = weights @ points
    spread = points - mean
    covariance = alpha**2 * np.eye(len(found)) + (weights[:, None] * spread).T @ spread
    sigma = math.exp(np.linalg.slogdet(covariance)[1] / (2 * len(found)))
    return GaussianPrior(
        names=tuple(found),
        mean=mean,
        sigma=sigma,
        cov=covariance / sigma**2,
        bounds=tuple(_bounds(space[name]) for name in found),
        left_out=tuple(name for name in space if name not in found),
    )


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
    for name, values in _given(suggestions, space, mapping).items():
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
    given = [(value, weight) for value, weight in given if _is_number(value)]
    if not given:
        return None
    bounds = _bounds(domain)
    at = np.array([_position(value, *bounds) for value, _ in given])
    share = np.array([weight for _, weight in given])
    share = share / share.sum()
    value = _value(float(at[0]), *bounds)
    if isinstance(domain.low, int) and isinstance(domain.high, int):
        value = round(value)
    return value, math.sqrt(float(share @ (at - share @ at) ** 2)) / _UNIFORM_STD


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


def _given(
    suggestions: Sequence[Suggestion],
    space: Mapping[str, Any],
    mapping: Mapping[str, Any] | None,
) -> dict[str, list[Any]]:
    """For each parameter of the space, each suggestion's value; ABSENT where it has none."""
    every = list(dict.fromkeys(name for s in suggestions for name in s.configuration))
    pairs = read_mapping(mapping, every)

    def value(name: str, values: Mapping[str, Any]) -> Any:
        key = match(name, values, pairs)
        return ABSENT if key is None else pairs.word(key, values[key])

    found = {name: [value(name, s.configuration) for s in suggestions] for name in space}
    found = {k: some for k, some in found.items() if any(v is not ABSENT for v in some)}
    if not found:
        raise SpaceMismatchError(
            f"no suggestion has any of {sorted(space)[:8]}; they have {sorted(every)[:8]}, to "
            "be paired with mapping="
        )
    return found


def _positions(
    suggestions: Sequence[Suggestion],
    space: Mapping[str, Any],
    mapping: Mapping[str, Any] | None,
) -> dict[str, Array]:
    """Positions of all suggestions in each numeric parameter, NaN where one lacks it."""
    found: dict[str, Array] = {}
    for name, given in _given(suggestions, space, mapping).items():
        if hasattr(space[name], "choices"):
            continue
        bounds = _bounds(space[name])
        at = np.array([_position(v, *bounds) if _is_number(v) else np.nan for v in given])
        if np.isfinite(at).any():
            found[name] = at
    if not found:
        raise SpaceMismatchError(f"none of {sorted(space)[:8]} is a number in any suggestion")
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bounds(domain: Any) -> tuple[float, float, bool]:
    low, high = float(domain.low), float(domain.high)
    log = bool(getattr(domain, "log", False))
    if not low <= high or not (math.isfinite(low) and math.isfinite(high)):
        raise SpaceMismatchError(f"a range has finite bounds, low first, got {low} to {high}")
    if log and not low > 0:
        raise SpaceMismatchError(f"a range on a log scale is positive, got low={low}")
    return low, high, log


def _position(value: float, low: float, high: float, log: bool) -> float:
    if high == low:
        return 0.5
    inside = min(max(float(value), low), high)
    if log:
        return math.log(inside / low) / math.log(high / low)
    return (inside - low) / (high - low)


def _value(position: float, low: float, high: float, log: bool) -> float:
    value = low * (high / low) ** position if log else low + (high - low) * position
    return min(max(value, low), high)
