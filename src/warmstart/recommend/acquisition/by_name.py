"""Acquisition functions by the names a search takes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from warmstart._plugins import load_plugin
from warmstart.errors import PluginError
from warmstart.recommend.acquisition.functions import (
    log_expected_improvement,
    lower_confidence_bound,
    probability_of_improvement,
)
from warmstart.recommend.acquisition.protocol import AcquisitionFunction

Array = np.ndarray[Any, np.dtype[np.float64]]


def negative_confidence_bound(
    means: Array,
    stds: Array,
    weights: Array,
    incumbent: float,  # noqa: ARG001 - the bound does not depend on it
) -> Array:
    """:func:`lower_confidence_bound` as worth, shape (n_configs,): the higher the better.

    Parameters
    ----------
    means : ndarray, shape (n_components, n_configs)
        Of the response; lower is better.
    stds : ndarray, shape (n_components, n_configs)
        Standard deviations; they may be zero.
    weights : ndarray, shape (n_components,)
        Of the components.
    incumbent : float
        Lowest response seen.
    """
    return -lower_confidence_bound(means, stds, weights)


FUNCTIONS: dict[str, AcquisitionFunction] = {
    "ei": log_expected_improvement,
    "log_ei": log_expected_improvement,
    "ei_per_second": log_expected_improvement,
    "pi": probability_of_improvement,
    "lcb": negative_confidence_bound,
}
"""What ranks by each name; expected improvement by its logarithm, which keeps the order where
it underflows. Costs are divided by, and chances multiplied, in
:func:`warmstart.recommend.acquisition.next_point.worth`."""


def acquisition_named(name: str) -> AcquisitionFunction:
    """What ranks by a name: built in, or of an installed package.

    Raises
    ------
    PluginError
        If there is none of that name, or what a package offers cannot be called.

    Examples
    --------
    >>> acquisition_named("pi") is probability_of_improvement
    True
    """
    return FUNCTIONS[name] if name in FUNCTIONS else _of_package(name)


@cache
def _of_package(name: str) -> AcquisitionFunction:
    found: AcquisitionFunction = load_plugin("acquisition", name)
    if not callable(found):
        raise PluginError(
            f"the acquisition function {name!r} of an installed package cannot be called: "
            f"{found!r}"
        )
    return found
