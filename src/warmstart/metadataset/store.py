"""A meta-dataset as a folder of Parquet tables: no pickles, the same input the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import warmstart
from warmstart.errors import MetaDatasetError
from warmstart.metadataset import schema
from warmstart.metadataset.configurations import Configurations, some
from warmstart.metadataset.files import digest, write_json
from warmstart.metadataset.runs import Evaluations, RunEvaluations

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

MANIFEST = "manifest.json"
_OURS = frozenset(
    {"schema_version", "warmstart_version", "metrics", "labels", "counts", "digests"}
)
"""Entries of a manifest that say how the files are; the rest says where they come from."""

_TEXT = ["task_id", "configuration_id", "metric", "status", "source_run_id"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """What a folder holds."""

    tasks: pd.DataFrame
    metafeatures: pd.DataFrame
    configurations: Configurations
    evaluations: RunEvaluations
    info: dict[str, Any]


def read(path: Path, *, verify: bool = False) -> Parts:
    """Read all of a folder but the evaluations, which are read when first asked for.

    Raises
    ------
    MetaDatasetError
        If the folder holds no meta-dataset, one of another schema version, or, with
        `verify`, files that differ from their digests.
    """
    manifest = read_manifest(path)
    if verify:
        check_digests(path, manifest)
    labels = manifest.get("labels", {})
    tasks = _read(path / "tasks.parquet").to_pandas(use_threads=False)
    task_names = tasks["task_id"].tolist()
    tasks = tasks.drop(columns="task_id").set_axis(_labels(task_names, labels.get("task_id")))
    # A task of unknown family is its own: the same label, not its text.
    own = dict(zip(task_names, tasks.index, strict=True))
    tasks["family"] = [own.get(name, name) for name in tasks["family"]]
    table = _read(path / "configurations.parquet")
    names, spaces, learners, texts = (
        table.column(n).to_pylist() for n in schema.CONFIGURATIONS.names
    )
    configurations = Configurations(
        _labels(names, labels.get("configuration_id")),
        texts=texts,
        spaces=spaces,
        learners=learners,
    )
    files = sorted((path / "evaluations").rglob("*.parquet"))
    if not files:
        raise MetaDatasetError(f"{path} has no evaluations")
    return Parts(
        tasks=tasks,
        metafeatures=_metafeatures(path, tasks.index, labels.get("task_id")),
        configurations=configurations,
        evaluations=RunEvaluations(
            lambda columns: read_runs(files, columns),
            tuple(manifest.get("metrics") or _metrics(files)),
            task_names,
            names,
        ),
        info={key: value for key, value in manifest.items() if key not in _OURS},
    )


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and check the manifest of a folder."""
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise MetaDatasetError(
            f"{path} holds no meta-dataset: there is no {MANIFEST}"
        ) from None
    except ValueError as error:
        raise MetaDatasetError(f"{path / MANIFEST} is damaged: {error}") from error
    version = manifest.get("schema_version")
    if version != schema.SCHEMA_VERSION:
        raise MetaDatasetError(
            f"{path} has schema version {version}, this warmstart reads "
            f"{schema.SCHEMA_VERSION}; write it anew with the version that made it"
        )
    return manifest


def check_digests(path: Path, manifest: dict[str, Any]) -> None:
    """Compare every file with its SHA-256 in the manifest.

    Raises
    ------
    MetaDatasetError
        Naming the files that differ or are missing.
    """
    wrong = [
        name
        for name, expected in manifest.get("digests", {}).items()
        if not (path / name).is_file() or digest(path / name) != expected
    ]
    if wrong:
        raise MetaDatasetError(
            f"{path} is damaged; these files are not as written: {some(wrong)}"
        )


def read_runs(files: Sequence[Path], columns: Sequence[str] | None) -> Iterator[pa.Table]:
    """Read evaluations, one table a row group; ids, metric and status come dictionary-encoded.

    Parameters
    ----------
    files : sequence of path
    columns : sequence of str, optional
        Without it all, and the column ``source`` that the folder of a file names.
    """
    for file in files:
        with pq.ParquetFile(file, read_dictionary=_TEXT) as parquet:
            if columns is not None:
                for group in range(parquet.num_row_groups):
                    # Starting threads takes longer than they would save.
                    yield parquet.read_row_group(group, list(columns), use_threads=False)
                continue
            source = file.parent.name.removeprefix("source=")
            for group in range(parquet.num_row_groups):
                table = parquet.read_row_group(group)
                yield table.append_column("source", pa.array([source] * len(table)))


