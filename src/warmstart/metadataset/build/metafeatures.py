"""Meta-features of datasets as a meta-dataset's tables, in a folder of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from warmstart.execution.executors.base import Executor
from warmstart.execution.local import LocalTask
from warmstart.execution.resampling import MAX_ROWS
from warmstart.metadataset.build.describe import (
    DescribeReport,
    Progress,
    describe_batches,
    description_path,
)
from warmstart.metadataset.build.folder import prepare, remember
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.core.schema import TASKS, TASKS_RESAMPLED, metafeatures_schema
from warmstart.metadataset.storage.files import (
    remove_leftovers,
    write_parquet,
)
from warmstart.metafeatures.registry import extractor_version
from warmstart.metrics import default_metric


def build_metafeatures(
    tasks: Sequence[LocalTask],
    out: str | Path,
    *,
    n_jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> DescribeReport:
    """Extract the meta-features of every dataset of a list, but what is done already.

    Writes ``metafeatures.parquet`` and ``tasks.parquet`` of all the list's datasets that
    could be described. The folder is one of a build: :func:`build_local` may evaluate
    configurations there, and publish what both have made.

    Parameters
    ----------
    tasks : sequence of LocalTask
    out : path
        Folder of the build; made if need be.
    n_jobs : int
        Processes at a time; 1 is this process.
    executor : Executor, optional
        Where it is done instead, see
        :func:`warmstart.execution.executors.choose.make_executor`; its workers must see
        the same files.
    progress : callable, optional
        Called with the datasets described now and those there were to describe.

    Raises
    ------
    HistoryError
        If another process builds there, or the folder cannot be written.
    """
    out = Path(out)
    prepare(out)
    with BuildLock(out / "build.lock"):
        remove_leftovers(out)
        remember(out, tasks, [])
        report = describe_batches(out, tasks, n_jobs, executor, progress)
        there = [task for task in tasks if task.task_id not in report.problems]
        described = [
            json.loads(description_path(out, task).read_text(encoding="utf-8"))
            for task in there
        ]
        for name, table in (
            ("tasks", tasks_table(there, described)),
            ("metafeatures", metafeatures_table(there, described)),
        ):
            write_parquet(table, out / f"{name}.parquet", sort_by=["task_id"])
    return report


def tasks_table(
    tasks: Sequence[LocalTask],
    described: Sequence[dict[str, Any]],
    *,
    max_rows: int = MAX_ROWS,
) -> pa.Table:
    """One row a task, of whose table at most `max_rows` were used."""
    rows = [
        {
            "task_id": task.task_id,
            "name": task.name,
            "family": task.family,
            "task_type": task.task_type,
            "metric_default": default_metric(task.task_type).name,
            "n_rows": found["n_rows"],
            "n_columns": found["n_columns"],
            "n_classes": found["n_classes"],
            "source": task.source,
            "source_id": task.source_id,
            "fingerprint": found["fingerprint"],
            "description": task.description,
            "resampling": task.resampling,
            "max_rows": None if max_rows == MAX_ROWS else max_rows,
        }
        for task, found in zip(tasks, described, strict=True)
    ]
    usual = max_rows == MAX_ROWS and all(task.resampling == "random" for task in tasks)
    return pa.Table.from_pylist(rows, schema=TASKS if usual else TASKS_RESAMPLED)


def metafeatures_table(
    tasks: Sequence[LocalTask], described: Sequence[dict[str, Any]]
) -> pa.Table:
    """One row a task; NaN where a name is not of the task's type."""
    names = list(dict.fromkeys(name for found in described for name in found["metafeatures"]))
    rows = [
        {
            "task_id": task.task_id,
            **{name: found["metafeatures"].get(name, float("nan")) for name in names},
        }
        for task, found in zip(tasks, described, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=metafeatures_schema(names, extractor_version()))
