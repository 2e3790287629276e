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
from warmstart.metadataset.core import schema
from warmstart.metadataset.core.configurations import Configurations, some
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.storage.blocks import LARGE, BlockPlan, row_groups
from warmstart.metadataset.storage.deduplicate import DistinctRuns, source_of
from warmstart.metadataset.storage.files import digest
from warmstart.metadataset.storage.texts import PackedTexts

MANIFEST = "manifest.json"
OURS = frozenset(
    {"schema_version", "warmstart_version", "metrics", "labels", "counts", "digests"}
)
"""Entries of a manifest that say how the files are; the rest says where they come from."""

ADDED = "added-"
"""How the name of a file begins that came after the folder was first written, see
:mod:`warmstart.metadataset.storage.append`."""

_PACKED = 20_000
"""From so many configurations on, their texts are kept compressed."""

_ROWS_AT_ONCE = 16_384
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
    tasks = _first_rows(path, "tasks").to_pandas(use_threads=False)
    task_names = tasks["task_id"].tolist()
    tasks = tasks.drop(columns="task_id").set_axis(_labels(task_names, labels.get("task_id")))
    # A task of unknown family is its own: the same label, not its text.
    own = dict(zip(task_names, tasks.index, strict=True))
    tasks["family"] = [own.get(name, name) for name in tasks["family"]]
    configurations = _configurations(
        path, labels.get("configuration_id"), manifest.get("hyperparameters", ())
    )
    # What was added comes after what was there; the names of additions are numbered.
    files = sorted(
        (path / "evaluations").rglob("*.parquet"),
        key=lambda file: (file.name.startswith(ADDED), file.name, file),
    )
    if not files:
        raise MetaDatasetError(f"{path} has no evaluations")
    once = DistinctRuns(files)
    return Parts(
        tasks=tasks,
        metafeatures=_metafeatures(path, tasks.index, labels.get("task_id")),
        configurations=configurations,
        evaluations=RunEvaluations(
            lambda columns: read_runs(files, columns, once),
            tuple(manifest.get("metrics") or _metrics(files)),
            task_names,
            [str(label) for label in configurations.ids],
            lambda metric, columns: _plan(once, task_names, metric, columns),
        ),
        info={key: value for key, value in manifest.items() if key not in OURS},
    )


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and check the manifest of a folder."""
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
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


def _configurations(
    path: Path, kind: dict[str, Any] | None, order: Sequence[str]
) -> Configurations:
    """All configurations, read some at a time where nothing was added."""
    names: list[str] = []
    spaces: list[str] = []
    learners: list[str] = []
    one: dict[str, str] = {}

    def texts() -> Iterator[str]:
        for rows in _some_rows(path, "configurations"):
            ids, space, learner, values = (
                rows[name].to_pylist() for name in schema.CONFIGURATIONS.names
            )
            names.extend(ids)
            # Few differ: one string for all that say the same.
            spaces.extend(one.setdefault(name, name) for name in space)
            learners.extend(one.setdefault(name, name) for name in learner)
            yield from values

    found: Sequence[str] = PackedTexts(texts())
    if len(found) < _PACKED:
        found = list(found)
    return Configurations(
        _labels(names, kind), texts=found, spaces=spaces, learners=learners, order=order
    )


def _some_rows(path: Path, name: str) -> Iterator[pa.RecordBatch | pa.Table]:
    if _additions(path, name):
        yield _first_rows(path, name)
        return
    file = path / f"{name}.parquet"
    try:
        with pq.ParquetFile(file) as parquet:
            yield from parquet.iter_batches(_ROWS_AT_ONCE, use_threads=False)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise MetaDatasetError(f"{file} is missing or damaged: {error}") from error


def _additions(path: Path, name: str) -> list[Path]:
    return sorted((path / name).glob(f"{ADDED}*.parquet"))


def _first_rows(path: Path, name: str) -> pa.Table:
    """A table and what was added to it; of several rows of an id the first that says most."""
    first, added = path / f"{name}.parquet", _additions(path, name)
    if not added:
        return _read(first)
    tables = [_read(file) for file in ([first] if first.exists() else []) + added]
    table = pa.concat_tables(tables, promote_options="default")
    key = pd.Index(table.column(0).to_pylist())
    unknown = np.zeros(len(key), bool)
    if name == "configurations":
        unknown = pc.equal(table["values"], "{}").to_numpy()
    order = np.argsort(unknown, kind="stable")
    best = pd.Series(order).groupby(key[order].to_numpy(), sort=False).first()
    return table.take(pa.array(best[key.unique()].to_numpy()))


def _plan(
    once: DistinctRuns, task_names: Sequence[str], metric: str, columns: Sequence[str]
) -> BlockPlan | None:
    """How to read many rows some tasks at a time; None where they are few."""
    if sum(pq.read_metadata(file).num_rows for file in once.files) < LARGE:
        return None
    groups = row_groups(once.files, task_names, metric)
    return BlockPlan(groups=groups, task_names=task_names, columns=columns, keep=once.keep)


def _read(file: Path) -> pa.Table:
    try:
        with pq.ParquetFile(file) as parquet:
            return parquet.read(use_threads=False)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise MetaDatasetError(f"{file} is missing or damaged: {error}") from error


def _metafeatures(path: Path, tasks: pd.Index, kind: dict[str, Any] | None) -> pd.DataFrame:
    if not (path / "metafeatures.parquet").exists() and not _additions(path, "metafeatures"):
        return pd.DataFrame(index=tasks[:0])
    frame: pd.DataFrame = _first_rows(path, "metafeatures").to_pandas(use_threads=False)
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
