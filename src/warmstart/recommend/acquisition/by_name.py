"""Acquisition functions by the names a search takes."""

from __future__ import annotations

from typing import Any

import numpy as np

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
