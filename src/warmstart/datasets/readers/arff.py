"""ARFF files, the format of Weka and OpenML: dense and sparse, quoted, with nominal sets."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.errors import DatasetError

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
_CELL = re.compile(rf"\s*({_QUOTED}|[^,]*)\s*(?:,|$)")
_SPARSE_CELL = re.compile(rf"\s*(\d+)\s+({_QUOTED}|[^,}}]*)\s*(?:,|$)")
_ESCAPE = re.compile(r"\\(.)")

# Java's date patterns, longest first.
_JAVA = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%f",
}


@dataclass(frozen=True)
class Attribute:
    """One column as the header declares it."""

    name: str
    type: Literal["numeric", "nominal", "string", "date"]
    levels: tuple[str, ...] = ()
    """Of a nominal attribute, in the declared order."""

    date_format: str = ""
    """strptime pattern of a date; empty for ISO 8601."""


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
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        word = stripped[:10].lower()
        if not stripped or stripped.startswith("%") or word.startswith("@relation"):
            continue
        if word.startswith("@attribute"):
            attributes.append(_attribute(stripped, source, number))
        elif word.startswith("@data"):
            return _read_rows(lines, number, attributes, source, notes)
        else:
            raise DatasetError(
                f"{source}, line {number}: expected @attribute or @data, got {stripped[:40]!r}"
            )
    raise DatasetError(f"{source} has no @data line, so it is not a complete ARFF file")


def _attribute(line: str, source: str, number: int) -> Attribute:
    match = _ATTRIBUTE.fullmatch(line)
    if match is None:
        raise DatasetError(f"{source}, line {number}: cannot read {line[:60]!r}")
    name, declared = _unquote(match[1]), match[2].strip()
    if declared.startswith("{"):
        inside = declared[1 : declared.rfind("}")] if "}" in declared else declared[1:]
        return Attribute(name, "nominal", tuple(_cells(inside)))
    word, _, rest = declared.partition(" ")
    if word.lower() in ("numeric", "real", "integer"):
        return Attribute(name, "numeric")
    if word.lower() == "string":
        return Attribute(name, "string")
    if word.lower() == "date":
        return Attribute(name, "date", date_format=_strptime(_unquote(rest)))
    raise DatasetError(
        f"{source}, line {number}: attribute {name!r} is of type {word!r}; "
        "numeric, nominal, string and date can be read"
    )


def _strptime(java: str) -> str:
    pattern = re.sub(r"'(.*?)'", r"\1", java)
    for token, directive in _JAVA.items():
        pattern = pattern.replace(token, directive)
    # What is left of letters are tokens not known here; cells then speak for themselves.
    return "" if re.search(r"(?<!%)[A-SU-Za-z]", pattern) else pattern


def _unquote(cell: str) -> str:
    cell = cell.strip()
    if len(cell) >= 2 and cell[0] in "'\"" and cell[-1] == cell[0]:
        cell = cell[1:-1]
    return _ESCAPE.sub(r"\1", cell) if "\\" in cell else cell


def _cells(line: str) -> list[str]:
    found, position = [], 0
    while position <= len(line):
        match = _CELL.match(line, position)
        if match is None:
            raise ValueError(f"cannot read {line[position : position + 30]!r}")
        found.append(_unquote(match[1]))
        if not match[0].endswith(","):
            break
        position = match.end()
    return found


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
    if rows and rows[0][1].lstrip().startswith("{"):
        columns = _sparse_columns(rows, attributes, source)
    else:
        columns = _dense_columns(rows, attributes, source)
    typed = [
        _typed(values, attribute, source, notes)
        for values, attribute in zip(columns, attributes, strict=True)
    ]
    frame = pd.concat(typed, axis=1) if typed else pd.DataFrame()
    return frame.set_axis([attribute.name for attribute in attributes], axis=1)


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
            cells = _cells(line.strip())
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
        for match in _SPARSE_CELL.finditer(inside[1:-1]):
            index = int(match[1])
            if index >= len(attributes):
                raise DatasetError(
                    f"{source}, line {number}: attribute {index} of {len(attributes)}"
                )
            columns[index][row] = _unquote(match[2])
    return columns


def _typed(values: Any, attribute: Attribute, source: str, notes: Notes) -> pd.Series[Any]:
    cells = pd.Series(values, dtype=object)
    # Trailing blanks are no part of a cell; leading ones are gone already.
    cells = cells.str.strip() if len(cells) else cells
    cells = cells.where(cells.notna() & (cells != "?"), None)
    if attribute.type == "numeric":
        numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        bad = numbers.isna() & cells.notna() & (cells.astype(str).str.lower() != "nan")
        if bad.any():
            raise DatasetError(
                f"{source}: attribute {attribute.name!r} is numeric, "
                f"but a row holds {cells[bad].iloc[0]!r}"
            )
        return numbers
    if attribute.type == "date":
        return pd.to_datetime(cells, format=attribute.date_format or "ISO8601", errors="coerce")
    if attribute.type == "string":
        return cells
    levels = list(dict.fromkeys(attribute.levels))
    undeclared = [level for level in cells.dropna().unique() if level not in set(levels)]
    if undeclared:
        detail = f"{undeclared[0]!r}"
        notes.column(attribute.name, "Nominal values the ARFF header does not declare", detail)
    categories = pd.Categorical(
        cells, categories=np.array([*levels, *undeclared], dtype=object)
    )
    return pd.Series(categories)
