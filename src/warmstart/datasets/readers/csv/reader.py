"""CSV files in the dialects they come in."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.compressed import PACKED_SUFFIXES
from warmstart.datasets.readers.csv.dialect import Dialect, sniff
from warmstart.datasets.readers.csv.quotes import note_merged_lines
from warmstart.datasets.readers.data_file import DataFile, shown
from warmstart.errors import DatasetError
from warmstart.tables.cells import MISSING_WORDS, numbers, words
from warmstart.tables.written_numbers import numbers_in

# "None" is a level more often than a gap in a file; pandas would read it as a gap.
_GAPS = sorted(MISSING_WORDS - {"None"})

_LEADING_ZERO = re.compile(rb"(?:^|[\s,;|\"])0\d+(?=[\s,;|\"]|$)")
_CHUNK = 1 << 20


def read_csv(file: DataFile, head: bytes, notes: Notes, target: object = None) -> pd.DataFrame:
    """Read a CSV file whose encoding, separator and header are to be found out.

    Parameters
    ----------
    file : DataFile
        May be compressed.
    head : bytes
        The first bytes of the text, from which the dialect is told.
    notes : Notes
        Receives whatever is not comma-separated UTF-8 with a header.
    target : str, optional
        The column that is asked for.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_columns)
        Codes with leading zeros are words, as in a frame.

    Raises
    ------
    DatasetError
        If the file is binary, or its lines do not make a table.
    """
    path = Path(file.path)
    dialect = sniff(file, head, notes, target)
    encoding, frame = _decoded(file, dialect, notes)
    if n_comments := _n_comments_after(frame, dialect):
        rows = "1 comment line" if n_comments == 1 else f"{n_comments} comment lines"
        notes.say(f"{rows} after the table left out.")
        frame = _parsed(file, dialect, encoding, nrows=len(frame) - n_comments)
    if len(dialect.separator) == 1 and (
        note := note_merged_lines(
            path,
            len(frame) + dialect.n_skipped + n_comments,
            separator=dialect.separator,
            encoding=encoding,
            skip_blanks=True,
        )
    ):
        notes.say(note)
    for name in dialect.repeated:
        notes.column(name, "Duplicate column names made unique (a, a.1, …)")
    _restore_codes(frame, file, dialect, encoding)
    if dialect.decimal == ",":
        _read_points_as_thousands(frame)
    # Row names were told of; they are no index that anybody chose.
    return frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index(drop=True)


def _decoded(file: DataFile, dialect: Dialect, notes: Notes) -> tuple[str, pd.DataFrame]:
    """The table, and the encoding in which it could be read."""
    path = shown(file.path)
    try:
        try:
            return dialect.encoding, _parsed(file, dialect, dialect.encoding)
        except UnicodeDecodeError as error:
            if file.encoding is not None:
                raise DatasetError(f"{path} is not {file.encoding}: {error}") from error
            notes.say("The file is not UTF-8 and was read as Latin-1 (Windows-1252).")
            try:
                return "cp1252", _parsed(file, dialect, "cp1252")
            except UnicodeDecodeError:
                return "latin-1", _parsed(file, dialect, "latin-1")
    except DatasetError:
        raise
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


def _parsed(file: DataFile, dialect: Dialect, encoding: str, **more: Any) -> pd.DataFrame:
    with _from_the_table_on(file, dialect, encoding) as source:
        frame: pd.DataFrame = pd.read_csv(
            source,
            sep=dialect.separator,
            header=0 if dialect.header else None,
            names=dialect.names,
            decimal=dialect.decimal,
            comment=dialect.comment,
            encoding=encoding,
            na_values=_GAPS,
            keep_default_na=False,
            skipinitialspace=True,
            low_memory=False,
            **more,
        )
    return frame


@contextmanager
def _from_the_table_on(file: DataFile, dialect: Dialect, encoding: str) -> Iterator[Any]:
    """What pandas is to read: the path, or the text behind the lines before the table."""
    path = Path(file.path)
    packed = path.suffix.lower() in PACKED_SUFFIXES
    if not dialect.n_skipped and not packed:
        yield path
        return
    with file.opened() as raw:
        if not dialect.n_skipped:
            yield raw
            return
        # pandas' own skiprows would look for quotes in the lines it skips.
        text = io.TextIOWrapper(raw, encoding, newline="")
        for _ in range(dialect.n_skipped):
            _skip_line(text)
        yield text
        text.detach()


def _skip_line(text: io.TextIOWrapper) -> None:
    while (character := text.read(1)) not in ("", "\n"):
        if character == "\r":
            return


def _n_comments_after(frame: pd.DataFrame, dialect: Dialect) -> int:
    """Rows at the end that are a bar or a hash and words, as in ``|1x3 Cross validator``."""
    if frame.shape[1] < 2 or not len(frame):
        return 0
    n = 0
    while n < len(frame):
        first, *rest = frame.iloc[-1 - n].tolist()
        marked = isinstance(first, str) and first[:1] in ("|", "#")
        if not marked or not all(pd.isna(cell) for cell in rest):
            break
        n += 1
    return n if n < len(frame) and dialect.separator != "|" else 0


def _restore_codes(
    frame: pd.DataFrame, file: DataFile, dialect: Dialect, encoding: str
) -> None:
    """Words in place of numbers where the file has leading zeros: 01067 is a code."""
    kinds = [dtype.kind for dtype in frame.dtypes if hasattr(dtype, "kind")]
    if not set(kinds) & set("if") or not _has_leading_zeros(file, encoding):
        return
    places = [i for i, dtype in enumerate(frame.dtypes) if dtype.kind in "if"]
    whole = [i for i in places if not (frame.iloc[:, i] % 1 > 0).any()]
    if not whole:
        return
    again = _parsed(file, dialect, encoding, dtype=str, nrows=len(frame))
    for i in whole:
        cells = again.iloc[:, i]
        found = words(cells)[1]
        if any(re.fullmatch(r"0\d+", word) for word in found):
            frame.isetitem(i, cells.array)


def _has_leading_zeros(file: DataFile, encoding: str) -> bool:
    if encoding == "utf-16":
        return True  # every other byte is zero: look at the cells
    try:
        if "0".encode(encoding) != b"0" or codecs.lookup(encoding).name.startswith("utf-32"):
            return True
    except (LookupError, UnicodeEncodeError):
        return True
    tail = b""
    with file.opened() as raw:
        while chunk := raw.read(_CHUNK):
            if _LEADING_ZERO.search(tail + chunk):
                return True
            tail = chunk[-64:]
    return False


def _read_points_as_thousands(frame: pd.DataFrame) -> None:
    """In a file of decimal commas 1.250 is more than a thousand."""
    for i, dtype in enumerate(frame.dtypes):
        if pd.api.types.is_numeric_dtype(dtype):
            continue
        codes, found = words(frame.iloc[:, i])
        if len(found) and (codes >= 0).any():
            read = numbers_in(found, comma=True)
            if not pd.isna(read).any() and not any(
                re.fullmatch(r"0\d+", word) for word in found
            ):
                frame.isetitem(i, numbers(frame.iloc[:, i], comma=True))
