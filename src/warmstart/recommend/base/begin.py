"""Beginning a task with a model other than the base's own."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.models.protocols import Belief
from warmstart.recommend.acquisition.next_point import ByAcquisition
from warmstart.recommend.history.columns import take_columns
from warmstart.recommend.history.identity import Point

if TYPE_CHECKING:
    from warmstart.metadataset.core.score_table import ScoreTable
    from warmstart.models.protocols import PerformanceModel, TaskState
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.question.arguments import Acquisition

Array = np.ndarray[Any, np.dtype[np.float64]]


def fit_to(
    fitted: Fitted, method: PerformanceModel, points: Sequence[Point], random_state: int
) -> PerformanceModel:
    """A copy of a model, fitted to what a base has of some configurations.

    Their places are its columns. One that the base does not have is known by what it is made
    of, to models that look at that.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    method : PerformanceModel
        Not fitted; left as it is.
    points : sequence of Point
        Configurations as models see them.
    random_state : int
    """
    table = table_over(fitted, points)
    return copy.deepcopy(method).fit(table, random_state=random_state)


def begun(
    model: PerformanceModel,
    metafeatures: pd.Series[Any] | None = None,
    acquisition: Acquisition = "ei",
    costs: Array | None = None,
    random_state: int = 0,
) -> TaskState:
    """The task state of a fitted model, by an acquisition function where it only believes.

    Parameters
    ----------
    model : PerformanceModel
        Fitted.
    metafeatures : Series, optional
        Of the new task, shape (n_features,) by name.
    acquisition : str
        Name of what ranks.
    costs : ndarray, shape (n_configs,), optional
        Predicted seconds, for "ei_per_second".
    random_state : int
    """
    state = model.start(metafeatures)
    if isinstance(state, Belief):
        return ByAcquisition(state, acquisition, random_state=random_state, costs=costs)
    return state


def table_over(fitted: Fitted, points: Sequence[Point]) -> ScoreTable:
    """What the base knows of some configurations, in their order.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    points : sequence of Point
        Configurations as models see them.
    """
    columns = np.array([point.column for point in points], dtype=np.intp)
    if (columns >= 0).all():
        table = take_columns(fitted.aligned, columns)
    else:
        table = _with_new(fitted.aligned, columns, points)
    # A task that tried none of the candidates has nothing to say of them.
    some = np.flatnonzero(np.isfinite(table.scores).any(axis=1))
    return table if len(some) in (0, table.n_tasks) else table.take(some)


def _with_new(
    table: ScoreTable, columns: npt.NDArray[np.intp], points: Sequence[Point]
) -> ScoreTable:
    """Columns of a table, and empty ones of configurations it does not have.

    Where it has none of them, models learn from its own, which come last and are no
    candidates.
    """
    n, known = len(points), np.flatnonzero(columns >= 0)
    rest = np.setdiff1d(np.arange(table.n_configs), columns[known])
    scores = np.full((table.n_tasks, n + len(rest)), np.nan)
    scores[:, known] = table.scores[:, columns[known]]
    scores[:, n:] = table.scores[:, rest]
    configurations = None
    if table.configurations is not None:
        made_of = pd.DataFrame([point.values for point in points])
        made_of = made_of.reindex(columns=table.configurations.columns)
        configurations = pd.concat([made_of, table.configurations.iloc[rest]])
    return replace(
        table,
        scores=scores,
        configuration_ids=pd.RangeIndex(scores.shape[1]),
        costs=None,
        configurations=configurations,
        n_candidates=n,
    )


def started(
    fitted: Fitted,
    points: Sequence[Point],
    metafeatures: pd.Series[Any] | None,
    *,
    acquisition: Acquisition = "ei",
    costs: Array | None = None,
    random_state: int = 0,
) -> TaskState:
    """The task state of a base's own method over some configurations; see :func:`begun`.

    Parameters
    ----------
    fitted : Fitted
        With a :attr:`~warmstart.recommend.base.fitted.Fitted.method`.
    points : sequence of Point, length n_points
    metafeatures : Series, optional
        Of the new task.
    acquisition : str
        What names configurations where the method only believes.
    costs : ndarray, shape (n_points,), optional
        Seconds, for an acquisition function that counts them.
    random_state : int
    """
    model = _fitted_to(fitted, points, random_state)
    return begun(model, metafeatures, acquisition, costs, random_state)


def _fitted_to(fitted: Fitted, points: Sequence[Point], random_state: int) -> PerformanceModel:
    assert fitted.method is not None  # the base's own model has beliefs over any pool
    kept: dict[Any, PerformanceModel] = fitted.kept.setdefault("methods", {})
    key = (np.array([point.column for point in points]).tobytes(), random_state)
    model = kept.get(key)
    if model is None:
        model = fit_to(fitted, fitted.method, points, random_state)
        # One that draws at random when a task begins would draw on and on.
        if not getattr(model, "random_answers", False):
            kept.clear()
            kept[key] = model
    return model


def prepare(fitted: Fitted, random_state: int = 0) -> None:
    """Fit what decides to all configurations, where it does not draw at random.

    Parameters
    ----------
    fitted : Fitted
        What is known of the kind of task.
    random_state : int
    """
    if fitted.method is None:
        fitted.models.check(fitted.table.n_configs)
    elif not getattr(fitted.method, "random_answers", False):
        points = [Point(values, k) for k, values in enumerate(fitted.known.points)]
        _fitted_to(fitted, points, random_state)
