"""How long a configuration will take on a dataset of a given size, on this machine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.spaces.pipelines.learners import LEARNERS

Array = np.ndarray[Any, np.dtype[np.float64]]

_SIZES = ("NumberOfInstances", "NumberOfFeatures", "NumberOfClasses")
_CATEGORICAL = "NumberOfCategoricalFeatures"

_RIDGE = 1.0
"""Holds slopes back that few timings say something of."""

_FIXED_AT = 2000 * 2 / 3
"""Rows at which shares are told: those of a fold of most known tables."""

_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

_GROWTH, _FIXED_SHARE = 1.05, 0.7
"""Exponent of the rows for learners of no record here, and the least share that rows do not
add to where the record leaves it open."""

_LEAST_TIMED = 100
"""Timings of a learner by which the share that rows do not add to is learnt."""


@dataclass(frozen=True, slots=True)
class CostModel:
    r"""Log-linear in the dataset's size, one level a configuration, one slope a learner.

    .. math:: \log c_{ij} = a_j + b_{l(j)}^T x_i, \quad
              x_i = (\log n_{rows}, \log n_{columns}, \log n_{classes}, [n_{categorical} > 0])

    Beyond the rows that were timed a fit takes what rows do not add to (to prepare, to make so
    many trees or bins) and what grows with them, :math:`s + (1 - s)(n / n_0)^g`. A learner's
    record says `g`, and `s` of what is not mostly preparation.
    """

    levels: Array
    """Mean log seconds of each configuration, shape (n_configs,)."""

    slopes: Array
    """Of each configuration's learner, shape (n_configs, n_sizes)."""

    centre: Array
    """Mean log sizes of the known tasks, shape (n_sizes,)."""

    growth: Array
    """Exponent of the rows beyond `max_rows`, shape (n_configs,)."""

    fixed: Array
    """Share of the seconds at `max_rows` that rows do not add to, shape (n_configs,)."""

    max_rows: float
    """Rows of the largest table timed."""

    spread: Array
    """Standard deviation of log seconds about what is predicted, shape (n_configs,)."""

    @classmethod
    def fit(
        cls,
        costs: Array,
        metafeatures: pd.DataFrame | None,
        learners: list[str],
        *,
        max_rows: float | Array,
        train_share: float = 1.0,
    ) -> CostModel:
        """Learn from measured seconds.

        Parameters
        ----------
        costs : ndarray, shape (n_tasks, n_configs)
            Seconds; NaN where not measured.
        metafeatures : DataFrame, shape (n_tasks, n_features), optional
            Sizes of the tasks, under auto-sklearn's names; without them sizes do not count.
        learners : list of str, length n_configs
        max_rows : float or ndarray, shape (n_tasks,)
            Tables were cut to this many rows before they were timed.
        train_share : float
            Share of those rows that was fitted on: 2/3 in three-fold cross-validation.
        """
        logs = np.log(np.maximum(costs, 1e-4))
        sizes = _log_sizes(metafeatures, len(costs), max_rows)
        sizes[:, 0] += np.log(train_share)
        centre = _means(sizes)
        x = np.where(np.isnan(sizes), 0.0, sizes - centre)  # unknown sizes are average
        known = np.isfinite(logs)
        counts = np.maximum(known.sum(axis=0), 1)
        levels = np.where(known, logs, 0.0).sum(axis=0) / counts
        # Each configuration about its own mean: not all were timed on the same tasks.
        middles = known.T @ x / counts[:, None]
        slopes = np.zeros((costs.shape[1], sizes.shape[1]))
        spread = np.zeros(costs.shape[1])
        names = np.asarray(learners)
        records = [LEARNERS.get(name) for name in learners]
        growth = np.asarray([_GROWTH if one is None else one.growth for one in records])
        shares = [None if one is None else one.fixed_share for one in records]
        fixed = np.asarray([_FIXED_SHARE if one is None else one for one in shares])
        for learner in np.unique(names):
            of = np.flatnonzero(names == learner)
            rows, columns = np.nonzero(known[:, of])
            about = x[rows] - middles[of[columns]]
            y = logs[rows, of[columns]] - levels[of[columns]]
            gram = about.T @ about + _RIDGE * np.eye(x.shape[1])
            # Nothing gets cheaper as data grows, whatever a few timings say.
            slope = np.maximum(np.linalg.solve(gram, about.T @ y), 0.0)
            slopes[of] = slope
            if len(y):
                spread[of] = np.sqrt(np.mean((y - about @ slope) ** 2))
            if shares[of[0]] is None and len(y) >= _LEAST_TIMED:
                share = _fixed_share(sizes, logs[:, of], x[:, 1:], float(growth[of[0]]))
                fixed[of] = max(_FIXED_SHARE, share)
        levels -= (slopes * middles).sum(axis=1)
        levels = _filled(levels, np.asarray(known.any(axis=0)), names)
        most = float(np.max(max_rows)) * train_share
        # Of more rows the share is smaller.
        fixed = fixed / (fixed + (1 - fixed) * max(most / _FIXED_AT, 1.0))
        return cls(levels, slopes, centre, growth, fixed, most, spread)

    def predict(
        self,
        metafeatures: pd.Series[Any] | None,
        speed: float = 1.0,
        *,
        quantile: float = 0.5,
    ) -> Array:
        """Seconds of each configuration, shape (n_configs,).

        Parameters
        ----------
        metafeatures : Series, optional
            Sizes of the new dataset; without them it is of average size.
        speed : float
            Seconds here for one second of the base's machine.
        quantile : float
            Which share of fits takes no longer; the median by default. What must not take
            longer than there is time for is counted by a higher one.
        """
        from scipy.special import ndtri

        beyond_median = float(ndtri(quantile)) * self.spread
        if metafeatures is None:
            return np.asarray(np.exp(self.levels + beyond_median) * speed)
        sizes = _log_sizes(metafeatures.to_frame().T, 1, np.inf)[0]
        log_excess = max(float(np.nan_to_num(sizes[0])) - math.log(self.max_rows), 0.0)
        sizes[0] = min(sizes[0], math.log(self.max_rows))
        x = np.where(np.isnan(sizes), 0.0, sizes - self.centre)
        logs = self.levels + self.slopes @ x + beyond_median
        more = self.fixed + (1 - self.fixed) * np.exp(self.growth * log_excess)
        return np.asarray(np.exp(logs) * more * speed)


