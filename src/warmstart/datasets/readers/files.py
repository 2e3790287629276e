"""Datasets from files: CSV in its many dialects, Parquet, ARFF."""

from __future__ import annotations

import lzma
import re
import zipfile
from pathlib import Path

import pandas as pd

from warmstart.datasets.checks import near_misses
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.compressed import opened
from warmstart.errors import DatasetError, DatasetNotFoundError

_DATA_SUFFIXES = {".csv", ".tsv", ".txt", ".data", ".dat", ".parquet", ".pq", ".arff"}
_PACKED_SUFFIXES = {".gz", ".bz2", ".xz", ".zip"}
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{]")
_SAMPLE_BYTES = 65_536
_DAMAGED = (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile)


def read_file(path: Path, notes: Notes) -> pd.DataFrame:
    """Read a data file by its content, then by its name.

    Parameters
    ----------
    path : Path
        CSV (also compressed), Parquet or ARFF.
    notes : Notes
        Receives the dialect, where it is not the usual one.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_columns)

    Raises
    ------
    DatasetNotFoundError
        If there is no such file; similar names in the folder are told.
    DatasetError
        If it is a folder, empty, binary, or damaged.
    """
    _check_path(path)
    packed = path.suffix.lower() in _PACKED_SUFFIXES
    try:
        with opened(path) as file:
            head = file.read(_SAMPLE_BYTES)
    except _DAMAGED as error:
        raise DatasetError(f"{path} cannot be read: {error}") from error
    if not head.strip():
        raise DatasetError(f"{path} is empty")
    suffix = (Path(path.stem) if packed else path).suffix.lower()
    if head.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return _read_parquet(path)
    _refuse_markup(path, head)
    if suffix == ".arff" or head.lstrip().lower().startswith(b"@relation"):
        from warmstart.datasets.readers.arff import read_arff

        with opened(path) as file:
            return read_arff(file.read(), str(path), notes)
    from warmstart.datasets.readers.csv import read_csv

    return read_csv(path, head, notes)


def _refuse_markup(path: Path, head: bytes) -> None:
    """Name what is text but no table, rather than miss its columns."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    what, reader = "", ""
    if _JSON.match(start):
        what, reader = "JSON", "pandas.read_json"
    elif start.startswith((b"<!doctype html", b"<html")):
        what, reader = "a web page", "pandas.read_html"
    elif start.startswith(b"<?xml"):
        what, reader = "XML", "pandas.read_xml"
    if what:
        raise DatasetError(
            f"{path} is {what}; CSV, Parquet and ARFF files can be read. Read it with "
            f"{reader} and pass the frame"
        )


def bare_name(path: Path) -> str:
    """Name of a file without what tells its format.

    Examples
    --------
    >>> bare_name(Path("data/v1.2/iris.v2.csv.gz"))
    'iris.v2'
    """
    name = Path(path.name)
    for suffixes in (_PACKED_SUFFIXES, _DATA_SUFFIXES):
        if name.suffix.lower() in suffixes:
            name = Path(name.stem)
    return str(name)


def _check_path(path: Path) -> None:
    try:
        exists = path.exists()
    except (OSError, ValueError):  # longer than a name may be: a file's text, perhaps
        raise DatasetNotFoundError(
            f"there is no file {str(path)[:60]!r}…; to pass a table's text, read it with "
            "pandas.read_csv(io.StringIO(text)) first"
        ) from None
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in _DATA_SUFFIXES)
        hint = f"; it holds {', '.join(inside[:5])}" if inside else ""
        raise DatasetError(f"{path} is a folder, not a data file{hint}")
    if exists:
        return
    folder = path.parent
    if not folder.is_dir():
        raise DatasetNotFoundError(f"there is no file {path}, and no folder {folder}")
    names = [p.name for p in folder.iterdir() if p.is_file()]
    similar = near_misses(path.name, names)
    hint = f"; did you mean {' or '.join(similar)}?" if similar else ""
    raise DatasetNotFoundError(f"there is no file {path}{hint}")


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa

    try:
        return pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DatasetError(
            f"{path} is not a complete Parquet file: {str(error).splitlines()[0]}"
        ) from error
