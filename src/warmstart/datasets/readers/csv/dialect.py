"""What a CSV file is like, told from its first lines."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.csv.lines import (
    SEPARATORS,
    decimal_of,
    has_header,
    names_of,
    sniff_separator,
    split_rows,
)
from warmstart.datasets.readers.data_file import DataFile, shown
from warmstart.errors import DatasetError

_SAMPLE_LINES = 50
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_COMMENT_MARKS = "#%|"
_EXCEL_LINE = re.compile(r'"?sep=(.|\\t)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a CSV file is written."""

    encoding: str
    separator: str
    header: bool
    decimal: str

    names: list[str] | None = None
    """Names where the header is shorter than the rows, or stands in a comment."""

    n_skipped: int = 0
    """Lines before the table."""

    comment: str | None = None
    repeated: tuple[str, ...] = ()
    """Names the header has more than once."""


def sniff(file: DataFile, head: bytes, notes: Notes, target: object = None) -> Dialect:
    """Find out encoding, separator, header and decimal mark of a CSV file.

    Parameters
    ----------
    file : DataFile
        What it says is not asked of the content.
    head : bytes
        The first bytes of the text.
    notes : Notes
        Receives whatever is not comma-separated UTF-8 with a header.
    target : str, optional
        Name of a column that is asked for: the first line is a header if it has it.

    Raises
    ------
    DatasetError
        If the file is binary.
    """
    encoding = file.encoding or _encoding(file, head)
    lines = _LINE_BREAK.split(_text_of(head, encoding))
    if len(lines) > 1:
        lines.pop()  # empty, or it may be cut
    n_skipped, stated = _excel_line(lines, notes)
    separator = file.separator or stated
    lines = lines[n_skipped:]
    if file.comment:
        lines = [line.partition(file.comment)[0] for line in lines]
    n_comments, lines = _without_comments(lines, separator, notes)
    lines = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    if separator is None:
        separator = sniff_separator(lines) if lines else ","
    separator = r"\s+" if separator == " " else separator
    if separator != "," and separator != stated:
        named = SEPARATORS.get(separator, repr(separator))
        notes.say(f"The file separates its cells by {named}.")
    rows = split_rows(lines, separator)
    header = file.header
    if header is None:
        header = has_header(rows, target)
        if rows and not header:
            notes.say("The file has no header; its columns are called 0, 1, 2, …")
    decimal = file.decimal or decimal_of(rows, separator)
    if decimal == ",":
        notes.say("Decimal commas were read as such.")
    repeated: set[str] = set()
    if rows and header:
        repeated = {name for name in rows[0] if name and rows[0].count(name) > 1}
    return Dialect(
        encoding=encoding,
        separator=separator,
        header=header,
        decimal=decimal,
        names=names_of(rows, notes) if header else None,
        n_skipped=n_skipped + n_comments,
        comment=file.comment,
        repeated=tuple(sorted(repeated)),
    )


def _encoding(file: DataFile, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    path = shown(file.path)
    if head.startswith(b"PK\x03\x04"):
        raise DatasetError(f"{path} is a zip or Excel file; save the sheet as CSV")
    if len(head) - len(head.translate(None, _CONTROL)) > 0.001 * len(head):
        raise DatasetError(
            f"{path} is binary, not text; CSV, Parquet and ARFF files can be read"
        )
    return "utf-8-sig"


def _text_of(head: bytes, encoding: str) -> str:
    text = head.decode(encoding, errors="replace")
    return text if text.endswith(("\n", "\r")) else f"{text}\n" if len(head) < 65_536 else text


def _excel_line(lines: list[str], notes: Notes) -> tuple[int, str | None]:
    """Whether the first line is Excel's "sep=;", and what it says."""
    found = _EXCEL_LINE.fullmatch(lines[0].strip(" ")) if lines else None
    if found is None:
        return 0, None
    separator = "\t" if found[1] == "\\t" else found[1]
    notes.say(f"The file says in its first line that {separator!r} separates its cells.")
    return 1, separator


def _without_comments(
    lines: list[str], separator: str | None, notes: Notes
) -> tuple[int, list[str]]:
    """How many lines before the table are comments, and the lines of the table.

    A line with as many cells as those below it is a header, whatever mark it begins with.
    """
    n = 0
    while n < len(lines) and _is_comment(lines[n], separator):
        n += 1
    if n == 0 or n == len(lines):
        return 0, lines
    below = [line for line in lines[n:] if line.strip()][:_SAMPLE_LINES]
    rest = separator or sniff_separator(below)
    if rest == "|" and separator is None and lines[0].startswith("|"):
        return 0, lines  # a table whose lines begin with a separator
    rest = r"\s+" if rest == " " else rest
    widths = [len(row) for row in split_rows([lines[n - 1], *below[:1]], rest)]
    if len(widths) == 2 and widths[0] == widths[1] > 1:
        n -= 1
    while n > 0 and not lines[n - 1].strip():
        n -= 1
    if n:
        lines_were = "1 comment line" if n == 1 else f"{n} comment lines"
        notes.say(f"{lines_were} before the table left out.")
    return n, lines[n:]


def _is_comment(line: str, separator: str | None) -> bool:
    mark = line.lstrip(" ")[:1]
    return mark == "" or (mark in _COMMENT_MARKS and mark != separator)
