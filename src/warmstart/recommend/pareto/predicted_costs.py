"""What each configuration of a base is expected to cost on a new dataset, and how surely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.errors import KnowledgeError
from warmstart.models.costs.features import (
    DataSize,
    data_megabytes,
    kept_megabytes,
    more_leaves,
)
from warmstart.models.costs.resources import ResourceModel
from warmstart.recommend.base.cost import CostModel
from warmstart.recommend.pareto.costs import Costs
from warmstart.spaces.pipelines.learners import LEARNERS

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.pareto.objectives import CostName

Array = npt.NDArray[np.float64]

_MAX_ROWS, _N_FOLDS = 2000.0, 3.0
"""Of the tables that predictions were timed on."""

_TRAIN_SHARE = 1 - 1 / _N_FOLDS
_DRIFT: Mapping[CostName, float] = {
    "fit_s": 0.2,
    "predict_s": 0.12,
    "size_mb": 0.15,
    "memory_mb": 0.1,
}
"""What predictions are off by further with every e-fold of rows beyond those known, in
logarithms: so that nine in ten of five tables of 20,000 and 100,000 rows take no more than the
90 % quantile (``benchmarks/cost_growth.py``)."""

_QUICKEST, _OVERHEAD_S = 0.02, 5e-4
"""Quantile of predictions that are little but overhead, and what that is of runs recorded by
this version."""

_LEAST_GROWTH = 0.1
"""Least exponent of the rows that are predicted: on few of them overhead was timed."""

_ROWS, _COLUMNS, _CLASSES = "NumberOfInstances", "NumberOfFeatures", "NumberOfClasses"
_SYMBOLS = "SymbolsSum"


def predict_costs(
    names: Sequence[CostName],
    fitted: Fitted,
    md: MetaDataset,
    resources: Mapping[str, ResourceModel],
    metafeatures: pd.Series[Any] | None,
    speed: float,
    *,
    predicted_rows: float = 1000.0,
) -> Costs:
    """Costs of every configuration of a base on a new dataset.

    Parameters
    ----------
    names : sequence of str
        What is to be known.
    md : MetaDataset
        Whose seconds of prediction are read.
    resources : mapping
        Models of "size_mb" and "memory_mb", where there are any.
    metafeatures : Series, optional
        Of the new dataset; without them it is of average size.
    speed : float
        Seconds here for one second of the base's machine.
    predicted_rows : float
        Rows that "predict_s" is of.

    Raises
    ------
    KnowledgeError
        If the base knows nothing of one of them.
    """
    medians: dict[CostName, Array] = {}
    spreads: dict[CostName, Array] = {}
    for name in names:
        if name == "fit_s":
            medians[name], spreads[name] = _fit_seconds(fitted, metafeatures, speed)
        elif name == "predict_s":
            medians[name], spreads[name] = _predict_seconds(
                fitted, md, metafeatures, speed, predicted_rows
            )
        else:
            if name not in resources:
                raise KnowledgeError(
                    f"the base does not know {name} of any run, so it can neither be limited "
                    "nor optimised; runs recorded by `warmstart build local` know it"
                )
            medians[name], spreads[name] = _megabytes(fitted, resources[name], metafeatures)
            if name == "memory_mb" and "size_mb" in resources:
                # What a fit leaves it has held.
                left, _ = _megabytes(fitted, resources["size_mb"], metafeatures)
                medians[name] = np.fmax(medians[name], left)
    beyond = _rows_beyond(fitted, metafeatures)
    for name, known in spreads.items():
        spreads[name] = np.hypot(known, _DRIFT[name] * beyond)
    return Costs(medians, spreads, fitted.learners)


def _rows_beyond(fitted: Fitted, metafeatures: pd.Series[Any] | None) -> float:
    """Logarithm of the rows over the most that a fit was timed on; 0 where they are fewer."""
    most = _MAX_ROWS * _TRAIN_SHARE if fitted.costs is None else fitted.costs.max_rows
    n_rows = np.nan if metafeatures is None else float(metafeatures.get(_ROWS, np.nan))
    return float(np.log(max(n_rows / most, 1.0))) if n_rows > 0 else 0.0


def _fit_seconds(
    fitted: Fitted, metafeatures: pd.Series[Any] | None, speed: float
) -> tuple[Array, Array]:
    if fitted.costs is None:
        raise KnowledgeError("the base has no measured seconds, so fit_s is not known")
    return fitted.costs.predict(metafeatures, speed), fitted.costs.spread


def _predict_seconds(
    fitted: Fitted,
    md: MetaDataset,
    metafeatures: pd.Series[Any] | None,
    speed: float,
    predicted_rows: float,
) -> tuple[Array, Array]:
    """Seconds of predicting so many rows.

    What was timed is a third of the rows used, mostly at most 2,000; seconds are carried on
    from there in proportion to a power of the rows that the timings say, at least a small one.
    """
    table = fitted.table
    timed = md.predict_costs(table.metric).reindex(
        index=table.task_ids, columns=table.configuration_ids
    )
    seconds = timed.to_numpy(dtype=np.float64, copy=True)
    if not np.isfinite(seconds).any():
        raise KnowledgeError(
            "the base has no measured seconds of predictions, so predict_s is not known"
        )
    small = np.broadcast_to(fitted.row_caps, len(seconds)) <= _MAX_ROWS
    if np.isfinite(seconds[small]).any():
        seconds[small] = without_overhead(seconds[small])
    described = table.metafeatures
    model = CostModel.fit(
        seconds,
        None if described is None else described.reindex(table.task_ids),
        list(fitted.learners),
        max_rows=fitted.row_caps,
    )
    most = model.max_rows
    phi = pd.Series(dtype=float) if metafeatures is None else metafeatures.copy()
    fitted_rows = float(phi.get(_ROWS, most))
    phi[_ROWS] = min(predicted_rows * _N_FOLDS, most)
    growth = np.array(
        [LEARNERS[name].predict_growth if name in LEARNERS else 0.0 for name in fitted.learners]
    )
    more = growth * np.log(max(fitted_rows / most, 1.0))
    log_excess = np.log(max(predicted_rows / (most / _N_FOLDS), 1.0))
    more += np.maximum(model.slopes[:, 0], _LEAST_GROWTH) * log_excess
    return model.predict(phi, speed) * np.exp(more), model.spread


def without_overhead(seconds: Array) -> Array:
    """Less what even the quickest predictions took beyond what they take today.

    Bases of older versions timed frames being checked and copied along with every prediction.

    Parameters
    ----------
    seconds : ndarray, shape (n_tasks, n_configs)
        Of tables of all sizes up to 2,000 rows: of the smallest little else is timed. NaN where
        nothing was.

    Returns
    -------
    ndarray, shape (n_tasks, n_configs)

    Examples
    --------
    >>> without_overhead(np.array([[0.0025, 0.0125], [0.0025, np.nan]])).round(4).tolist()
    [[0.0005, 0.0105], [0.0005, nan]]
    """
    quickest = float(np.nanquantile(seconds, _QUICKEST))
    overhead = max(quickest - _OVERHEAD_S, 0.0)
    return np.maximum(seconds - overhead, _OVERHEAD_S)


def _megabytes(
    fitted: Fitted, model: ResourceModel, metafeatures: pd.Series[Any] | None
) -> tuple[Array, Array]:
    usual = _usual_size(fitted)
    size = usual if metafeatures is None else _size_of(metafeatures, usual)
    pairs = list(zip(fitted.learners, fitted.configurations, strict=True))
    medians = np.array([model.predict(learner, values, size) for learner, values in pairs])
    if model.unit.startswith("memory"):
        medians += np.array([data_megabytes(size, *pair) for pair in pairs])
    else:
        medians *= np.array([more_leaves(size, learner) for learner, _ in pairs])
        medians = np.maximum(medians, [kept_megabytes(size, *pair) for pair in pairs])
    return medians, np.array([model.spread(learner, values) for learner, values in pairs])


def _size_of(metafeatures: pd.Series[Any], usual: DataSize) -> DataSize:
    """As far as it is known; as `usual` where not."""
    names = (_ROWS, _COLUMNS, _CLASSES, _SYMBOLS)
    known = [float(metafeatures.get(name, np.nan)) for name in names]
    found = (
        other if np.isnan(value) else value for value, other in zip(known, usual, strict=True)
    )
    return DataSize(*found)


def _usual_size(fitted: Fitted) -> DataSize:
    """Of the middle one of the known tasks."""
    described = fitted.table.metafeatures
    if described is None:
        return DataSize(_MAX_ROWS, 10.0)
    return _size_of(described.median(), DataSize(1.0, 1.0))
