"""The next configuration, by an acquisition function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.recommend.acquisition import functions as acq

if TYPE_CHECKING:
    from warmstart.models.gaussian.posterior import MixturePosterior
    from warmstart.recommend.question import Acquisition

Array = np.ndarray[Any, np.dtype[np.float64]]


def pick(
    mixture: MixturePosterior,
    open_: npt.NDArray[np.bool_],
    incumbent: float,
    acquisition: Acquisition,
    *,
    pending: Sequence[int],
    costs: Array,
    rng: np.random.Generator,
) -> int:
    """Position of the configuration most worth trying.

    Parameters
    ----------
    mixture : MixturePosterior
        Told everything known; changed where something is pending.
    open_ : ndarray of bool, shape (n_configs,)
        What may be picked.
    incumbent : float
        Lowest response seen.
    pending : sequence of int
        Asked and not told yet: each is taken to turn out as expected, so that the next
        pick looks elsewhere.
    costs : ndarray, shape (n_configs,)
        Predicted seconds, for "ei_per_second".

    References
    ----------
    .. [1] Ginsbourger, Le Riche, Carraro. "Kriging Is Well-Suited to Parallelize
       Optimization." 2010 (the kriging believer, for what is pending).
    """
    for index in pending:
        mixture.tell(index, float(mixture.mean()[index]))
    means, stds, weights = mixture.means, np.sqrt(mixture.variances), mixture.weights
    if acquisition == "thompson":
        worth = -mixture.sample(1, rng)[0]
    elif acquisition == "pi":
        worth = acq.probability_of_improvement(means, stds, weights, incumbent)
    elif acquisition == "lcb":
        worth = -acq.lower_confidence_bound(means, stds, weights)
    else:
        worth = acq.log_expected_improvement(means, stds, weights, incumbent)
        if acquisition == "ei_per_second":
            worth = worth - np.log(np.maximum(costs, 1e-3))
    return int(np.where(open_, worth, -np.inf).argmax())
