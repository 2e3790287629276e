"""Read data frames that R packages ship, without R and without running their code.

R packages keep their data either as ``.rda`` files or as one lazy-load database: an index
(``Rdata.rdx``) that says where in ``Rdata.rdb`` each object's compressed bytes lie. Both hold
R's serialization format, which the ``rdata`` package parses into plain values.
"""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import zlib
from typing import Any

import numpy as np
import pandas as pd
import rdata
import xarray as xr


def read_rda(content: bytes, name: str) -> pd.DataFrame:
    """Read one data frame out of an ``.rda`` or ``.RData`` file."""
    objects = _convert(rdata.parser.parse_data(content))
    if name not in objects:
        raise KeyError(f"no object {name!r} among {sorted(objects)}")
    return to_frame(objects[name], name)


def read_lazy_load(index: bytes, database: bytes, name: str) -> pd.DataFrame:
    """Read one data frame out of an ``Rdata.rdx`` and ``Rdata.rdb`` pair."""
    offset, length = lazy_load_index(index)[name]
    chunk = _decompress(database[offset : offset + length])
    return to_frame(_convert(rdata.parser.parse_data(chunk)), name)


def lazy_load_index(index: bytes) -> dict[str, tuple[int, int]]:
    """Offset and length in the database of each object, by name."""
    entries = _convert(rdata.parser.parse_data(index))
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


def _convert(parsed: Any) -> Any:
    return rdata.conversion.convert(
        parsed, constructor_dict=_CONSTRUCTORS, default_encoding="latin-1"
    )


def _data_frame(value: Any, attributes: Any) -> Any:
    """Keep the columns of a data frame as they are, matrices and unknown classes included."""
    names = attributes.get("names") if attributes else None
    if isinstance(value, dict):
        return dict(value)
    return dict(zip(names if names is not None else range(len(value)), value, strict=True))


def _factor(value: Any, attributes: Any) -> pd.Categorical:
    # R counts levels from 1 and marks a missing value by its smallest integer.
    codes = np.ma.filled(np.ma.asarray(value).astype(float), np.nan)
    codes = np.where(np.isfinite(codes) & (codes > 0), codes - 1, -1).astype(int)
    return pd.Categorical.from_codes(codes, [str(level) for level in attributes["levels"]])


def _as_is(value: Any, attributes: Any) -> Any:
    return value


_CONSTRUCTORS = {
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
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(stream)
    except lzma.LZMAError:
        return lzma.decompress(io.BytesIO(stream).getvalue())
