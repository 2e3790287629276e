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
from warmstart.metadataset.core.damage import undamaged
from warmstart.metadataset.core.evaluations import RunEvaluations
from warmstart.metadataset.core.from_frames import check_task_types
from warmstart.metadataset.storage.blocks import LARGE, BlockPlan, row_groups
from warmstart.metadataset.storage.deduplicate import DistinctRuns, source_of
from warmstart.metadataset.storage.files import digest
from warmstart.metadataset.storage.folders import MANIFEST, finish, is_committed
from warmstart.metadataset.storage.tables import (
    Pinned,
    check_evaluations,
    read_batches,
    read_table,
    refuse_repeated,
)
from warmstart.metadataset.storage.texts import PackedTexts

OURS = frozenset(
    {"schema_version", "warmstart_version", "metrics", "labels", "counts", "digests"}
)
"""Entries of a manifest that say how the files are; the rest says where they come from."""

ADDED = "added-"
"""How the name of a file begins that came after the folder was first written, see
:mod:`warmstart.metadataset.storage.append`."""

_PACKED = 20_000
"""From so many configurations on, their texts are kept compressed."""

_TRIES = 50
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

    A folder that is being written anew meanwhile is read again: what comes back is whole.

    Raises
    ------
    MetaDatasetError
        If the folder holds no meta-dataset, one of another schema version, a damaged file,
        or, with `verify`, files that differ from their digests.
    """
    for _ in range(_TRIES):
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


def _read(path: Path, *, verify: bool) -> Parts:
    manifest = read_manifest(path)
    if verify:
        check_digests(path, manifest)
    labels = manifest["labels"]
    tasks_table = _first_rows(path, "tasks", schema.TASKS)
    tasks = tasks_table.to_pandas(use_threads=False)
    task_names = tasks["task_id"].tolist()
    with undamaged(path / "tasks.parquet"):
        ids = _labels(task_names, labels.get("task_id"))
        tasks = tasks.drop(columns="task_id").set_axis(ids)
        check_task_types(tasks)
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
    for file in files:
        check_evaluations(file)
    once, pinned = DistinctRuns(files), Pinned.of(path, files)

    def rows(columns: Sequence[str] | None) -> Iterator[pa.Table]:
        pinned.check()
        return read_runs(files, columns, once)

    def plan(metric: str, columns: Sequence[str]) -> BlockPlan | None:
        pinned.check()
        return _plan(once, task_names, metric, columns)

    return Parts(
        tasks=tasks,
        metafeatures=_metafeatures(path, tasks.index, labels.get("task_id")),
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
    )


_SHAPES: dict[str, tuple[type, type]] = {
    "labels": (dict, dict),
    "digests": (dict, str),
    "counts": (dict, int),
    "metrics": (list, str),
    "hyperparameters": (list, str),
    "sources": (list, str),
}
"""Entries of a manifest that are read: what each is, and what is in it."""


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and check the manifest of a folder."""
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise MetaDatasetError(
            f"{path} holds no meta-dataset: there is no {MANIFEST}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise MetaDatasetError(f"{file} is damaged: {error}") from error
    if not isinstance(manifest, dict):
        raise MetaDatasetError(f"{file} is damaged: it holds no JSON object")
    version = manifest.get("schema_version")
    if version != schema.SCHEMA_VERSION:
        raise MetaDatasetError(
            f"{path} has schema version {version}, this warmstart reads "
            f"{schema.SCHEMA_VERSION}; write it anew with the version that made it"
        )
    for name, (kind, inside) in _SHAPES.items():
        if name not in OURS and name not in manifest:
            continue
        found = manifest.setdefault(name, kind())
        cells = found.values() if isinstance(found, dict) else found
        if not isinstance(found, kind) or not all(isinstance(cell, inside) for cell in cells):
            raise MetaDatasetError(
                f"{file} is damaged: {name} is no {kind.__name__} of {inside.__name__}"
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
    file = path / "configurations.parquet"

    def texts() -> Iterator[str]:
        for rows in _some_rows(path, file):
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
    with undamaged(file):
        ids = _labels(names, kind)
        if not ids.is_unique:
            raise MetaDatasetError(f"{file} has an id twice: {some(ids[ids.duplicated()])}")
    return Configurations(
        ids, texts=found, spaces=spaces, learners=learners, order=order, origin=str(file)
    )


def _some_rows(path: Path, file: Path) -> Iterator[pa.Table]:
    if _additions(path, "configurations"):
        yield _first_rows(path, "configurations", schema.CONFIGURATIONS)
    else:
        yield from read_batches(file, schema.CONFIGURATIONS)


def _additions(path: Path, name: str) -> list[Path]:
    return sorted((path / name).glob(f"{ADDED}*.parquet"))


def _first_rows(path: Path, name: str, kinds: pa.Schema) -> pa.Table:
    """A table and what was added to it; of several rows of an id the first that says most."""
    first, added = path / f"{name}.parquet", _additions(path, name)
    if not added:
        table = read_table(first, kinds)
        refuse_repeated(table.column(kinds.names[0]), kinds.names[0], first)
        return table
    files = ([first] if first.exists() else []) + added
    tables = [read_table(file, kinds) for file in files]
    with undamaged(path / name):
        table = pa.concat_tables(tables, promote_options="default")
        key = pd.Index(table.column(kinds.names[0]).to_pylist())
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


def _metafeatures(path: Path, tasks: pd.Index, kind: dict[str, Any] | None) -> pd.DataFrame:
    file = path / "metafeatures.parquet"
    if not file.exists() and not _additions(path, "metafeatures"):
        return pd.DataFrame(index=tasks[:0])
    known = pa.schema([schema.TASKS.field("task_id")])
    table = _first_rows(path, "metafeatures", known)
    with undamaged(file):
        frame: pd.DataFrame = table.to_pandas(use_threads=False)
        labels = _labels(frame.pop("task_id").tolist(), kind)
        for name, found in frame.dtypes.items():
            if not pd.api.types.is_numeric_dtype(found):
                raise MetaDatasetError(f"{file}: meta-feature {name!r} is no number")
        if len(unknown := labels.difference(tasks)):
            raise MetaDatasetError(f"{file} describes unknown tasks: {some(map(str, unknown))}")
    return frame.set_axis(labels, axis=0)


def _metrics(files: Sequence[Path]) -> list[str]:
    """Of a folder whose manifest does not say."""
    tables = read_runs(files, ["metric"])
    return sorted({name for table in tables for name in pc.unique(table["metric"]).to_pylist()})


def _labels(names: list[str], kind: dict[str, Any] | None) -> pd.Index:
    """Ids of the type they had before they were written as text."""
    kind = kind or {}
    called = kind.get("name")
    if called is not None and not isinstance(called, str):
        raise MetaDatasetError(f"{MANIFEST}: ids have a name that is none: {called!r}")
    if kind.get("dtype") == "int":
        return pd.Index(np.array(names, np.int64), name=called)
    return pd.Index(names, name=called)
