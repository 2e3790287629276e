"""Formats that pandas and pyarrow read whole: Parquet, Feather, Excel and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from warmstart._extras import require
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.data_file import DataFile, shown
from warmstart.errors import DatasetError


def read_parquet(path: Path) -> pd.DataFrame:
    """A Parquet file.

    Raises
    ------
    DatasetError
        If it is damaged or cut short.
    """
    import pyarrow as pa

    try:
        return pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DatasetError(
            f"{shown(path)} is not a complete Parquet file: {_first_line(error)}"
        ) from error


def read_feather(path: Path) -> pd.DataFrame:
    """A Feather file, which is an Arrow IPC file.

    Raises
    ------
    DatasetError
        If it is damaged or cut short.
    """
    import pyarrow as pa

    try:
        return pd.read_feather(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DatasetError(
            f"{shown(path)} is not a complete Feather file: {_first_line(error)}"
        ) from error


def read_excel(path: Path, notes: Notes) -> pd.DataFrame:
    """The first sheet of an Excel or OpenDocument file.

    Raises
    ------
    MissingExtraError
        If the library that reads such files is not installed.
    DatasetError
        If it is damaged.
    """
    package = {".xls": "xlrd", ".ods": "odf"}.get(path.suffix.lower(), "openpyxl")
    require(package, extra="excel")
    try:
        with pd.ExcelFile(path) as book:
            names = [str(name) for name in book.sheet_names]
            # Cells of text stay text: 01067 is a code.
            frame: pd.DataFrame = pd.read_excel(
                book, sheet_name=0, dtype=object, keep_default_na=False, na_values=[""]
            ).infer_objects()
    except Exception as error:  # each of three libraries has errors of its own
        raise DatasetError(f"{shown(path)} cannot be read: {_first_line(error)}") from error
    if len(names) > 1:
        notes.say(f"The file has {len(names)} sheets; the first, {names[0]!r}, was read.")
    return frame


def read_json(file: DataFile, head: bytes) -> pd.DataFrame:
    """JSON lines, one object a row, or a list of objects; words stay words.

    Raises
    ------
    DatasetError
        If it is no JSON, or of another shape.
    """
    path = shown(file.path)
    with file.opened() as raw:
        text = raw.read().decode("utf-8-sig", errors="replace")
    try:
        found: Any = json.loads(text) if head.lstrip()[:1] == b"[" else _json_lines(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path} is no JSON that can be read: {error}") from error
    objects = isinstance(found, list) and all(isinstance(row, dict) for row in found)
    nested = (
        objects
        and len(found) == 1
        and any(isinstance(v, dict | list) for v in found[0].values())
    )
    if not objects or nested:  # one object of objects is a table by columns
        raise DatasetError(
            f"{path} is JSON, but not one object a line or a list of objects; read it with "
            "pandas.read_json and pass the frame"
        )
    return pd.DataFrame(found)


def _json_lines(text: str) -> list[Any]:
    """Each line's value; one value over several lines is told by the caller."""
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    return rows


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).split("\n", 1)[0]
