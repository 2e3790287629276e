"""Read data frames that R packages ship, without R and without running their code.

R packages keep their data either as ``.rda`` files or as one lazy-load database: an index
(``Rdata.rdx``) that says where in ``Rdata.rdb`` each object's compressed bytes lie. Both hold
R's serialization format, which the ``rdata`` package parses into plain values.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import rdata
import xarray as xr


def read_rda(content: bytes, name: str) -> pd.DataFrame:
    """Read one data frame out of an ``.rda`` or ``.RData`` file."""
    objects = _parse(content)
    if name not in objects:
        raise KeyError(f"no object {name!r} among {sorted(objects)}")
    return to_frame(objects[name], name)


def read_lazy_load(index: bytes, database: bytes, name: str) -> pd.DataFrame:
    """Read one data frame out of an ``Rdata.rdx`` and ``Rdata.rdb`` pair."""
    offset, length = lazy_load_index(index)[name]
    chunk = _decompress(database[offset : offset + length])
    return to_frame(_parse(chunk), name)


def lazy_load_index(index: bytes) -> dict[str, tuple[int, int]]:
    """Offset and length in the database of each object, by name."""
    entries = _parse(index)
    return {name: (int(at[0]), int(at[1])) for name, at in entries["variables"].items()}


def to_frame(value: Any, name: str) -> pd.DataFrame:
    """Turn an R data frame, matrix or vector into a plain pandas frame.

    Matrix-valued columns, as in spectroscopy data, become one column per matrix column; a
    vector becomes the one column `name`.
    """
    if isinstance(value, xr.DataArray):
        value = value.to_pandas()
    if isinstance(value, np.ndarray) and value.ndim == 2:
        value = pd.DataFrame(value)
    if isinstance(value, (np.ndarray, pd.Categorical)) and value.ndim == 1:
        value = pd.DataFrame({name: value})
    if isinstance(value, dict):
        columns: dict[str, Any] = {}
        for key, part in value.items():
            part = np.asarray(part)
            if part.ndim == 2:
                columns |= {f"{key}.{j + 1}": part[:, j] for j in range(part.shape[1])}
            else:
                columns[key] = part
        value = pd.DataFrame(columns)
    if not isinstance(value, pd.DataFrame):
        raise TypeError(f"not a data frame but a {type(value).__name__}")
    frame = value.reset_index(drop=True)
    frame.columns = pd.Index([str(column) for column in frame.columns])
    return frame


def _parse(content: bytes) -> Any:
    with warnings.catch_warnings():
        # Every lazy-load chunk lacks a file header, and most packages add classes to their
        # data frames that mean nothing here; rdata warns of each.
        warnings.simplefilter("ignore", UserWarning)
        return rdata.conversion.convert(
            rdata.parser.parse_data(content),
            constructor_dict=_CONSTRUCTORS,
            default_encoding="latin-1",
        )


def _as_is(value: Any, _attributes: Any) -> Any:
    return value


# Classes that rdata has no constructor for; their plain values are what is wanted.
_CONSTRUCTORS: dict[str | bytes, Callable[[Any, Mapping[str, Any]], Any]] = {
    **rdata.conversion.DEFAULT_CLASS_MAP,
    **dict.fromkeys(("ts", "Surv", "AsIs", "labelled", "Date", "table", "times"), _as_is),
}


def _decompress(chunk: bytes) -> bytes:
    """Undo R's lazy-load compression: a big-endian length, then a stream.

    A type letter stands before bzip2 ('2'), xz ('Z') and uncompressed ('0') streams only.
    """
    (length,) = struct.unpack(">I", chunk[:4])
    kind, rest = chunk[4:5], chunk[5:]
    if kind == b"2":
        content = bz2.decompress(rest)
    elif kind == b"Z":
        content = _decompress_lzma(rest)
    elif kind == b"0":
        content = rest
    else:
        content = zlib.decompress(chunk[4:])
    if len(content) != length:
        raise ValueError(f"lazy-load chunk has {len(content)} bytes, its header says {length}")
    return content


def _decompress_lzma(stream: bytes) -> bytes:
    # R writes raw LZMA2 without the .xz container.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(stream)
