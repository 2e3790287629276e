"""Writing a meta-dataset: no pickles, the same input the same bytes, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import schema
from warmstart.metadataset.core.configurations import some
from warmstart.metadataset.core.evaluations import Evaluations
from warmstart.metadataset.storage.folders.locking import locked
from warmstart.metadataset.storage.folders.owners import holds_others, is_build
from warmstart.metadataset.storage.folders.replacing import staged
from warmstart.metadataset.storage.manifest import write_manifest
from warmstart.metadataset.storage.measured import write_measured
from warmstart.metadataset.storage.runs.deduplicate import source_folder

if TYPE_CHECKING:
    from warmstart.metadataset.core.core import Views


def write(metadataset: Views, path: Path) -> Path:
    """Write a meta-dataset in the place of what is at `path`, whole or not at all."""
    refuse_place(path)
    label_kinds(metadataset)  # before anything is made
    with locked(path) as folder:
        write_inside(metadataset, folder)
    return path


def write_inside(metadataset: Views, folder: Path, *, only_new: bool = False) -> None:
    """Write to a folder whose lock is held; see :func:`staged` for `only_new`."""
    refuse_place(folder)
    refuse_loss(metadataset, folder)
    with staged(folder, only_new=only_new) as new:
        write_parts(metadataset, new)


def refuse_place(path: Path) -> None:
    """Raise if a path is not one to save to.

    Raises
    ------
    MetaDatasetError
        If it is the folder of a build, or of something else.
    """
    if is_build(path):
        raise MetaDatasetError(f"{path} is the folder of a build; save to another one")
    if holds_others(path):
        raise MetaDatasetError(f"{path} holds something other than a meta-dataset")


def refuse_loss(metadataset: Views, folder: Path) -> None:
    """Raise if a folder has more by now than what a meta-dataset was read from it.

    Raises
    ------
    MetaDatasetError
        If another process added to it, or wrote it anew, since it was opened.
    """
    for opened in metadataset._opened:
        opened.refuse_loss(folder)


def label_kinds(metadataset: Views) -> dict[str, dict[str, Any]]:
    """Of which type the ids are that the files hold as text.

    Raises
    ------
    MetaDatasetError
        If they are neither all text nor all integers.
    """
    return {
        "task_id": _kind("task", metadataset.tasks.index),
        "configuration_id": _kind("configuration", metadataset.configuration_ids),
    }


def part_tables(metadataset: Views) -> dict[str, pa.Table]:
    """All of a meta-dataset but the evaluations, by the name of the file."""
    configurations = metadataset._configurations
    frame = metadataset.tasks.reset_index(drop=True).assign(
        task_id=[str(label) for label in metadataset.tasks.index]
    )
    frame["family"] = frame["family"].astype(str)
    kind = schema.TASKS_RESAMPLED if {"resampling", "max_rows"} & set(frame) else schema.TASKS
    tables = {"tasks.parquet": _conformed(frame, kind)}
    columns = {
        "configuration_id": [str(label) for label in configurations.ids],
        "space": metadataset.spaces.tolist(),
        "learner": metadataset.learners.tolist(),
        "values": configurations.to_texts(),
    }
    tables["configurations.parquet"] = pa.table(columns, schema.CONFIGURATIONS)
    metafeatures = metadataset.metafeatures
    if len(metafeatures):
        named = metafeatures.set_axis([str(name) for name in metafeatures.columns], axis=1)
        version = str(metadataset.info.get("extractor_version", ""))
        kind = schema.metafeatures_schema(list(named.columns), version)
        named = named.assign(task_id=[str(label) for label in metafeatures.index])
        tables["metafeatures.parquet"] = _conformed(named, kind)
    return tables


def write_parts(metadataset: Views, folder: Path) -> None:
    """Fill an empty folder with all files of a meta-dataset, the manifest last."""
    labels = label_kinds(metadataset)
    tables = part_tables(metadataset)
    for name, table in tables.items():
        # In the order of the meta-dataset, which is part of it; not sorted.
        pq.write_table(table, folder / name, compression="zstd")
    task_names = tables["tasks.parquet"]["task_id"].to_pylist()
    n_rows = _write_evaluations(metadataset._evaluations, task_names, folder / "evaluations")
    for name in schema.MEASURED:
        if len(rows := metadataset.measured_table(name)):
            write_measured(rows, name, folder / name / "part-0.parquet")
    files = [file for file in folder.rglob("*") if file.is_file()]
    names = {"labels": labels, "hyperparameters": metadataset._configurations.names()}
    write_manifest(
        folder,
        [file.relative_to(folder).as_posix() for file in files],
        {**metadataset.info, **names},
        metrics=metadataset.metrics,
        counts={
            "tasks": len(task_names),
            "configurations": len(tables["configurations.parquet"]),
            "evaluations": n_rows,
            "metafeatures": metadataset.metafeatures.shape[1],
        },
    )


def _kind(what: str, ids: pd.Index) -> dict[str, Any]:
    name = None if ids.name is None else str(ids.name)
    if pd.api.types.is_integer_dtype(ids.dtype):
        return {"dtype": "int", "name": name}
    if all(isinstance(label, str) for label in ids):
        return {"dtype": "str", "name": name}
    raise MetaDatasetError(
        f"{what} ids must be all text or all integers to be saved, got {some(ids)}"
    )


def _conformed(frame: pd.DataFrame, kind: pa.Schema) -> pa.Table:
    """The columns of a schema, null where the frame lacks them."""
    columns = [
        pa.array(frame[name], field.type, from_pandas=True)
        if name in frame
        else pa.nulls(len(frame), field.type)
        for name, field in zip(kind.names, kind, strict=True)
    ]
    return pa.table(columns, schema=kind)


def parts_by_source(
    evaluations: Evaluations, task_names: Sequence[str]
) -> Iterator[tuple[str, pa.Table]]:
    """Evaluations of the given tasks, some at a time, each time of one source.

    Parameters
    ----------
    evaluations : Evaluations
    task_names : sequence of str

    Yields
    ------
    source : str
    rows : Table
        Of :data:`~warmstart.metadataset.core.schema.EVALUATIONS`, as they come.
    """
    kept = pa.array(task_names, pa.string())
    for rows in evaluations.rows():
        ours = rows.filter(pc.is_in(rows["task_id"].cast(pa.string()), kept))
        sources = ours["source"].cast(pa.string())
        for source in pc.unique(sources).to_pylist():
            part = ours.filter(pc.equal(sources, source))
            columns = [part[field.name].cast(field.type) for field in schema.EVALUATIONS]
            yield source, pa.table(columns, schema=schema.EVALUATIONS)


def _write_evaluations(evaluations: Evaluations, task_names: list[str], folder: Path) -> int:
    """Stream the rows of the given tasks into one file a source; say how many there are.

    They stay in the order in which they come, which is always the same.
    """
    kinds = schema.EVALUATIONS
    numbers = [field.name for field in kinds if pa.types.is_floating(field.type)]
    writers: dict[str, pq.ParquetWriter] = {}
    n_rows = 0
    try:
        for source, part in parts_by_source(evaluations, task_names):
            if source not in writers:
                file = folder / source_folder(source) / "part-0.parquet"
                file.parent.mkdir(parents=True)
                writers[source] = pq.ParquetWriter(
                    file,
                    kinds,
                    compression="zstd",
                    use_dictionary=[name for name in kinds.names if name not in numbers],
                    use_byte_stream_split=numbers,
                )
            writers[source].write_table(part)
            n_rows += len(part)
    finally:
        for writer in writers.values():
            writer.close()
    return n_rows
