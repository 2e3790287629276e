"""ARFF files, the format of Weka and OpenML: dense and sparse, quoted, with nominal sets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.arff_columns import (
    QUOTED,
    Attribute,
    read_attribute,
    split_cells,
    typed_cells,
    unquoted,
)
from warmstart.errors import DatasetError

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_SPARSE_CELL = re.compile(rf"\s*(\d{{1,9}})\s+({QUOTED}|[^,}}\s][^,}}]*)\s*(?:,|$)")

_WEIGHT = re.compile(r"\s*,?\s*\{\s*[-+.\deE]+\s*\}\s*")
"""Weka's weight of a row or an attribute, at its end."""


def read_arff(raw: bytes, source: str, notes: Notes) -> pd.DataFrame:
    """Read an ARFF file.

    Parameters
    ----------
    raw : bytes
        All of it.
    source : str
        What messages call it.
    notes : Notes
        Receives the encoding, where it is not UTF-8, and undeclared levels.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_attributes)
        numeric and integer attributes as float64, nominal ones as categories in the
        declared order, dates as datetime64, strings as objects.

    Raises
    ------
    DatasetError
        If the header or a row breaks the grammar; the message names the line.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
        notes.say("The file is not UTF-8 and was read as Latin-1.")
    return parse_arff(text, source, notes)


def parse_arff(text: str, source: str, notes: Notes) -> pd.DataFrame:
    """:func:`read_arff` of text.

    Examples
    --------
    >>> text = '''@relation pets
    ... @attribute 'pet name' string
    ... @attribute legs numeric
    ... @attribute kind {dog, 'house cat'}
    ... @data
    ... Rex, 4, dog
    ... 'O\\\\'Malley', ?, 'house cat' '''
    >>> parse_arff(text, "pets", Notes())
       pet name  legs       kind
    0       Rex   4.0        dog
    1  O'Malley   NaN  house cat
    """
    attributes: list[Attribute] = []
    # Not str.splitlines, which takes U+2028 and others inside a cell for line breaks.
    lines = _LINE_BREAK.split(text)
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        word = stripped[:10].lower()
        if not stripped or stripped.startswith("%") or word.startswith("@relation"):
            continue
        if word.startswith("@attribute"):
            attributes.append(read_attribute(stripped, source, number))
        elif word.startswith("@data"):
            return _read_rows(lines, number, attributes, source, notes)
        else:
            raise DatasetError(
                f"{source}, line {number}: expected @attribute or @data, got {stripped[:40]!r}"
            )
    raise DatasetError(f"{source} has no @data line, so it is not a complete ARFF file")


def _read_rows(
    lines: list[str], start: int, attributes: list[Attribute], source: str, notes: Notes
) -> pd.DataFrame:
    if not attributes:
        raise DatasetError(f"{source} declares no attributes")
    rows = [
        (number, line)
        for number, line in enumerate(lines[start:], start=start + 1)
        if line and not line.isspace() and not line.lstrip().startswith("%")
    ]
    rows = _without_weights(rows, notes)
    if rows and rows[0][1].lstrip().startswith("{"):
        columns = _sparse_columns(rows, attributes, source)
    else:
        columns = _dense_columns(rows, attributes, source)
    typed = [
        typed_cells(values, attribute, source, notes)
        for values, attribute in zip(columns, attributes, strict=True)
    ]
    frame = pd.concat(typed, axis=1) if typed else pd.DataFrame()
    return frame.set_axis([attribute.name for attribute in attributes], axis=1)


def _without_weights(rows: list[tuple[int, str]], notes: Notes) -> list[tuple[int, str]]:
    """Rows without Weka's weights at their ends: ``1,2,{0.5}`` and ``{0 1}, {0.5}``."""
    kept, n_weights = [], 0
    for number, line in rows:
        brace = line.rfind("{") if line.rstrip().endswith("}") else -1
        at = line.rfind(",", 0, brace) if brace > 0 else -1
        if at > 0 and _WEIGHT.fullmatch(line, at):
            line, n_weights = line[:at], n_weights + 1
        kept.append((number, line))
    if n_weights:
        notes.say(
            f"The file's weights of rows ({n_weights:,}) were left out; fit the pipelines with "
            "sample weights where they matter."
        )
    return kept


def _dense_columns(
    rows: list[tuple[int, str]], attributes: list[Attribute], source: str
) -> list[Any]:
    n = len(attributes)
    text = "\n".join(line for _, line in rows)
    quoted = any(mark in text for mark in ("'", '"', "\\"))
    if not quoted and rows and all(line.count(",") == n - 1 for _, line in rows):
        # pandas' parser is some twenty times faster.
        frame = pd.read_csv(
            io.StringIO(text),
            header=None,
            names=list(range(n)),
            index_col=False,
            dtype=str,
            na_values=["?"],
            keep_default_na=False,
            skipinitialspace=True,
        )
        return [frame[i] for i in range(n)]
    table: list[list[str]] = []
    for number, line in rows:
        try:
            cells = split_cells(line.strip())
        except ValueError as error:
            raise DatasetError(f"{source}, line {number}: {error}") from error
        if len(cells) != n:
            raise DatasetError(
                f"{source}, line {number}: expected {n} cells, got {len(cells)} "
                f"in {line.strip()[:60]!r}"
            )
        table.append(cells)
    return [list(column) for column in zip(*table, strict=True)] or [[] for _ in attributes]


def _sparse_columns(
    rows: list[tuple[int, str]], attributes: list[Attribute], source: str
) -> list[Any]:
    # What a sparse row does not name is zero, or a nominal attribute's first level.
    absent = [a.levels[0] if a.levels else "0" for a in attributes]
    columns: list[list[str]] = [[value] * len(rows) for value in absent]
    for row, (number, line) in enumerate(rows):
        inside = line.strip()
        if not (inside.startswith("{") and inside.endswith("}")):
            raise DatasetError(f"{source}, line {number}: a sparse row ends with a brace")
        for index, cell in _sparse_cells(inside[1:-1], f"{source}, line {number}"):
            if index >= len(attributes):
                raise DatasetError(
                    f"{source}, line {number}: attribute {index} of {len(attributes)}"
                )
            columns[index][row] = cell
    return columns


def _sparse_cells(inside: str, place: str) -> Iterator[tuple[int, str]]:
    """Cells of a sparse row with the numbers of their attributes."""
    position, seen = 0, set[int]()
    while inside[position:].strip():
        match = _SPARSE_CELL.match(inside, position)
        if match is None:
            raise DatasetError(
                f"{place}: a sparse cell is an attribute's number and a value, got "
                f"{inside[position : position + 30].strip()!r}"
            )
        if int(match[1]) in seen:
            raise DatasetError(f"{place}: attribute {match[1]} has two values")
        seen.add(int(match[1]))
        yield int(match[1]), unquoted(match[2])
        position = match.end()
