"""Reading the files of a meta-dataset, each checked against what it has to hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.schema import EVALUATIONS
from warmstart.metadataset.damage import undamaged
from warmstart.metadataset.storage.folders.settling import MANIFEST

_ROWS_AT_ONCE = 16_384


def read_table(file: Path, kinds: pa.Schema) -> pa.Table:
    """A whole table of the columns of a schema, and those it has besides.

    Raises
    ------
    MetaDatasetError
        If it is missing or damaged, lacks a column, or one holds something else.
    """
    with undamaged(file), pq.ParquetFile(file) as parquet:
        return conformed(parquet.read(use_threads=False), kinds, file)


def read_batches(file: Path, kinds: pa.Schema) -> Iterator[pa.Table]:
    """As :func:`read_table`, some rows at a time."""
    with undamaged(file), pq.ParquetFile(file) as parquet:
        for batch in parquet.iter_batches(_ROWS_AT_ONCE, use_threads=False):
            yield conformed(pa.Table.from_batches([batch]), kinds, file)


def conformed(table: pa.Table, kinds: pa.Schema, file: Path) -> pa.Table:
    """The table with the types of a schema; null where an optional column is not there."""
    _refuse_twice(table.column_names, file)
    for kind in kinds:
        if kind.name not in table.column_names:
            if not kind.nullable:
                raise MetaDatasetError(f"{file} has no column {kind.name!r}")
            table = table.append_column(kind, pa.nulls(len(table), kind.type))
        place = table.column_names.index(kind.name)
        column = table.column(place)
        if column.type != kind.type:
            try:
                table = table.set_column(place, kind.name, column.cast(kind.type))
            except pa.ArrowException as error:
                raise MetaDatasetError(
                    f"{file}: column {kind.name!r} holds {column.type}, not {kind.type}"
                ) from error
        if not kind.nullable and column.null_count:
            raise MetaDatasetError(f"{file}: column {kind.name!r} has empty cells")
    return table


def refuse_repeated(ids: pa.ChunkedArray, name: str, file: Path) -> None:
    """Raise if an id of a table is there twice."""
    if pc.count_distinct(ids).as_py() < len(ids):
        counts = ids.value_counts().to_pylist()
        twice = next(count["values"] for count in counts if count["counts"] > 1)
        raise MetaDatasetError(f"{file}: {name} {twice!r} is there twice")


def _refuse_twice(names: Sequence[str], file: Path) -> None:
    if twice := [name for name in names if names.count(name) > 1]:
        raise MetaDatasetError(f"{file} has two columns {twice[0]!r}")


def check_evaluations(file: Path) -> None:
    """Refuse a file of evaluations that lacks a column, or holds another kind in one."""
    with undamaged(file):
        found = pq.read_schema(file)
        _refuse_twice(found.names, file)
        for kind in EVALUATIONS:
            if kind.name not in found.names:
                raise MetaDatasetError(f"{file} has no column {kind.name!r}")
            there = found.field(kind.name).type
            there = there.value_type if pa.types.is_dictionary(there) else there
            is_text = pa.types.is_string(there) or pa.types.is_large_string(there)
            is_number = pa.types.is_floating(there) or pa.types.is_integer(there)
            fits = is_text if pa.types.is_string(kind.type) else is_number
            if not fits and not (kind.nullable and pa.types.is_null(there)):
                raise MetaDatasetError(
                    f"{file}: column {kind.name!r} holds {there}, not {kind.type}"
                )


@dataclass(frozen=True, slots=True)
class Pinned:
    """Files as they were when a folder was opened: it may be written anew since."""

    folder: Path
    place: str
    """The folder itself, wherever links lead and whatever folder is worked in."""

    manifest: bytes
    states: dict[Path, tuple[int, int, int]]

    @classmethod
    def of(cls, folder: Path, files: Sequence[Path]) -> Pinned:
        """Remember what the files of evaluations, and the manifest, are now."""
        place, manifest = os.path.realpath(folder), (folder / MANIFEST).read_bytes()
        return cls(folder, place, manifest, {file: _state(file) for file in files})

    def refuse_loss(self, folder: Path) -> None:
        """Refuse to replace the folder by what was read of it, if more is in it by now.

        Parameters
        ----------
        folder : path
            That is to be replaced; its lock is held. Nothing is said of other folders.

        Raises
        ------
        MetaDatasetError
            If the folder was added to, or written anew, since it was opened.
        """
        manifest = folder / MANIFEST
        if os.path.realpath(folder) != self.place or not manifest.is_file():
            return
        known = {os.path.realpath(file) for file in self.states}
        there = {os.path.realpath(file) for file in (folder / "evaluations").rglob("*.parquet")}
        new = sorted(os.path.relpath(file, self.place) for file in there - known)
        if not new and manifest.read_bytes() == self.manifest:
            return
        what = f"{len(new)} more of evaluations, such as {new[0]}" if new else "they are others"
        raise MetaDatasetError(
            f"the files of {folder} have changed since it was opened: {what}. Saving over it "
            "would lose that: open it again and repeat what you changed, or save to another "
            "folder"
        )

    def check(self) -> None:
        """Refuse to read other rows than those that were opened.

        Raises
        ------
        MetaDatasetError
            If the folder was written anew.
        """
        for file, before in self.states.items():
            try:
                same = _state(file) == before
            except OSError:
                same = False
            if not same:
                raise MetaDatasetError(
                    f"{self.folder} was written anew since it was opened; open it again"
                )


def _state(file: Path) -> tuple[int, int, int]:
    found = os.stat(file)  # noqa: PTH116 - of a path that may be a link
    return found.st_ino, found.st_size, found.st_mtime_ns
