"""What configurations are expected to add to a front, and the cells its volume is cut into."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.hypervolume import hypervolume_improvement

Array = npt.NDArray[np.float64]

_MOST_LEVELS = 512
_LEVELS_OF_TWO = 24
"""Costs told apart: with one cost all that candidates have, with two so many of each."""


def expected_hypervolume_improvement(samples: Any, front: Any, reference: Any) -> float:
    r"""What a set of configurations is expected to add to a front, over joint draws.

    .. math:: \frac{1}{S} \sum_s
              \left[ HV(P \cup \{y^s_1, \dots, y^s_q\}) - HV(P) \right]

    Parameters
    ----------
    samples : array, shape (n_samples, q, n_objectives)
        Joint draws of the objectives of `q` configurations; higher is better.
    front : array, shape (n_points, n_objectives)
        What has been seen; may be empty.
    reference : array, shape (n_objectives,)

    References
    ----------
    .. [1] Daulton, Balandat, Bakshy. "Differentiable Expected Hypervolume Improvement for
       Parallel Multi-Objective Bayesian Optimization." NeurIPS 2020.

    Examples
    --------
    >>> draws = [[[2.0, 2.0]], [[0.5, 0.5]]]
    >>> expected_hypervolume_improvement(draws, [[2.0, 1.0], [1.0, 2.0]], [0.0, 0.0])
    0.5
    """
    drawn = np.asarray(samples, dtype=np.float64)
    if drawn.ndim != 3:
        raise ArgumentError(
            f"samples must have shape (n_samples, q, n_objectives), got {drawn.shape}"
        )
    seen = np.asarray(front, dtype=np.float64).reshape(-1, drawn.shape[2])
    gains = [hypervolume_improvement(one, seen, reference) for one in drawn]
    return float(np.mean(gains))


class CostCells:
    """The volume between a front and its reference, cut along the candidates' costs.

    A candidate of score s and cost c dominates every cell whose cost is at least c, up to
    s. So what a draw's front reaches in each cell is all that has to be kept of it.

    Parameters
    ----------
    costs : array, shape (n_configs, n_costs)
        Lower is better; one or two of them, in the units that volume is to be measured in
        (logarithms, where a factor is what counts).
    worst : array, shape (n_costs,), optional
        Costs of the reference point; the largest of all candidates without.
    """

    def __init__(self, costs: Any, worst: Any = None) -> None:
        values = np.asarray(costs, dtype=np.float64)
        if values.ndim != 2 or not 1 <= values.shape[1] <= 2:
            raise ArgumentError(
                f"costs must have shape (n_configs, 1 or 2), got {values.shape}"
            )
        ends = values.max(axis=0) if worst is None else np.asarray(worst, dtype=np.float64)
        most = _MOST_LEVELS if values.shape[1] == 1 else _LEVELS_OF_TWO
        axes = [_levels(values[:, k], ends[k], most) for k in range(values.shape[1])]
        widths = [np.diff(np.append(axis, end)) for axis, end in zip(axes, ends, strict=True)]
        self.covered = np.ones((len(values), 1), dtype=bool)
        """Whether a candidate costs no more than each cell, shape (n_configs, n_cells)."""
        self.sizes = np.ones(1)
        """Of each cell, shape (n_cells,)."""
        for k, axis in enumerate(axes):
            within = values[:, k, None] <= axis
            pairs = self.covered[:, :, None] & within[:, None, :]
            self.covered = pairs.reshape(len(values), -1)
            self.sizes = (self.sizes[:, None] * widths[k]).ravel()


def _levels(costs: Array, end: float, most: int) -> Array:
    """Where cells begin along one cost: every cost there is, or evenly many of them."""
    found = np.unique(costs[costs < end])
    if not len(found):
        return np.array([end])
    if len(found) > most:
        # Rounded up: a candidate never dominates what it may be dearer than.
        found = np.unique(np.quantile(found, np.linspace(0, 1, most), method="higher"))
    return found
