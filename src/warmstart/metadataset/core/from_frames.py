"""Checks of what a user hands in to make a meta-dataset, each naming what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd

from warmstart.domain import TaskType, configuration_id, plain_value
from warmstart.errors import DatasetError, MetaDatasetError
from warmstart.metadataset.core.configurations import (
    plain,
    refuse_duplicates,
    refuse_no_values,
    refuse_unknown,
    some,
)
from warmstart.metadataset.core.score_table import Floats
from warmstart.tables.frames import read_frame


def score_matrix(scores: Any) -> Floats:
    """Check a tasks x configurations frame and copy its values.

    Raises
    ------
    MetaDatasetError
        If it is no frame, is empty, has duplicate ids, holds text or infinities, or has a
        task without any score.
    """
    if not isinstance(scores, pd.DataFrame):
        raise MetaDatasetError(
            "scores must be a DataFrame of pandas with one row a task and one column a "
            f"configuration, got {_kind_of(scores)}"
        )
    if not len(scores.index) or not len(scores.columns):
        raise MetaDatasetError(f"scores are empty, shape {scores.shape}")
    refuse_duplicates("scores: tasks", scores.index)
    refuse_duplicates("scores: configurations", scores.columns)
    for what, labels in (("task", scores.index), ("configuration", scores.columns)):
        if labels.hasnans:
            raise MetaDatasetError(f"scores: a {what} has no id; each needs one")
    values = numbers("scores", scores)
    refuse_infinite("scores", values, scores.index, scores.columns)
    empty = np.flatnonzero(np.isnan(values).all(axis=1))
    if len(empty):
        raise MetaDatasetError(f"tasks without any score: {some(scores.index[empty])}")
    return values


def _kind_of(given: Any) -> str:
    """What something is, with its library where the name alone misleads."""
    home = type(given).__module__.partition(".")[0]
    return f"a {type(given).__name__}" + (f" of {home}" if home != "builtins" else "")


def cost_matrix(costs: Any, tasks: pd.Index, configurations: pd.Index) -> Floats | None:
    """Check costs in seconds against the ids of the scores, and put them in their order.

    Raises
    ------
    MetaDatasetError
        If they are no frame, name an id without scores, lack one, or hold a negative or
        infinite cost.
    """
    if costs is None:
        return None
    if not isinstance(costs, pd.DataFrame):
        raise MetaDatasetError(
            "costs must be a DataFrame of pandas of the shape of the scores, "
            f"got {_kind_of(costs)}"
        )
    for what, kind, given, known in (
        ("costs: tasks", "task", costs.index, tasks),
        ("costs: configurations", "configuration", costs.columns, configurations),
    ):
        refuse_duplicates(what, given)
        refuse_unknown(what, kind, given, known)
        if len(given) < len(known):
            missing = [label for label in known if label not in given]
            raise MetaDatasetError(
                f"costs have shape {costs.shape}, scores {(len(tasks), len(configurations))}; "
                f"missing: {some(missing)}"
            )
    values = numbers("costs", costs.reindex(index=tasks, columns=configurations))
    refuse_infinite("costs", values, tasks, configurations)
    refuse_negative(values, tasks, configurations)
    return values


def metafeature_frame(metafeatures: Any, tasks: pd.Index) -> pd.DataFrame | None:
    """Check meta-features, indexed by task id; a subset of the tasks is fine.

    Raises
    ------
    MetaDatasetError
        If they are no frame, describe a task without scores or one twice, or are not
        numeric.
    """
    if metafeatures is None:
        return None
    if not isinstance(metafeatures, pd.DataFrame):
        raise MetaDatasetError(
            "metafeatures must be a DataFrame of pandas indexed by task id, "
            f"got {_kind_of(metafeatures)}"
        )
    refuse_duplicates("metafeatures", metafeatures.index)
    refuse_duplicates("metafeatures: columns", metafeatures.columns)
    refuse_unknown("metafeatures", "task", metafeatures.index, tasks)
    values = numbers("metafeatures", metafeatures)
    refuse_infinite("metafeatures", values, metafeatures.index, metafeatures.columns)
    return pd.DataFrame(values, index=metafeatures.index, columns=metafeatures.columns)


def family_series(families: Any, tasks: pd.Index) -> pd.Series[Any]:
    """Family of each task; a task without one is its own.

    Raises
    ------
    MetaDatasetError
        If `families` names a task without scores, or one twice.
    """
    own = pd.Series(list(tasks), index=tasks, name="family", dtype=object)
    if families is None:
        return own
    if isinstance(families, Mapping):
        families = pd.Series(dict(families), dtype=object)
    if not isinstance(families, pd.Series):
        raise MetaDatasetError(
            f"families must be a Series, task id to family, got {type(families).__name__}"
        )
    refuse_duplicates("families", families.index)
    refuse_unknown("families", "task", families.index, tasks)
    known = families.dropna()
    own.loc[known.index] = known.astype(object)
    return own


def check_task_types(tasks: pd.DataFrame) -> None:
    """Refuse a type of task that there is none of; a task of unknown type has none."""
    if "task_type" not in tasks:
        return
    # Of how many classes, a history may not say.
    there_are = (*get_args(TaskType), "classification")
    given = tasks["task_type"].fillna("")
    wrong = given[~given.isin(["", *there_are])]
    if len(wrong):
        raise MetaDatasetError(
            f"task {wrong.index[0]!r} has task_type {wrong.iloc[0]!r}; it must be one of "
            f"{', '.join(there_are)}, or empty where unknown"
        )


def long_rows(frame: Any, columns: Sequence[str], numeric: Sequence[str]) -> pd.DataFrame:
    """Check a frame of one row an evaluation and restrict it to `columns`.

    Raises
    ------
    MetaDatasetError
        If it is no frame, is empty, lacks a column, or one of `numeric` is not.
    """
    if not isinstance(frame, pd.DataFrame):
        try:
            frame = read_frame(frame)  # polars and the like
        except DatasetError as error:
            raise MetaDatasetError(
                f"the evaluations must be a DataFrame, one row a run, got {_kind_of(frame)}"
            ) from error
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise MetaDatasetError(
            f"the evaluations lack the columns {some(missing)}; they have {some(frame.columns)}"
        )
    if frame.empty:
        raise MetaDatasetError("the evaluations have no row")
    twice = [name for name in dict.fromkeys(columns) if list(frame.columns).count(name) > 1]
    if twice:
        raise MetaDatasetError(f"the evaluations have two columns named {some(twice)}")
    numbers("the evaluations", frame[list(numeric)])
    rows: pd.DataFrame = frame[list(dict.fromkeys(columns))]
    return rows


def hashed_configurations(frame: pd.DataFrame, space: str) -> tuple[list[str], pd.DataFrame]:
    """Id of the configuration in each row, and one row of values for each id.

    Missing hyperparameters are not active and do not enter the id.
    """
    refuse_no_values("the evaluations: row", frame.reset_index(drop=True))
    names = [str(name) for name in frame.columns]
    ids = []
    for values in zip(*(frame[name] for name in frame.columns), strict=True):
        active = {
            name: plain_value(value)
            for name, value in zip(names, values, strict=True)
            if not pd.isna(value)
        }
        ids.append(configuration_id(space, active))
    labelled = frame.set_axis(pd.Index(ids, name="configuration_id"), axis=0)
    return ids, labelled[~labelled.index.duplicated()].sort_index()


def numbers(what: str, frame: pd.DataFrame) -> Floats:
    """Copy a frame to floats, or name the column that holds something else."""
    for place, dtype in enumerate(frame.dtypes):
        if pd.api.types.is_complex_dtype(dtype):
            raise MetaDatasetError(
                f"{what} must be real numbers, column {plain(frame.columns[place])!r} "
                "is complex"
            )
    try:
        return frame.to_numpy(np.float64, na_value=np.nan, copy=True)
    except (TypeError, ValueError):
        for name in frame.columns:
            try:
                frame[name].to_numpy(np.float64, na_value=np.nan)
            except (TypeError, ValueError) as error:
                raise MetaDatasetError(
                    f"{what} must be numbers, column {plain(name)!r} is not: {error}"
                ) from error
        raise


def refuse_infinite(what: str, values: Floats, index: pd.Index, columns: pd.Index) -> None:
    """Raise if a cell is infinite, naming it."""
    cells = np.argwhere(np.isinf(values))
    if len(cells):
        raise MetaDatasetError(
            f"{what} must be finite, NaN where there is none; infinite at "
            f"{_cells(cells, index, columns)}"
        )


def refuse_negative(values: Floats, index: pd.Index, columns: pd.Index) -> None:
    """Raise if a cost is negative, naming it."""
    cells = np.argwhere(values < 0)
    if len(cells):
        raise MetaDatasetError(
            f"costs are durations in seconds; negative at {_cells(cells, index, columns)}"
        )


def _cells(cells: Any, index: pd.Index, columns: pd.Index) -> str:
    return some((plain(index[row]), plain(columns[column])) for row, column in cells)
