"""Columns of an ARFF file: how its header declares them, and cells of their types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal

import numpy as np
import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.errors import DatasetError

QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_ATTRIBUTE = re.compile(rf"@attribute\s+({QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
_CELL = re.compile(rf"\s*({QUOTED}|[^,]*)\s*(?:,|$)")
# Weka writes line breaks and the like so; any other character stands for itself.
_WRITTEN = {"n": "\n", "r": "\r", "t": "\t", "u001E": "\x1e"}
_ESCAPE = re.compile(r"\\(u001E|.)", re.DOTALL)

# The letters of Java's date patterns; strptime reads one digit where two may be.
_JAVA = {
    **{"y": "%Y", "yy": "%y", "yyy": "%Y", "yyyy": "%Y", "u": "%Y", "uuuu": "%Y"},
    **{"M": "%m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "d": "%d", "dd": "%d"},
    **{"H": "%H", "HH": "%H", "h": "%I", "hh": "%I", "m": "%M", "mm": "%M"},
    **{"s": "%S", "ss": "%S", "S": "%f", "SS": "%f", "SSS": "%f", "a": "%p"},
    **{"E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A", "D": "%j", "DDD": "%j"},
    **{"Z": "%z", "X": "%z", "XX": "%z", "XXX": "%z", "z": "%Z"},
}
_JAVA_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|.", re.DOTALL)


@dataclass(frozen=True)
class Attribute:
    """One column as the header declares it."""

    name: str
    type: Literal["numeric", "nominal", "string", "date"]
    levels: tuple[str, ...] = ()
    """Of a nominal attribute, in the declared order."""

    date_format: str = ""
    """strptime pattern of a date; empty for ISO 8601."""

    date_written: str = ""
    """The same as the header has it."""


def read_attribute(line: str, source: str, number: int) -> Attribute:
    """One ``@attribute`` line.

    Raises
    ------
    DatasetError
        If it breaks the grammar or is of a type that cannot be read.
    """
    match = _ATTRIBUTE.fullmatch(line)
    if match is None:
        raise DatasetError(f"{source}, line {number}: cannot read {line[:60]!r}")
    name, declared = unquoted(match[1]), match[2].strip()
    if not declared.startswith("{") and (weight := re.search(r"\{[^{}]*\}$", declared)):
        declared = declared[: weight.start()].strip()  # no pipeline weighs columns
    if declared.startswith("{"):
        inside = declared[1 : declared.rfind("}")] if "}" in declared else declared[1:]
        return Attribute(name, "nominal", tuple(split_cells(inside)))
    word, _, rest = declared.partition(" ")
    if word.lower() in ("numeric", "real", "integer"):
        return Attribute(name, "numeric")
    if word.lower() == "string":
        return Attribute(name, "string")
    if word.lower() == "date":
        written = unquoted(rest)
        return Attribute(name, "date", date_format=strptime_of(written), date_written=written)
    raise DatasetError(
        f"{source}, line {number}: attribute {name!r} is of type {word!r}; "
        "numeric, nominal, string and date can be read"
    )


def strptime_of(java: str) -> str:
    """A Java pattern as strptime's; empty, so that cells speak for themselves, where unknown.

    Examples
    --------
    >>> strptime_of("yyyy-MM-dd'T'HH:mm:ss"), strptime_of("d MMM yy"), strptime_of("w")
    ('%Y-%m-%dT%H:%M:%S', '%d %b %y', '')
    """
    parts = []
    for token in _JAVA_TOKEN.finditer(java):
        if token[2] is None:
            literal = token[0] if token[1] is None else token[1] or "'"
            parts.append(literal.replace("%", "%%"))
        elif token[0] in _JAVA:
            parts.append(_JAVA[token[0]])
        else:
            return ""
    return "".join(parts)


def unquoted(cell: str) -> str:
    """A cell without its quotes and escapes."""
    cell = cell.strip()
    if len(cell) >= 2 and cell[0] in "'\"" and cell[-1] == cell[0]:
        cell = cell[1:-1]
    if "\\" not in cell:
        return cell
    return _ESCAPE.sub(lambda found: _WRITTEN.get(found[1], found[1]), cell)


def split_cells(line: str) -> list[str]:
    """Cells of a dense row, or levels of a nominal attribute.

    Raises
    ------
    ValueError
        Where neither a cell nor a comma is.
    """
    found, position = [], 0
    while position <= len(line):
        match = _CELL.match(line, position)
        if match is None:
            raise ValueError(f"cannot read {line[position : position + 30]!r}")
        found.append(unquoted(match[1]))
        if not match[0].endswith(","):
            break
        position = match.end()
    return found


def typed_cells(values: Any, attribute: Attribute, source: str, notes: Notes) -> pd.Series[Any]:
    """Cells of one attribute, shape (n_rows,), in the type it is declared with.

    Raises
    ------
    DatasetError
        If a number or a date is none; the message holds it.
    """
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
        return _dates(cells, attribute, source)
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


def _dates(cells: pd.Series[Any], attribute: Attribute, source: str) -> pd.Series[Any]:
    read: pd.Series[Any] = pd.to_datetime(
        cells, format=attribute.date_format or "ISO8601", errors="coerce", utc=True
    )
    read = read.dt.as_unit("us")
    bad = read.isna() & cells.notna()
    if bad.any() and attribute.date_format:
        # pandas before 3 reads no year before 1678 or after 2261 by a format.
        read = read.fillna(_far_dates(cells[bad], attribute.date_format))
        bad = read.isna() & cells.notna()
    if bad.any():
        form = f"of the format {attribute.date_written!r}" if attribute.date_written else "ISO"
        raise DatasetError(
            f"{source}: attribute {attribute.name!r} is a date {form}, "
            f"but a row holds {cells[bad].iloc[0]!r}"
        )
    plain: pd.Series[Any] = read.dt.tz_localize(None)
    return plain


def _far_dates(cells: pd.Series[Any], form: str) -> pd.Series[Any]:
    found: list[datetime | None] = []
    for cell in cells:
        try:
            read = datetime.strptime(str(cell), form)
        except ValueError:
            found.append(None)
            continue
        zoned = read if read.tzinfo is None else read.astimezone(timezone.utc)
        found.append(zoned.replace(tzinfo=None))
    times = pd.Series(np.array(found, "datetime64[us]"), index=cells.index)
    utc: pd.Series[Any] = times.dt.tz_localize("UTC")
    return utc
