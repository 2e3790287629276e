"""Reading a meta-dataset, a folder of Parquet tables; evaluations only when asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.errors import MetaDatasetError
from warmstart.metadataset import schema
from warmstart.metadataset.configurations import Configurations, some
from warmstart.metadataset.files import digest
from warmstart.metadataset.runs import RunEvaluations

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
