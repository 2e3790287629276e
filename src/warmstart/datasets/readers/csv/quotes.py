"""Rows of a CSV file that an unclosed quote may have made of several lines.

A cell in quotes may hold line breaks. Where a quote is never closed, the cell goes on to the
next quote, and what should be rows is in it: no reader can tell, but it shows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from warmstart.datasets.readers.compressed import opened

_BREAK = re.compile(r"\r\n|\r|\n")
_CHUNK = 1 << 20


def merged_lines(
    lines: Iterable[str], separator: str = ",", *, skip_blanks: bool = False
) -> Iterator[tuple[int, int]]:
    r"""First and last line of each row in which a cell reads like lines of the table.

    It does where the pieces between its line breaks have as many separators as the end of
    one row, whole rows, and the beginning of another; text rarely does by chance.

    Parameters
    ----------
    lines : iterable of str
        With their line breaks.
    separator : str
    skip_blanks : bool
        Whether a quote may follow a separator after blanks.

    Examples
    --------
    >>> list(merged_lines(["id,note\n", '1,"two,\n', 'lines"\n', '2,"not closed\n', '3,a"\n']))
    [(4, 5)]
    """
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=skip_blanks)
    first, width = 1, 1
    try:
        for cells in reader:
            # Of a row that is open to the end of the file, cells are missing.
            width = max(width, len(cells))
            if reader.line_num > first and any(
                _like_rows(cell, place, width - 1, separator)
                for place, cell in enumerate(cells)
            ):
                yield first, reader.line_num
            first = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):  # longer than any cell should be
            yield first, reader.line_num


def _like_rows(cell: str, place: int, n_separators: int, separator: str) -> bool:
    """Whether a cell of a row could be what an open quote makes of several rows."""
    end, *middle = (piece.count(separator) for piece in _BREAK.split(cell))
    if not middle or not n_separators:
        return False
    *whole, beginning = middle
    return (
        end == n_separators - place
        and beginning == place
        and all(n == n_separators for n in whole)
    )


def note_merged_lines(
    path: Path,
    n_rows: int,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    skip_blanks: bool = False,
) -> str:
    """Say which lines of a CSV file may have been merged; empty text for none.

    Parameters
    ----------
    path : path
        May be compressed.
    n_rows : int
        Rows that were read of it; where there are as many lines, none are merged. 0 where
        it could not be read.
    separator, encoding, skip_blanks :
        How it was read.
    """
    if _n_lines(path) <= n_rows + 1:
        return ""
    with opened(path) as file:
        text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
        found = list(merged_lines(text, separator, skip_blanks=skip_blanks))
    if not found:
        return ""
    first, last = found[0]
    more = f" (as in {len(found) - 1:,} more)" if len(found) > 1 else ""
    return (
        f"Lines {first:,} to {last:,} are read as one row: a cell in quotes holds what looks "
        f"like other rows{more}. Is a quote not closed?"
    )


def _n_lines(path: Path) -> int:
    """Line breaks in a file; by carriage returns where it has those alone."""
    feeds = returns = 0
    with opened(path) as file:
        while chunk := file.read(_CHUNK):
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
    return max(feeds, returns)