def write(metadataset: MetaDataset, path: Path) -> Path:
    """Write a folder beside `path`, then rename it: a crash leaves the old or the new one."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        if not (path / MANIFEST).is_file():
            raise MetaDatasetError(f"{path} holds something other than a meta-dataset")
        if (path / "units.sqlite").exists():
            raise MetaDatasetError(f"{path} is the folder of a build; save to another one")
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        _write_parts(metadataset, folder)
        folder.chmod(0o777 & ~_umask())
        if path.exists():
            old = folder.with_name(folder.name + "-old")
            path.rename(old)
            folder.rename(path)
            shutil.rmtree(old)
        else:
            folder.rename(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


def _write_parts(metadataset: MetaDataset, folder: Path) -> None:
    tasks, configurations = metadataset.tasks, metadataset._configurations
    labels = {
        "task_id": _kind("task", tasks.index),
        "configuration_id": _kind("configuration", configurations.ids),
    }
    task_names = [str(label) for label in tasks.index]
    names = [str(label) for label in configurations.ids]
    frame = tasks.reset_index(drop=True).assign(task_id=task_names)
    frame["family"] = frame["family"].astype(str)
    tables = {"tasks.parquet": _conformed(frame, schema.TASKS)}
    columns = {
        "configuration_id": names,
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
    for name, table in tables.items():
        # In the order of the meta-dataset, which is part of it; not sorted.
        pq.write_table(table, folder / name, compression="zstd")
    n_rows = _write_evaluations(metadataset._evaluations, task_names, folder / "evaluations")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    manifest = {
        **metadataset.info,
        "schema_version": schema.SCHEMA_VERSION,
        "warmstart_version": warmstart.__version__,
        "metrics": list(metadataset.metrics),
        "labels": labels,
        "counts": {
            "tasks": len(task_names),
            "configurations": len(names),
            "evaluations": n_rows,
            "metafeatures": metafeatures.shape[1],
        },
        "digests": {file.relative_to(folder).as_posix(): digest(file) for file in files},
    }
    write_json(manifest, folder / MANIFEST)


def _read(file: Path) -> pa.Table:
    try:
        with pq.ParquetFile(file) as parquet:
            return parquet.read(use_threads=False)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise MetaDatasetError(f"{file} is missing or damaged: {error}") from error


def _metafeatures(path: Path, tasks: pd.Index, kind: dict[str, Any] | None) -> pd.DataFrame:
    file = path / "metafeatures.parquet"
    if not file.exists():
        return pd.DataFrame(index=tasks[:0])
    frame: pd.DataFrame = _read(file).to_pandas(use_threads=False)
    names = frame.pop("task_id").tolist()
    return frame.set_axis(_labels(names, kind), axis=0)


def _metrics(files: Sequence[Path]) -> list[str]:
    tables = read_runs(files, ["metric"])
    return sorted({name for table in tables for name in pc.unique(table["metric"]).to_pylist()})


def _labels(names: list[str], kind: dict[str, Any] | None) -> pd.Index:
    """Ids of the type they had before they were written as text."""
    kind = kind or {}
    if kind.get("dtype") == "int":
        return pd.Index(np.array(names, np.int64), name=kind.get("name"))
    return pd.Index(names, name=kind.get("name"))


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


def _write_evaluations(evaluations: Evaluations, task_names: list[str], folder: Path) -> int:
    """Stream the rows of the given tasks into one file a source; say how many there are.

    They stay in the order in which they come, which is always the same.
    """
    kinds = schema.EVALUATIONS
    numbers = [field.name for field in kinds if pa.types.is_floating(field.type)]
    writers: dict[str, pq.ParquetWriter] = {}
    kept, n_rows = pa.array(task_names, pa.string()), 0
    try:
        for rows in evaluations.rows():
            ours = rows.filter(pc.is_in(rows["task_id"].cast(pa.string()), kept))
            sources = ours["source"].cast(pa.string())
            for source in pc.unique(sources).to_pylist():
                part = ours.filter(pc.equal(sources, source))
                if source not in writers:
                    file = folder / f"source={source}" / "part-0.parquet"
                    file.parent.mkdir(parents=True)
                    writers[source] = pq.ParquetWriter(
                        file,
                        kinds,
                        compression="zstd",
                        use_dictionary=[name for name in kinds.names if name not in numbers],
                        use_byte_stream_split=numbers,
                    )
                columns = [part[field.name].cast(field.type) for field in kinds]
                writers[source].write_table(pa.table(columns, schema=kinds))
                n_rows += len(part)
    finally:
        for writer in writers.values():
            writer.close()
    return n_rows


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
