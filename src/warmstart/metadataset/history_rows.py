"""A history of one row an evaluation, as evaluations of hashed configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import from_frames as inputs
from warmstart.metadataset.core.columns import complete, encoded
from warmstart.metadataset.core.configurations import (
    Configurations,
    plain,
    refuse_no_values,
    some,
)
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.score_matrix import FAILED, OK, STATUSES
from warmstart.metadataset.core.score_table import Floats


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The parts of a meta-dataset that a long frame holds."""

    task_ids: pd.Index
    configurations: Configurations
    evaluations: RunEvaluations


def read_history(
    frame: Any,
    *,
    task: str,
    score: str,
    higher_is_better: bool,
    parameters: Sequence[str],
    cost_s: str | None,
    configuration: str | None,
    space: str,
    metric: str,
) -> History:
    """Check a long frame and give its configurations ids.

    The parameters are those of ``MetaDataset.from_evaluations``.

    Raises
    ------
    MetaDatasetError
        If a column is missing, a task has no score, or a score is infinite.
    """
    parameters = _distinct(parameters, [task, score, *(name for name in (cost_s,) if name)])
    if configuration is None and not parameters:
        raise MetaDatasetError("name the columns of hyperparameters with parameters=[...]")
    keys = [task, *([configuration] if configuration else [])]
    measured = [score, *([cost_s] if cost_s else [])]
    rows = inputs.long_rows(frame, [*keys, *measured, *parameters], measured)
    if rows[keys].isna().any(axis=None):
        raise MetaDatasetError(f"an evaluation has no id in the columns {some(keys)}")
    labels = pd.Index(rows[task])
    scores = _column(rows, score, "scores", labels)
    scored = pd.Series(~np.isnan(scores)).groupby(labels.to_numpy()).any()
    if not scored.all():
        raise MetaDatasetError(f"tasks without any score: {some(scored.index[~scored])}")
    if configuration is None:
        ids, table = inputs.hashed_configurations(rows[list(parameters)], space)
    else:
        ids = list(rows[configuration])
        values = rows.set_index(configuration)[list(parameters)]
        refuse_no_values("the evaluations: configuration", values)
        _refuse_two_values(values)
        table = values[~values.index.duplicated()].sort_index()
    task_ids = pd.Index(labels.unique(), name=task).sort_values()
    columns = {
        "task_id": encoded(task_ids.get_indexer(labels), _text(task_ids)),
        "configuration_id": encoded(table.index.get_indexer(pd.Index(ids)), _text(table.index)),
        "metric": encoded(np.zeros(len(rows), np.int32), [metric]),
        "score": pa.array(scores if higher_is_better else 0.0 - scores, from_pandas=True),
        "status": encoded(np.where(np.isnan(scores), FAILED, OK), list(STATUSES)),
    }
    if cost_s:
        costs = _column(rows, cost_s, "costs", labels)
        inputs.refuse_negative(costs[:, None], labels, pd.Index([cost_s]))
        columns["cost_s"] = pa.array(costs, from_pandas=True)
    runs = complete(columns, len(rows), "history")
    return History(
        task_ids,
        Configurations(
            table.index, given=table, spaces=[space] * len(table), learners=[""] * len(table)
        ),
        RunEvaluations(lambda _: [runs], (metric,), _text(task_ids), _text(table.index)),
    )


def _distinct(parameters: Sequence[str], measured: Sequence[str]) -> list[str]:
    """Columns of hyperparameters: each once, and none that is what they led to."""
    names = [parameters] if isinstance(parameters, str) else list(parameters)
    for name in names:
        if names.count(name) > 1:
            raise MetaDatasetError(f"parameters names {name!r} twice")
        if name in measured:
            raise MetaDatasetError(
                f"parameters names {name!r}, which is the task, the score or the cost of a run"
            )
    return names


def _refuse_two_values(values: pd.DataFrame) -> None:
    """Raise if runs of one configuration id have different hyperparameters."""
    counts = values.groupby(level=0, dropna=False).nunique(dropna=False)
    bad = counts.index[(counts > 1).any(axis=1)]
    if len(bad):
        names = counts.columns[(counts.loc[bad[0]] > 1).to_numpy()]
        raise MetaDatasetError(
            f"configuration {plain(bad[0])!r} has more than one value of {some(names)}; "
            "each id must be one configuration"
        )


def _column(rows: pd.DataFrame, name: str, what: str, labels: pd.Index) -> Floats:
    values = inputs.numbers(what, rows[[name]])
    inputs.refuse_infinite(what, values, labels, pd.Index([name]))
    return values[:, 0]


def _text(ids: pd.Index) -> list[str]:
    return [str(label) for label in ids]
