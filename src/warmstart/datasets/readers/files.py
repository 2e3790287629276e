"""Datasets from files: which format one is in, by its content and then by its name."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from pathlib import Path

import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.compressed import PACKED_SUFFIXES
from warmstart.datasets.readers.data_file import (
    DATA_SUFFIXES,
    DataFile,
    bare_name,
    check_path,
    shown,
)
from warmstart.datasets.readers.formats import read_excel, read_feather, read_json, read_parquet
from warmstart.errors import DatasetError

__all__ = ["bare_name", "read_file"]

_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{]")
_EXCEL = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_SAMPLE_BYTES = 65_536
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


def read_file(file: DataFile | Path | str, notes: Notes, target: object = None) -> pd.DataFrame:
    """Read a data file by its content, then by its name.

    Text that looks like no other format is read as CSV whatever its name ends in: UCI's
    files end in .test and .train, others in nothing. What is no table then has not the
    column that is asked for.

    Parameters
    ----------
    file : DataFile or path
        CSV, ARFF or JSON lines (these also compressed), Parquet, Feather, or an Excel or
        OpenDocument sheet; ``"-"``, a pipe or a web address.
    notes : Notes
        Receives the dialect, where it is not the usual one.
    target : str, optional
        The column that is asked for: a first line that has it is a header.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_columns)

    Raises
    ------
    DatasetNotFoundError
        If there is no such file; similar names in the folder are told.
    DatasetError
        If it is a folder, empty, binary, damaged, or unpacks to more than it may.
    """
    given = file if isinstance(file, DataFile) else DataFile(path=file)
    check_path(given.path)
    with given.on_disk() as there:
        try:
            return _read(there, notes, target)
        except _DAMAGED as error:
            raise DatasetError(f"{shown(there.path)} cannot be read: {error}") from error


def _read(file: DataFile, notes: Notes, target: object) -> pd.DataFrame:
    path = Path(file.path)
    with file.opened() as raw:
        head = raw.read(_SAMPLE_BYTES)
    if not head.strip():
        raise DatasetError(f"{shown(path)} is empty")
    packed = path.suffix.lower() in PACKED_SUFFIXES
    suffix = (Path(path.stem) if packed else path).suffix.lower()
    if head.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return read_parquet(path)
    if head.startswith((b"ARROW1", b"FEA1")):
        return read_feather(path)
    if suffix in _EXCEL and head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_excel(path, notes)
    _refuse_markup(path, head)
    if _JSON.match(_start_of(head)):
        return read_json(file, head)
    if suffix == ".arff" or head.lstrip().lower().startswith(b"@relation"):
        from warmstart.datasets.readers.arff import read_arff

        with file.opened() as raw:
            return read_arff(raw.read(), shown(path), notes)
    from warmstart.datasets.readers.csv.reader import read_csv

    if suffix not in DATA_SUFFIXES and path.suffix and not packed:
        notes.say(f"The file ends in {path.suffix!r} and was read as CSV by its content.")
    return read_csv(file, head, notes, target)


def _start_of(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()


def _refuse_markup(path: Path, head: bytes) -> None:
    """Name what is text but no table, rather than miss its columns."""
    start, what, reader = _start_of(head), "", ""
    if start.startswith((b"<!doctype html", b"<html")):
        what, reader = "a web page", "pandas.read_html"
    elif start.startswith(b"<?xml"):
        what, reader = "XML", "pandas.read_xml"
    if what:
        raise DatasetError(
            f"{shown(path)} is {what}; CSV, Parquet, ARFF, Feather, Excel and JSON files can "
            f"be read. Read it with {reader} and pass the frame"
        )
