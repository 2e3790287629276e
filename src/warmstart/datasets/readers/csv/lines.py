"""First lines of a CSV file as cells: separator, decimal marks, whether one names columns."""

from __future__ import annotations

import csv
import re
from itertools import pairwise

from warmstart.datasets.notes import Notes
from warmstart.tables.cells import MISSING_WORDS
from warmstart.tables.frames import usable_names
from warmstart.tables.written_numbers import marks_in, settled

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", r"\s+": "blanks"}


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


def names_of(rows: list[list[str]], notes: Notes) -> list[str] | None:
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


def decimal_of(rows: list[list[str]], separator: str) -> str:
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
