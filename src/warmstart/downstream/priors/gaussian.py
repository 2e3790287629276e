"""Gaussian priors as CMA-ES takes them: mean, step and covariance of positions in [0, 1]."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart._extras import require
from warmstart.downstream.priors.positions import (
    Array,
    bounds_of,
    positions_of,
    value_at,
)
from warmstart.errors import ArgumentError
from warmstart.recommend.answer.ranges import weights_of

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion


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
            name: value_at(float(u), *bounds)
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

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> import warmstart
    >>> found = warmstart.suggest(load_wine(as_frame=True), space="lightgbm", n=5)
    >>> prior = gaussian_prior(found, found.ranges())
    >>> list(prior.values(prior.mean)) == list(prior.names), prior.cma(seed=1).dim > 0
    (True, True)
    """
    if not alpha > 0:
        raise ArgumentError(f"alpha must be positive, got {alpha!r}")
    found = positions_of(suggestions, space, mapping)
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
        bounds=tuple(bounds_of(space[name]) for name in found),
        left_out=tuple(name for name in space if name not in found),
    )
