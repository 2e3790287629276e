"""Datasets from files: CSV in its many dialects, Parquet, ARFF."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd

from warmstart.datasets.checks import near_misses
from warmstart.datasets.notes import Notes
from warmstart.errors import DatasetError, DatasetNotFoundError
from warmstart.spaces.cells import MISSING_WORDS
from warmstart.spaces.columns import usable_names

_DATA_SUFFIXES = {".csv", ".tsv", ".txt", ".data", ".dat", ".parquet", ".pq", ".arff"}
_PACKED_SUFFIXES = {".gz", ".bz2", ".xz", ".zip", ".zst"}
_SAMPLE_BYTES = 65_536
_SAMPLE_LINES = 50

# "None" is a level more often than a gap in a file; pandas would read it as a gap.
_GAPS = sorted(MISSING_WORDS - {"None"})

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", r"\s+": "blanks"}


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
        with path.open("rb") as file:
            head = b"" if packed else file.read(_SAMPLE_BYTES)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error
    suffix = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
    if not packed and not head.strip():
        raise DatasetError(f"{path} is empty")
    if head.startswith(b"PAR1") or suffix in (".parquet", ".pq"):
        return _read_parquet(path)
    if suffix == ".arff" or head.lstrip().lower().startswith(b"@relation"):
        from warmstart.datasets.arff import read_arff

        return read_arff(path, notes)
    return _read_csv(path, head, notes)


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


def _read_csv(path: Path, head: bytes, notes: Notes) -> pd.DataFrame:
    encoding = _encoding(path, head)
    text = head.decode(encoding, errors="replace")
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    if len(head) == _SAMPLE_BYTES and len(lines) > 1:
        lines = lines[:-1]  # the last may be cut
    separator = sniff_separator(lines) if lines else ","
    if separator != ",":
        notes.say(f"The file separates its cells by {_SEPARATORS[separator]}.")
    rows = _rows(lines, separator)
    header = has_header(rows)
    if rows and not header:
        notes.say("The file has no header; its columns are called 0, 1, 2, …")
    decimal = "," if separator != "," and _uses_decimal_comma(rows) else "."
    if decimal == ",":
        notes.say("Decimal commas were read as such.")
    names = _longer_header(rows, notes) if header else None

    def read(encoding: str) -> pd.DataFrame:
        return pd.read_csv(
            path,
            sep=separator,
            header=0 if header else None,
            names=names,
            decimal=decimal,
            encoding=encoding,
            na_values=_GAPS,
            keep_default_na=False,
            skipinitialspace=True,
            low_memory=False,
        )

    try:
        try:
            frame = read(encoding)
        except UnicodeDecodeError:
            notes.say("The file is not UTF-8 and was read as Latin-1 (Windows-1252).")
            try:
                frame = read("cp1252")
            except UnicodeDecodeError:
                frame = read("latin-1")
    except pd.errors.EmptyDataError:
        raise DatasetError(f"{path} is empty") from None
    except (pd.errors.ParserError, csv.Error) as error:
        problem = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise DatasetError(
            f"{path} is not a regular table: {problem}; every line must have as many cells "
            "as the header, and quotes must be closed"
        ) from error
    except (OSError, EOFError, ValueError) as error:
        raise DatasetError(f"{path} cannot be read as CSV: {error}") from error
    if rows and header and len(set(rows[0])) < len(rows[0]):
        repeated = {name for name in rows[0] if name and rows[0].count(name) > 1}
        for name in sorted(repeated):
            notes.column(name, "Duplicate column names made unique (a, a.1, …)")
    return frame


def _encoding(path: Path, head: bytes) -> str:
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return name
    if head.startswith(b"PK\x03\x04"):
        raise DatasetError(f"{path} is a zip or Excel file; save the sheet as CSV")
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1a" for byte in head)
    if control > 0.001 * len(head):
        raise DatasetError(
            f"{path} is binary, not text; CSV, Parquet and ARFF files can be read"
        )
    return "utf-8-sig"


def sniff_separator(lines: list[str]) -> str:
    r"""What separates the cells of a few lines.

    Examples
    --------
    >>> sniff_separator(["a;b", "1,5;2", "2,5;3"]), sniff_separator(["a b", "1 2"])
    (';', '\\s+')
    """
    best, best_score = ",", 0.0
    for separator in (",", ";", "\t", "|"):
        counts = [len(row) for row in _rows(lines, separator)]
        if not counts or counts[0] < 2:
            continue
        # Lines agree with the header on the true separator; its count breaks ties.
        score = sum(n == counts[0] for n in counts) / len(counts) + 1e-6 * min(counts[0], 1000)
        if score > best_score:
            best, best_score = separator, score
    if best_score == 0:
        counts = [len(line.split()) for line in lines]
        if counts and counts[0] > 1 and len(lines) > 1 and len(set(counts)) == 1:
            return r"\s+"
    return best


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    if separator == r"\s+":
        return [line.split() for line in lines]
    try:
        return [
            [cell.strip() for cell in row]
            for row in csv.reader(lines, delimiter=separator, skipinitialspace=True)
        ]
    except csv.Error:
        return []


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first of a few rows names the columns.

    It does not if it holds numbers, other than names that count (2019, 2020, …), or if
    each of its cells is met again below it.

    Examples
    --------
    >>> has_header([["5.1", "setosa"], ["4.9", "setosa"]])
    False
    >>> has_header([["region", "2019", "2020"], ["north", "3", "4"]])
    True
    """
    if not rows:
        return True
    numbers = [float(cell) for cell in rows[0] if _NUMBER.fullmatch(cell)]
    if numbers:
        counting = all(b - a == 1 for a, b in pairwise(numbers))
        return counting and (len(numbers) > 1 or 1900 <= numbers[0] <= 2100)
    if len(rows) < 6:
        return True
    below = [set(column) for column in zip(*rows[1:], strict=False)]
    return not all(cell in cells for cell, cells in zip(rows[0], below, strict=False))


def _longer_header(rows: list[list[str]], notes: Notes) -> list[str] | None:
    """Names for a file whose rows are one cell longer than its header."""
    if len(rows) < 2 or any(len(row) != len(rows[0]) + 1 for row in rows[1:]):
        return None
    if any(row[-1] for row in rows[1:]):
        # R writes tables so: the first cell names the row. pandas reads it as the index.
        notes.say(
            "The first cell of each line has no column name and was taken for a row name."
        )
        return None
    # Every line ends with a separator.
    names = [*rows[0], f"Unnamed: {len(rows[0])}"]
    return [str(name) for name in usable_names(names) or names]


def _uses_decimal_comma(rows: list[list[str]]) -> bool:
    cells = [cell for row in rows[1:] for cell in row]
    return any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
