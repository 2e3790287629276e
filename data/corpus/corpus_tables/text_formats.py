"""Read tables kept as text: KEEL, ARFF, Orange, separated values and Stata files."""

from __future__ import annotations

import csv
import io
import re
from typing import Literal

import pandas as pd


def read_keel(content: bytes) -> pd.DataFrame:
    """Read a KEEL ``.dat`` file, with or without its ``@attribute`` header.

    Attributes without a name become ``x1``, ``x2``, ...; the last column is the ``class``.
    """
    lines = content.decode("latin-1").splitlines()
    header = [line for line in lines if line.lstrip().startswith("@")]
    rows = [line for line in lines if line.strip() and not line.lstrip().startswith("@")]
    frame = pd.read_csv(
        io.StringIO("\n".join(rows)), header=None, dtype=str, skipinitialspace=True
    )
    names = [_arff_attribute(line) for line in header if re.match(r"\s*@attribute", line, re.I)]
    if len(names) != frame.shape[1]:
        names = [f"x{i + 1}" for i in range(frame.shape[1])]
    frame.columns = pd.Index([*names[:-1], "class"])
    return frame


def read_arff(content: bytes) -> pd.DataFrame:
    """Read a dense ARFF file; every value stays text, ``?`` included."""
    names: list[str] = []
    lines = iter(content.decode("latin-1").splitlines())
    for line in lines:
        if re.match(r"\s*@attribute", line, re.I):
            names.append(_arff_attribute(line))
        elif re.match(r"\s*@data", line, re.I):
            break
    rows = (line for line in lines if line.strip() and not line.startswith("%"))
    values = csv.reader(rows, quotechar="'", skipinitialspace=True)
    return pd.DataFrame(list(values), columns=pd.Index(names), dtype=object)


def _arff_attribute(line: str) -> str:
    match = re.match(r"\s*@attribute\s+('[^']*'|\"[^\"]*\"|[^\s{]+)", line, re.I)
    if match is None:
        raise ValueError(f"not an attribute declaration: {line!r}")
    return match[1].strip("'\"")


def read_orange(content: bytes) -> pd.DataFrame:
    """Read an Orange ``.tab`` file, whose second and third lines say types and roles.

    Columns with the role ``meta`` describe a row and are left out.
    """
    rows = list(csv.reader(io.StringIO(content.decode("utf-8")), delimiter="\t"))
    names, _types, roles = (_padded(row, len(rows[0])) for row in rows[:3])
    body = [_padded(row, len(names)) for row in rows[3:] if any(row)]
    frame = pd.DataFrame(body, columns=pd.Index(names), dtype=object)
    return frame.loc[:, ["meta" not in role for role in roles]]


def _padded(row: list[str], length: int) -> list[str]:
    return (row + [""] * length)[:length]


def read_csv(
    content: bytes, compression: Literal["gzip", "bz2", "zip"] | None = None
) -> pd.DataFrame:
    """Read comma-separated values with a header; an unnamed first column is a row label."""
    frame = pd.read_csv(
        io.BytesIO(content), compression=compression, low_memory=False, skipinitialspace=True
    )
    frame.columns = pd.Index([str(name).strip() for name in frame.columns])
    return frame.loc[:, [not name.startswith("Unnamed: 0") for name in frame.columns]]


def read_headerless_csv(content: bytes) -> pd.DataFrame:
    """Read comma-separated values without a header; columns become ``x1``, ``x2``, ..."""
    frame = pd.read_csv(io.BytesIO(content), header=None, dtype=str, skipinitialspace=True)
    frame.columns = pd.Index([f"x{i + 1}" for i in range(frame.shape[1])])
    return frame


def read_whitespace(content: bytes, header: bool = True) -> pd.DataFrame:
    """Read columns parted by runs of blanks, tabs or a semicolon."""
    text = content.decode("latin-1")
    rows = [re.split(r"[\s;]+", line.strip()) for line in text.splitlines() if line.strip()]
    if header:
        names, rows = [name.strip('"') for name in rows[0]], rows[1:]
    else:
        names = [f"x{i + 1}" for i in range(len(rows[0]))]
    # R writes one name fewer than columns when the rows carry labels.
    labelled = all(len(row) == len(names) + 1 for row in rows)
    body = [[value.strip('"') for value in row[labelled:]] for row in rows]
    return pd.DataFrame(body, columns=pd.Index(names), dtype=object)


def read_stata(content: bytes) -> pd.DataFrame:
    """Read a Stata ``.dta`` file, with value labels as categories."""
    return pd.read_stata(io.BytesIO(content))
