"""What a CSV file is like, told from its first lines."""

from __future__ import annotations

import codecs
import csv
import re
from dataclasses import dataclass
from itertools import pairwise

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.data_file import DataFile, shown
from warmstart.errors import DatasetError
from warmstart.tables.cells import MISSING_WORDS
from warmstart.tables.frames import usable_names
from warmstart.tables.written_numbers import marks_in, settled

_SAMPLE_LINES = 50
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_COMMENT_MARKS = "#%|"
_EXCEL_LINE = re.compile(r'"?sep=(.|\\t)"?', re.IGNORECASE)

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", r"\s+": "blanks"}


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
    n_skipped, told = _excel_line(lines, notes)
    separator = file.separator or told
    lines = lines[n_skipped:]
    if file.comment:
        lines = [line.partition(file.comment)[0] for line in lines]
    n_comments, lines = _without_comments(lines, separator, notes)
    lines = [line for line in lines if line.strip()][:_SAMPLE_LINES]
    if separator is None:
        separator = sniff_separator(lines) if lines else ","
    separator = r"\s+" if separator == " " else separator
    if separator != "," and separator != told:
        named = _SEPARATORS.get(separator, repr(separator))
        notes.say(f"The file separates its cells by {named}.")
    rows = split_rows(lines, separator)
    header = file.header
    if header is None:
        header = has_header(rows, target)
        if rows and not header:
            notes.say("The file has no header; its columns are called 0, 1, 2, …")
    decimal = file.decimal or _decimal_of(rows, separator)
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
        names=_names(rows, notes) if header else None,
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


def sniff_separator(lines: list[str]) -> str:
    r"""What separates the cells of a few lines.

    Examples
    --------
    >>> sniff_separator(["a;b", "1,5;2", "2,5;3"]), sniff_separator(["a b", "1 2"])
    (';', '\\s+')
    """
    best, best_score = ",", 0.0
    for separator in (",", ";", "\t", "|"):
        counts = [len(row) for row in split_rows(lines, separator)]
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


def split_rows(lines: list[str], separator: str) -> list[list[str]]:
    """Cells of a few lines, without blanks around them."""
    if separator == r"\s+":
        return [line.split() for line in lines]
    try:
        return [
            [cell.strip() for cell in row]
            for row in csv.reader(lines, delimiter=separator, skipinitialspace=True)
        ]
    except csv.Error:
        return []


def has_header(rows: list[list[str]], target: object = None) -> bool:
    """Whether the first of a few rows names the columns.

    It does if it has the name that is asked for, or a word above nothing but numbers. Else
    it does not if it holds numbers, other than names that count (2019, 2020, …), or if each
    of its cells is met again below it.

    Examples
    --------
    >>> has_header([["5.1", "setosa"], ["4.9", "setosa"]])
    False
    >>> has_header([["region", "2019", "2020"], ["north", "3", "4"]])
    True
    >>> has_header([["a", "0", "y"], ["1", "2", "p"], ["3", "4", "q"]])
    True
    """
    if not rows:
        return True
    if isinstance(target, str) and target.strip() in rows[0] and not _NUMBER.fullmatch(target):
        return True
    numbers = [float(cell) for cell in rows[0] if _NUMBER.fullmatch(cell)]
    if numbers:
        counting = all(b - a == 1 for a, b in pairwise(numbers))
        if counting and (len(numbers) > 1 or 1900 <= numbers[0] <= 2100):
            return True
        return len(rows) > 2 and any(
            _names_numbers(cell, [row[i] for row in rows[1:] if i < len(row)])
            for i, cell in enumerate(rows[0])
        )
    if len(rows) < 6:
        return True
    below = [set(column) for column in zip(*rows[1:], strict=False)]
    return not all(cell in cells for cell, cells in zip(rows[0], below, strict=False))


def _names_numbers(cell: str, below: list[str]) -> bool:
    """Whether a word stands above numbers alone, and so is their name."""
    if cell in MISSING_WORDS or _NUMBER.fullmatch(cell) or not cell[:1].isalpha():
        return False
    known = [one for one in below if one not in MISSING_WORDS]
    return len(known) > 1 and all(map(_NUMBER.fullmatch, known))


def _names(rows: list[list[str]], notes: Notes) -> list[str] | None:
    """Names for a file whose rows are one cell longer than its header, or that marks it."""
    if not rows:
        return None
    first = rows[0][0].lstrip("#% ") if rows[0] and rows[0][0][:1] in ("#", "%") else ""
    names = [first or rows[0][0], *rows[0][1:]] if rows[0] else []
    if len(rows) > 1 and all(len(row) == len(names) + 1 for row in rows[1:]):
        if any(row[-1] for row in rows[1:]):
            # R writes tables so: the first cell names the row. pandas reads it as the index.
            notes.say(
                "The first cell of each line has no column name and was taken for a row name."
            )
            return None
        # Every line ends with a separator.
        names = [*names, f"Unnamed: {len(names)}"]
    elif not first:
        return None
    return [str(name) for name in usable_names(names) or names]


def _decimal_of(rows: list[list[str]], separator: str) -> str:
    """The decimal mark of the cells below the first row."""
    if separator == ",":
        return "."  # cells in quotes speak for themselves, column by column
    marks = {i: marks_in(column) for i, column in enumerate(zip(*rows[1:], strict=False))}
    if any(settled(marks).values()):
        # Where both occur no reader can be told one; the columns decide for themselves.
        return "," if not any(one.n_point for one in marks.values()) else "."
    # Who separates cells by semicolons does so because commas are taken.
    unclear = any("," in one.unclear for one in marks.values())
    points = any(one.n_point or "." in one.unclear for one in marks.values())
    return "," if separator == ";" and unclear and not points else "."
