"""CSV files in the dialects they come in."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.quotes import note_merged_lines
from warmstart.errors import DatasetError
from warmstart.tables.cells import MISSING_WORDS
from warmstart.tables.frames import usable_names

_SAMPLE_LINES = 50
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))

# "None" is a level more often than a gap in a file; pandas would read it as a gap.
_GAPS = sorted(MISSING_WORDS - {"None"})

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", r"\s+": "blanks"}


def read_csv(path: Path, head: bytes, notes: Notes) -> pd.DataFrame:
    """Read a CSV file whose encoding, separator and header are to be found out.

    Parameters
    ----------
    path : Path
        May be compressed.
    head : bytes
        The first bytes of the text, from which the dialect is told.
    notes : Notes
        Receives whatever is not comma-separated UTF-8 with a header.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_columns)

    Raises
    ------
    DatasetError
        If the file is binary, or its lines do not make a table.
    """
    encoding = _encoding(path, head)
    text = head.decode(encoding, errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and not text.endswith("\n"):
        lines.pop()  # it may be cut
    lines = lines[:_SAMPLE_LINES]
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
    if len(separator) == 1 and (
        note := note_merged_lines(
            path, len(frame), separator=separator, encoding=encoding, skip_blanks=True
        )
    ):
        notes.say(note)
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
    if len(head) - len(head.translate(None, _CONTROL)) > 0.001 * len(head):
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
