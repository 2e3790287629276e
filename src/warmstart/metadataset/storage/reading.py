"""Reading a meta-dataset, a folder of Parquet tables; evaluations only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import schema
from warmstart.metadataset.core.configurations import Configurations
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.from_frames import check_task_types
from warmstart.metadataset.damage import undamaged
from warmstart.metadataset.storage.described import (
    ADDED,
    first_rows,
    labels_of,
    read_configurations,
    read_metafeatures,
)
from warmstart.metadataset.storage.folders.settling import MANIFEST, is_committed
from warmstart.metadataset.storage.manifest import OURS, check_digests, read_manifest
from warmstart.metadataset.storage.runs.blocks import LARGE, BlockPlan, row_groups
from warmstart.metadataset.storage.runs.deduplicate import DistinctRuns, source_of
from warmstart.metadataset.storage.tables import (
    Pinned,
    check_evaluations,
)

_TRIES = 50
_TEXT = ["task_id", "configuration_id", "metric", "status", "source_run_id"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FolderContents:
    """What a folder holds."""

    tasks: pd.DataFrame
    metafeatures: pd.DataFrame
    configurations: Configurations
    evaluations: RunEvaluations
    info: dict[str, Any]
    pinned: Pinned
    """What the folder's files were when they were read."""


def read(path: Path, *, verify: bool = False) -> FolderContents:
    """Read all of a folder but the evaluations, which are read when first asked for.

    A folder that is being written anew meanwhile is read again: what comes back is whole.

    Raises
    ------
    MetaDatasetError
        If the folder holds no meta-dataset, one of another schema version, a damaged file,
        or, with `verify`, files that differ from their digests.
    """
    for _ in range(_TRIES):
        if is_committed(path):  # its writer was killed; rare, and it takes the lock
            from warmstart.metadataset.storage.folders.replacing import finish

            finish(path)
        before = _state(path)
        try:
            parts = _read(path, verify=verify)
        except MetaDatasetError:
            if _state(path) == before:
                raise
        else:
            if _state(path) == before:
                return parts
    raise MetaDatasetError(f"{path} is written anew all the time; open it when that is over")


def _state(path: Path) -> tuple[bytes, bool]:
    """What is other whenever other files count."""
    try:
        return (path / MANIFEST).read_bytes(), is_committed(path)
    except OSError:
        return b"", is_committed(path)


def _read(path: Path, *, verify: bool) -> FolderContents:
    manifest = read_manifest(path)
    if verify:
        check_digests(path, manifest)
    labels = manifest["labels"]
    tasks_table = first_rows(path, "tasks", schema.TASKS)
    tasks = tasks_table.to_pandas(use_threads=False)
    task_names = tasks["task_id"].tolist()
    with undamaged(path / "tasks.parquet"):
        ids = labels_of(task_names, labels.get("task_id"))
        tasks = tasks.drop(columns="task_id").set_axis(ids)
        check_task_types(tasks)
        # A task of unknown family is its own: the same label, not its text.
        own = dict(zip(task_names, tasks.index, strict=True))
        tasks["family"] = [own.get(name, name) for name in tasks["family"]]
    configurations = read_configurations(
        path, labels.get("configuration_id"), manifest.get("hyperparameters", ())
    )
    # What was added comes after what was there; the names of additions are numbered.
    files = sorted(
        (path / "evaluations").rglob("*.parquet"),
        key=lambda file: (file.name.startswith(ADDED), file.name, file),
    )
    if not files:
        raise MetaDatasetError(f"{path} has no evaluations")
    for file in files:
        check_evaluations(file)
    once, pinned = DistinctRuns(files), Pinned.of(path, files)

    def rows(columns: Sequence[str] | None) -> Iterator[pa.Table]:
        pinned.check()
        return read_runs(files, columns, once)

    def plan(metric: str, columns: Sequence[str]) -> BlockPlan | None:
        pinned.check()
        return _plan(once, task_names, metric, columns)

    return FolderContents(
        tasks=tasks,
        metafeatures=read_metafeatures(path, tasks.index, labels.get("task_id")),
        configurations=configurations,
        evaluations=RunEvaluations(
            rows,
            tuple(manifest["metrics"] or _metrics(files)),
            task_names,
            [str(label) for label in configurations.ids],
            plan,
            origin=str(path),
        ),
        info={key: value for key, value in manifest.items() if key not in OURS},
        pinned=pinned,
    )


def read_runs(
    files: Sequence[Path], columns: Sequence[str] | None, once: DistinctRuns | None = None
) -> Iterator[pa.Table]:
    """Read evaluations, one table a row group; ids, metric and status come dictionary-encoded.

    Parameters
    ----------
    files : sequence of path
    columns : sequence of str, optional
        Without it all, and the column ``source`` that the folder of a file names.
    once : DistinctRuns, optional
        Says which rows are of a run that an earlier file has.
    """
    for file in files:
        with pq.ParquetFile(file, read_dictionary=_TEXT) as parquet:
            for group in range(parquet.num_row_groups):
                # Starting threads takes longer than they would save.
                table = parquet.read_row_group(
                    group, None if columns is None else list(columns), use_threads=False
                )
                if columns is None:
                    source = pa.array([source_of(file)] * len(table))
                    table = table.append_column("source", source)
                kept = None if once is None else once.keep(file, group)
                yield table if kept is None else table.filter(pa.array(kept))


def _plan(
    once: DistinctRuns, task_names: Sequence[str], metric: str, columns: Sequence[str]
) -> BlockPlan | None:
    """How to read many rows some tasks at a time; None where they are few."""
    if sum(pq.read_metadata(file).num_rows for file in once.files) < LARGE:
        return None
    groups = row_groups(once.files, task_names, metric)
    return BlockPlan(groups=groups, task_names=task_names, columns=columns, keep=once.keep)


def _metrics(files: Sequence[Path]) -> list[str]:
    """Of a folder whose manifest does not say."""
    tables = read_runs(files, ["metric"])
    return sorted({name for table in tables for name in pc.unique(table["metric"]).to_pylist()})
