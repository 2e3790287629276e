"""What meta-features tell of the tasks they are learnt from, and what they leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from warmstart.models.completion.soft_impute import truncated_svd
from warmstart.models.pmf.described.described_tasks import DescribedTasks
from warmstart.models.pmf.described.prior_mean import PriorMean, shrinkage

Array = np.ndarray[Any, np.dtype[np.float64]]

_ROWS = 128
"""Tasks at a time whose predicted responses are written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What meta-features should predict: coordinates of the described tasks, and levels."""

    rows: npt.NDArray[np.intp]
    """Of the described tasks."""

    axes: Array
    """Leading directions of the responses, shape (n_projected, n_configs)."""

    values: Array
    """Coordinates on them, and last the level in `level_unit`; each about its mean, shape
    (n_described, n_projected + 1)."""

    level_unit: float

    @classmethod
    def of(
        cls, centred: Array, levels: Array, rows: npt.NDArray[np.intp], n_projected: int
    ) -> Targets:
        """Project the responses on what they differ by most.

        Parameters
        ----------
        centred : ndarray, shape (n_tasks, n_configs)
            Completed responses about their mean.
        levels : ndarray, shape (n_tasks,)
        rows : ndarray of int, shape (n_described,)
            Tasks with meta-features.
        n_projected : int
            Directions at most.
        """
        axes, coordinates = _principal(centred, n_projected)
        spread = float(coordinates.std(axis=0).max())
        # The level rides along as one more target, scaled like the strongest axis.
        level_unit = max(float(levels[rows].std()), 1e-9) / max(spread, 1e-9)
        values = np.column_stack([coordinates[rows], levels[rows] / level_unit])
        # Predicted about the mean of the described; that of all tasks stays as it is.
        values -= values.mean(axis=0)
        return cls(rows=rows, axes=axes, values=values, level_unit=level_unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What meta-features tell of the tasks, and what they leave.

    Fields but the last two are as in :class:`warmstart.models.pmf.prior.Prior`.
    """

    prior_mean: PriorMean | None
    projected: Array
    levels: Array
    untold_loadings: Array
    untold_level: float

    residual: Array
    """Responses less what is predicted of a task left out, shape (n_tasks, n_configs)."""

    level_residual: Array
    """Shape (n_tasks,)."""

    @classmethod
    def nothing(cls, centred: Array, levels: Array) -> Explained:
        """Of tasks without meta-features, or too few of them; arrays as in :func:`explain`.

        Parameters
        ----------
        centred : ndarray, shape (n_tasks, n_configs)
            Responses about their mean.
        levels : ndarray, shape (n_tasks,)
        """
        n_configs = centred.shape[1]
        return cls(
            prior_mean=None,
            projected=np.zeros((0, n_configs)),
            levels=np.zeros(0),
            untold_loadings=np.zeros((n_configs, 0)),
            untold_level=0.0,
            residual=centred,
            level_residual=levels,
        )


def explain(
    centred: Array,
    levels: Array,
    targets: Targets,
    tasks: DescribedTasks,
    *,
    shrink: bool,
    predict_level: bool,
) -> Explained:
    """Learn what meta-features tell of responses and levels.

    Parameters
    ----------
    centred : ndarray, shape (n_tasks, n_configs)
        Completed responses about their mean; overwritten by what is left of them.
    levels : ndarray, shape (n_tasks,)
    targets : Targets
    tasks : DescribedTasks
    shrink : bool
        Whether each predicted component is shrunk by its skill on tasks left out.
    predict_level : bool
        Whether meta-features also predict how hard the task is for all configurations.
    """
    rows, axes, values = targets.rows, targets.axes, targets.values
    level_unit = targets.level_unit
    prior_mean = PriorMean.of(tasks, values)
    left_out = prior_mean.left_out(values, tasks.families)
    trust = shrinkage(left_out, values) if shrink else np.ones(values.shape[1])
    if not predict_level:
        trust[-1] = 0.0
    predicted = left_out * trust
    # Never needed again as they are: a copy of all responses takes long and much room.
    residual, level_residual = centred, levels.copy()
    weights = predicted[:, :-1].astype(axes.dtype)
    for some in np.array_split(np.arange(len(rows)), -(-len(rows) // _ROWS)):
        residual[rows[some]] -= weights[some] @ axes
    level_residual[rows] -= predicted[:, -1] * level_unit
    _, singular, directions = np.linalg.svd(predicted[:, :-1], full_matrices=False)
    untold = axes.T @ (directions.T * (singular / np.sqrt(len(rows)))).astype(axes.dtype)
    return Explained(
        prior_mean=prior_mean,
        projected=(values[:, :-1] * trust[:-1]).astype(axes.dtype) @ axes,
        levels=values[:, -1] * trust[-1] * level_unit,
        untold_loadings=untold,
        untold_level=float(level_unit * np.sqrt((predicted[:, -1] ** 2).mean())),
        residual=residual,
        level_residual=level_residual,
    )


def _principal(centred: Array, n_components: int) -> tuple[Array, Array]:
    """Leading axes, shape (k, n_configs), and coordinates on them, shape (n_tasks, k)."""
    _, _, axes = truncated_svd(centred, min(n_components, *centred.shape))
    return axes, centred @ axes.T
