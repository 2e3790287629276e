"""Evaluations of a build from OpenML: of many people's runs one score each.

Task by task, so that memory holds the runs of one task at a time.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.histories.openml.measures import sign
from warmstart.metadataset.build.openml.plan import TIMES, OpenMLUnit
from warmstart.metadataset.build.openml.tasks import OpenMLTask
from warmstart.metadataset.build.openml.units.parts import read_runs
from warmstart.metadataset.core.schema import EVALUATIONS
from warmstart.metadataset.storage.files import write_atomically

EVALUATIONS_FILE = "evaluations/source=openml/part-0.parquet"

OF_RUNS = ("openml-runs", "openml-failures", "openml-traces")
"""Kinds of units that hold runs."""

ROWS = pa.schema(
    [
        *EVALUATIONS,
        # How many runs the score is the median of, and of which flow.
        pa.field("n_runs", pa.int32()),
        pa.field("flow_id", pa.int64()),
        pa.field("flow_version", pa.int32()),
    ],
    metadata=EVALUATIONS.metadata,
)
"""Evaluations, and what only runs of OpenML have."""

_GROUP_ROWS = 25_000


def write_evaluations(
    out: Path,
    units: Mapping[str, OpenMLUnit],
    tasks: Mapping[int, OpenMLTask],
    metrics: Sequence[str],
) -> dict[int, int]:
    """Stream the medians of every task into one file; say how many rows each has."""
    by_task: dict[int, list[str]] = defaultdict(list)
    for key, unit in sorted(units.items(), key=lambda item: item[1]):
        if unit.kind in OF_RUNS and unit.task_id in tasks:
            by_task[unit.task_id].append(key)
    counts: dict[int, int] = {}

    def write(temporary: Path) -> None:
        numbers = [field.name for field in ROWS if pa.types.is_floating(field.type)]
        with pq.ParquetWriter(
            temporary,
            ROWS,
            compression="zstd",
            use_dictionary=[name for name in ROWS.names if name not in numbers],
            use_byte_stream_split=numbers,
        ) as writer:
            waiting: list[pa.Table] = []
            for number in sorted(by_task):
                runs = pa.concat_tables([read_runs(out, key) for key in by_task[number]])
                rows = aggregate(runs.to_pandas(), tasks[number], metrics)
                if rows.num_rows and pc.any(pc.equal(rows["status"], "ok")).as_py():
                    counts[number] = rows.num_rows
                    waiting.append(rows)
                if sum(table.num_rows for table in waiting) >= _GROUP_ROWS:
                    writer.write_table(pa.concat_tables(waiting).combine_chunks())
                    waiting.clear()
            if waiting:
                writer.write_table(pa.concat_tables(waiting).combine_chunks())

    write_atomically(out / EVALUATIONS_FILE, write)
    return counts


def aggregate(runs: pd.DataFrame, task: OpenMLTask, metrics: Sequence[str]) -> pa.Table:
    """One row a configuration, flow version and metric: the median of its runs' scores.

    Parameters
    ----------
    runs : DataFrame
        Runs of one task, in the columns of
        :data:`~warmstart.metadataset.build.openml.units.parts.RUNS`.
    task : OpenMLTask
    metrics : sequence of str
        Measures that are scores; the other ones are times.

    Returns
    -------
    pyarrow.Table
        In the columns of :data:`ROWS`. Where several evaluation engines scored a run, the
        first finite score counts; what a search tried inside a run counts where nothing else
        tells of a configuration. One that only ever failed has a row with a status, and no
        score, in every metric.
    """
    by = ["configuration_id", "flow_id"]
    ordered = runs.assign(lost=runs["status"] != "ok").sort_values(
        ["run_id", "measure", "lost", "engine_id"], kind="stable"
    )
    # A run has one configuration of its own, but tries many.
    single = ordered.drop_duplicates(["run_id", "measure", "configuration_id"])
    single = _without_tried_where_run(single, by)
    ok = single[single["status"] == "ok"]
    times = [measure for measure in TIMES if (ok["measure"] == measure).any()]
    costs: pd.Series[float] = pd.Series(dtype=float)
    if times and times[0] not in metrics:
        costs = ok[ok["measure"] == times[0]].groupby(by)["value"].median() / 1000.0
        costs = costs / (task.n_folds or 1)
    tables = []
    failed = single[single["status"] != "ok"]
    for metric in metrics:
        scored = ok[ok["measure"] == metric]
        grouped = scored.groupby(by, sort=True)
        found = grouped.agg(
            score=("value", "median"),
            **_OF_GROUP,
        )
        found["score"] = found["score"] * sign(metric) + 0.0  # no score is a negative zero
        found["status"] = "ok"
        # A run that failed has no score in any measure; a score that is none, in one.
        lost = failed[failed["measure"].isin(["", metric])].set_index(by)
        lost = lost[~lost.index.isin(found.index)]
        never = lost.groupby(level=by, sort=True).agg(
            status=("status", "first"),
            **_OF_GROUP,
        )
        never["score"] = math.nan
        rows = pd.concat([found, never]) if len(never) else found
        rows = rows.sort_index().reset_index()
        rows["cost_s"] = (
            costs.reindex(pd.MultiIndex.from_frame(rows[by])).to_numpy()
            if len(costs)
            else np.nan
        )
        tables.append(_rows(rows, task, metric))
    return pa.concat_tables(tables)


_OF_GROUP = {
    "n_runs": ("run_id", "size"),
    "source_run_id": ("run_id", "min"),
    "engine_id": ("engine_id", "max"),
    "timestamp": ("upload_time", "max"),
    "flow_version": ("flow_version", "first"),
}


def _without_tried_where_run(runs: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Without what was tried inside runs, where the same configuration was run on its own.

    Inner scores are of fewer rows: the two are not the same quantity.
    """
    inside = runs["engine_id"] < 0
    if not inside.any():
        return runs
    names = [*by, "measure"]
    run = pd.MultiIndex.from_frame(runs.loc[~inside & (runs["status"] == "ok"), names])
    return runs[~(inside & pd.MultiIndex.from_frame(runs[names]).isin(run))]


def _source_run_id(run_id: int, engine_id: int, configuration_id: str) -> str:
    # A run tries many configurations, each of which is an evaluation of its own.
    return str(run_id) if engine_id >= 0 else f"{run_id}-tried-{configuration_id}"


def _rows(rows: pd.DataFrame, task: OpenMLTask, metric: str) -> pa.Table:
    columns: dict[str, Any] = {
        "task_id": [str(task.task_id)] * len(rows),
        "metric": [metric] * len(rows),
        "n_folds": [task.n_folds] * len(rows),
        "timestamp": [str(text).replace(" ", "T") for text in rows["timestamp"]],
        "source_run_id": [
            _source_run_id(*row)
            for row in zip(
                rows["source_run_id"], rows["engine_id"], rows["configuration_id"], strict=True
            )
        ],
    }
    for name in (
        "configuration_id", "score", "cost_s", "status", "n_runs", "flow_id", "flow_version",
    ):  # fmt: skip
        columns[name] = rows[name]
    arrays = [
        pa.array(columns[field.name], field.type, from_pandas=True)
        if field.name in columns
        else pa.nulls(len(rows), field.type)
        for field in ROWS
    ]
    return pa.Table.from_arrays(arrays, schema=ROWS)
