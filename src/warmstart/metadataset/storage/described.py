"""Configurations and meta-features of a folder, the first time each is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import schema
from warmstart.metadataset.core.configurations import Configurations, some
from warmstart.metadataset.damage import undamaged
from warmstart.metadataset.storage.folders.settling import MANIFEST
from warmstart.metadataset.storage.tables import (
    read_batches,
    read_table,
    refuse_repeated,
)
from warmstart.metadataset.storage.texts import PackedTexts

ADDED = "added-"
"""How the name of a file begins that came after the folder was first written, see
:mod:`warmstart.metadataset.storage.append`."""


_PACKED = 20_000
"""From so many configurations on, their texts are kept compressed."""


def read_configurations(
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
        ids = labels_of(names, kind)
        if not ids.is_unique:
            raise MetaDatasetError(f"{file} has an id twice: {some(ids[ids.duplicated()])}")
    return Configurations(
        ids, texts=found, spaces=spaces, learners=learners, order=order, origin=str(file)
    )


def _some_rows(path: Path, file: Path) -> Iterator[pa.Table]:
    if additions(path, "configurations"):
        yield first_rows(path, "configurations", schema.CONFIGURATIONS)
    else:
        yield from read_batches(file, schema.CONFIGURATIONS)


def additions(path: Path, name: str) -> list[Path]:
    return sorted((path / name).glob(f"{ADDED}*.parquet"))


def first_rows(path: Path, name: str, kinds: pa.Schema) -> pa.Table:
    """A table and what was added to it; of several rows of an id the first that says most."""
    first, added = path / f"{name}.parquet", additions(path, name)
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


def read_metafeatures(path: Path, tasks: pd.Index, kind: dict[str, Any] | None) -> pd.DataFrame:
    file = path / "metafeatures.parquet"
    if not file.exists() and not additions(path, "metafeatures"):
        return pd.DataFrame(index=tasks[:0])
    known = pa.schema([schema.TASKS.field("task_id")])
    table = first_rows(path, "metafeatures", known)
    with undamaged(file):
        frame: pd.DataFrame = table.to_pandas(use_threads=False)
        labels = labels_of(frame.pop("task_id").tolist(), kind)
        for name, found in frame.dtypes.items():
            if not pd.api.types.is_numeric_dtype(found):
                raise MetaDatasetError(f"{file}: meta-feature {name!r} is no number")
        if len(unknown := labels.difference(tasks)):
            raise MetaDatasetError(f"{file} describes unknown tasks: {some(map(str, unknown))}")
    return frame.set_axis(labels, axis=0)


def labels_of(names: list[str], kind: dict[str, Any] | None) -> pd.Index:
    """Ids of the type they had before they were written as text."""
    kind = kind or {}
    called = kind.get("name")
    if called is not None and not isinstance(called, str):
        raise MetaDatasetError(f"{MANIFEST}: ids have a name that is none: {called!r}")
    if kind.get("dtype") == "int":
        return pd.Index(np.array(names, np.int64), name=called)
    return pd.Index(names, name=called)
