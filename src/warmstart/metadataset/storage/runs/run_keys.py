"""Which runs are the same run: a 64-bit key for every row of evaluations.

A row is known by its source, the source's own id of the run, task, configuration, metric
and budget. A row whose source gave no id is known by all it says, and by how many rows
that say the same came before it: importing it again finds it, repeating a run does not.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_NAMED = ("source", "source_run_id", "task_id", "configuration_id", "metric")
_SAID = ("status", "sampler", "timestamp")
_MEASURED = ("score", "cost_s", "seed")
_STRINGS_AT_ONCE = 65_536


def _mixed(values: Keys) -> Keys:
    """Spread every bit over all of them (the finaliser of splitmix64, Steele et al. 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = values ^ (values >> np.uint64(31))
    return mixed


def text_hashes(strings: pa.Array) -> Keys:
    """Hash every string, the same in every process; a null as the empty text.

    A sum of mixed words of eight bytes, modulo 2^64, without making Python strings: a
    column of ten million run ids would fill memory.

    Examples
    --------
    >>> first = text_hashes(pa.array(["a", "b", "a", None, ""]))
    >>> bool(first[0] == first[2]), len(set(first.tolist()))
    (True, 3)
    """
    parts = [
        _hashed_block(strings.slice(start, _STRINGS_AT_ONCE))
        for start in range(0, len(strings), _STRINGS_AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def _hashed_block(strings: pa.Array) -> Keys:
    if strings.null_count:
        strings = strings.fill_null("")
    wide = strings.cast(pa.large_string())
    _, offsets, data = wide.buffers()
    bounds = np.frombuffer(offsets, np.int64)[wide.offset :][: len(wide) + 1]
    lengths = np.diff(bounds)
    if bounds[-1] == bounds[0]:
        return _mixed(np.zeros(len(strings), np.uint64))
    letters = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]
    sums = np.zeros(len(wide), np.uint64)
    # Strings of one length are one table of words; ids of runs have few lengths.
    for length in np.unique(lengths[lengths > 0]).tolist():
        rows = np.flatnonzero(lengths == length)
        starts = bounds[rows] - bounds[0]
        text = np.zeros((len(rows), -(-length // 8) * 8), np.uint8)
        text[:, :length] = letters[starts[:, None] + np.arange(length)]
        words = text.view("<u8").astype(np.uint64, copy=False)
        weights = _mixed(np.arange(words.shape[1], dtype=np.uint64))
        sums[rows] = _mixed(words ^ weights).sum(axis=1, dtype=np.uint64)
    return _mixed(sums ^ lengths.astype(np.uint64))


def _column_hashes(column: pa.ChunkedArray) -> Keys:
    parts = []
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            hashes = text_hashes(chunk.dictionary.cast(pa.string()))
            indices = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            # Position -1 is the hash of the empty text, which is what a null counts as.
            parts.append(np.append(hashes, text_hashes(pa.array([""])))[indices])
        elif pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type):
            parts.append(text_hashes(chunk))
        else:
            values = chunk.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
            # Every NaN has the same bits, and zero has no sign.
            plain = np.where(np.isnan(values), np.nan, values + 0.0)
            parts.append(_mixed(plain.view(np.uint64)))
    return np.concatenate(parts) if parts else np.empty(0, np.uint64)


def _combined(rows: pa.Table, names: Iterable[str]) -> Keys:
    keys = np.zeros(len(rows), np.uint64)
    for name in names:
        keys = _mixed(keys * np.uint64(0x100000001B3) ^ _column_hashes(rows[name]))
    return keys


def cell_keys(rows: pa.Table) -> Keys:
    """Key of what each row is of, equal where scores would be averaged."""
    return _combined(rows, ("task_id", "configuration_id", "metric", "budget"))


def without_id(rows: pa.Table) -> NDArray[np.bool_]:
    """Which rows their source gave no id."""
    found: NDArray[np.bool_] = _column_hashes(rows["source_run_id"]) == text_hashes(
        pa.array([""])
    )
    return found


def run_keys(tables: Iterable[pa.Table]) -> list[Keys]:
    """Key of every row of one import, table by table.

    Parameters
    ----------
    tables : iterable of Table
        All columns of the evaluations schema and ``source``.

    Returns
    -------
    list of array, shape (n_rows,)
        Equal where two rows are the same run; see the module.
    """
    keys, unnamed = [], []
    for rows in tables:
        named = _combined(rows, (*_NAMED, "budget"))
        empty = without_id(rows)
        if empty.any():
            said = _combined(rows.filter(pa.array(empty)), (*_SAID, *_MEASURED))
            named[empty] = _mixed(named[empty] ^ said)
        keys.append(named)
        unnamed.append(empty)
    if any(found.any() for found in unnamed):
        together = np.concatenate(keys)
        places = np.flatnonzero(np.concatenate(unnamed))
        before = pd.Series(together[places]).groupby(together[places]).cumcount().to_numpy()
        together[places] = _mixed(together[places] + before.astype(np.uint64))
        keys = np.split(together, np.cumsum([len(part) for part in keys])[:-1])
    return keys
