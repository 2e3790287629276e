"""Every configuration of a build from OpenML once, in ascending order of ids.

Where they are many, they first go into buckets on disk, by how their ids begin; each bucket
is then sorted on its own. Memory holds one bucket, each configuration is read twice.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warmstart.metadataset.build.openml.units.parts import (
    configurations_path,
    read_unit_configurations,
)
from warmstart.metadataset.core.schema import CONFIGURATIONS
from warmstart.metadataset.storage.files import TEMPORARY, sorted_table, write_atomically

BUCKET_ROWS = 6_000
"""Rows of a bucket, unless there would be more than :data:`MAX_DIGITS` allow."""

MAX_DIGITS = 2
"""Of an id, in hexadecimal: 256 buckets are as many files open at a time."""


def write_configurations(out: Path, keys: Sequence[str]) -> int:
    """Write ``configurations.parquet`` of the configurations of units; say how many there are.

    Parameters
    ----------
    out : path
        Folder of the build.
    keys : sequence of str
        Units, by key.

    Raises
    ------
    HistoryError
        If the file system refuses; what was there before stays.
    """
    n_rows = sum(pq.read_metadata(configurations_path(out, key)).num_rows for key in keys)
    n_digits = 0
    while n_digits < MAX_DIGITS and n_rows > BUCKET_ROWS * 16**n_digits:
        n_digits += 1
    n_kept = 0

    def write(temporary: Path) -> None:
        nonlocal n_kept
        parts = (read_unit_configurations(out, key) for key in keys)
        with (
            pq.ParquetWriter(temporary, CONFIGURATIONS, compression="zstd") as writer,
            contextlib.closing(_buckets(parts, out, n_digits)) as buckets,
        ):
            for bucket in buckets:
                table = _distinct(bucket)
                n_kept += table.num_rows
                writer.write_table(table)

    write_atomically(out / "configurations.parquet", write)
    return n_kept


def _buckets(
    parts: Iterable[pa.Table], folder: Path, n_digits: int
) -> Generator[pa.Table, None, None]:
    """The rows of all parts by the first digits of their ids; each part is sorted by id."""
    names = [
        "".join(digits) for digits in itertools.product("0123456789abcdef", repeat=n_digits)
    ]
    paths = {name: folder / f"{TEMPORARY}{os.getpid()}-bucket-{name}.arrow" for name in names}
    quick = pa.ipc.IpcWriteOptions(compression="lz4")
    try:
        with contextlib.ExitStack() as opened:
            writers = {
                name: opened.enter_context(
                    pa.ipc.new_stream(str(path), CONFIGURATIONS, options=quick)
                )
                for name, path in paths.items()
            }
            for part in parts:
                begin = 0
                first = pc.utf8_slice_codeunits(part["configuration_id"], 0, n_digits)
                for found in pc.value_counts(first).to_pylist():
                    writers[found["values"]].write_table(part.slice(begin, found["counts"]))
                    begin += found["counts"]
        for path in paths.values():
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
                yield reader.read_all()
            path.unlink()
    finally:
        for path in paths.values():
            path.unlink(missing_ok=True)


def _distinct(table: pa.Table) -> pa.Table:
    """Each configuration once, by id; in Arrow, where text takes a third of the memory."""
    table = sorted_table(table, table.column_names).combine_chunks()
    if table.num_rows < 2:
        return table
    ids = table["configuration_id"]
    new = pc.not_equal(ids.slice(1), ids.slice(0, table.num_rows - 1))
    return table.filter(pa.chunked_array([pa.array([True]), *new.chunks]))
