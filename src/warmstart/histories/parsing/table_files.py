"""Tables in files: CSV and Parquet, read in blocks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from warmstart.datasets.readers.csv.quotes import note_merged_lines
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import first_line, readable

_PARQUET = (".parquet", ".pq")
_TEXT = (".csv", ".tsv")
_LONGEST_HEADER = 1 << 20
_PACKED = (".gz", ".bz2", ".zst", ".lz4")


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet by its name."""
    return path.suffix.lower() in _PARQUET


def is_table(path: Path) -> bool:
    """Whether a file is one that can be read by its name, packed or not."""
    return is_parquet(path) or _inner(path) in _TEXT


def _inner(path: Path) -> str:
    """What a file is without the packing."""
    name = Path(path.stem) if path.suffix.lower() in _PACKED else path
    return name.suffix.lower()


def column_names(path: Path) -> list[str]:
    """Columns of a CSV or Parquet file.

    Raises
    ------
    HistoryError
        If the file is not there or no table.
    """
    with readable(path):
        if not path.is_file():
            raise HistoryError(f"there is no table {path}")
        if not is_table(path):
            raise HistoryError(
                f"{path} is none of {', '.join((*_TEXT, *_PARQUET))} by its name; rename it, "
                "or convert it to one of them"
            )
    try:
        if is_parquet(path):
            return list(pq.read_schema(path).names)
        with _open_csv(path, {}) as reader:
            return list(reader.schema.names)
    except _DAMAGED as error:
        raise HistoryError(f"{path} cannot be read as a table: {_why(path, error)}") from error


_DAMAGED = (pa.ArrowException, OSError, ValueError)


def _why(path: Path, error: Exception) -> str:
    """What is wrong with a table; a quote that is not closed, where it shows."""
    if not is_parquet(path):
        with contextlib.suppress(Exception):  # damaged in other ways as well
            if note := note_merged_lines(path, 0, separator=separator_of(path)):
                return note
    return first_line(error)


def separator_of(path: Path) -> str:
    """What separates the cells of a text file: what its header has, if that has no comma."""
    if _inner(path) == ".tsv":
        return "\t"
    with pa.input_stream(str(path)) as file:  # unpacks by the name
        header = file.read(_LONGEST_HEADER).partition(b"\n")[0]
    if b"," not in header:
        for separator in (";", "\t", "|"):
            if separator.encode() in header:
                return separator
    return ","


def _open_csv(path: Path, types: Mapping[str, pa.DataType]) -> Any:
    # Words are typed column by column below: a block cannot know what follows it.
    options = pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    return pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(use_threads=False),
        # A cell with line breaks may lie across two blocks.
        parse_options=pyarrow.csv.ParseOptions(
            newlines_in_values=True, delimiter=separator_of(path)
        ),
        convert_options=options,
    )


def blocks(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a table, some at a time; cells of a CSV file as text.

    Raises
    ------
    HistoryError
        If the file is damaged.
    """
    found = _read_blocks(path)
    while True:
        # Only reading is explained; what is done with a block is not the file's.
        block = _next_block(path, found)
        if block is None:
            return
        yield block


def _read_blocks(path: Path) -> Iterator[pa.RecordBatch]:
    if is_parquet(path):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(10_000, use_threads=False)
        return
    with _open_csv(path, dict.fromkeys(column_names(path), pa.string())) as reader:
        yield from reader


def _next_block(path: Path, found: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
    try:
        return next(found, None)
    except HistoryError:
        raise
    except _DAMAGED as error:
        raise HistoryError(f"{path} cannot be read to its end: {_why(path, error)}") from error