def _fixed_share(sizes: Array, logs: Array, others: Array, growth: float) -> float:
    """Share of a learner's seconds at `_FIXED_AT` rows that rows do not add to.

    That by which an overhead and a growth explain its timings best, other sizes allowed for.

    Parameters
    ----------
    sizes : ndarray, shape (n_tasks, n_sizes)
        The first is the logarithm of the rows.
    logs : ndarray, shape (n_tasks, n_configs)
        Of seconds; NaN where not timed.
    others : ndarray, shape (n_tasks, n_sizes - 1)
        Centred; zero where unknown.
    growth : float
    """
    known = np.isfinite(logs) & np.isfinite(sizes[:, :1])
    rows, columns = np.nonzero(known)
    if not len(rows):
        return 0.0
    counts = np.maximum(known.sum(axis=0), 1)

    def about(values: Array) -> Array:
        """Of each timing, less the mean of its configuration's."""
        middles = np.stack([np.bincount(columns, v, logs.shape[1]) for v in values.T], axis=1)
        return np.asarray(values - (middles / counts[:, None])[columns])

    x = about(others[rows])
    gram = x.T @ x + _RIDGE * np.eye(x.shape[1])
    left = []
    for share in _SHARES:
        rise = np.log(
            share + (1 - share) * np.exp(growth * (sizes[rows, 0] - np.log(_FIXED_AT)))
        )
        y = about((logs[rows, columns] - rise)[:, None])[:, 0]
        left.append(float(np.mean((y - x @ np.linalg.solve(gram, x.T @ y)) ** 2)))
    return _SHARES[int(np.argmin(left))]


def _log_sizes(
    metafeatures: pd.DataFrame | None, n_tasks: int, max_rows: float | Array
) -> Array:
    """Logarithms of rows, columns and classes, and whether any column is categorical.

    Shape (n_tasks, 4); NaN where unknown. To encode categories takes longer than many a small
    fit.
    """
    if metafeatures is None:
        return np.full((n_tasks, len(_SIZES) + 1), np.nan)
    wanted = [*_SIZES, _CATEGORICAL]
    sizes = metafeatures.reindex(columns=wanted).to_numpy(dtype="float64", copy=True)
    sizes[:, 0] = np.minimum(sizes[:, 0], max_rows)
    sizes[:, :-1] = np.log(np.maximum(sizes[:, :-1], 1.0))
    sizes[:, -1] = np.where(np.isnan(sizes[:, -1]), np.nan, sizes[:, -1] > 0)
    return sizes


def _means(sizes: Array) -> Array:
    known = ~np.isnan(sizes)
    total: Array = np.where(known, sizes, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(known.sum(axis=0), 1))


def _filled(levels: Array, timed: npt.NDArray[np.bool_], learners: Any) -> Array:
    """A configuration never timed costs what its learner's others do, or all do."""
    filled = levels.copy()
    for j in np.flatnonzero(~timed):
        like = timed & (learners == learners[j])
        others = like if like.any() else timed
        filled[j] = levels[others].mean() if others.any() else np.nan
    return filled
