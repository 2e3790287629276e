"""Cells of tables of runs: statuses, seeds, times and ids, column by column."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warmstart.errors import HistoryError
from warmstart.histories.parsing.times import utc_of
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.values import typed_word, whole
from warmstart.histories.table_columns import ColumnRoles


def words(block: pa.RecordBatch, column: str, default: str) -> pa.Array:
    """A column as text, `default` where it is empty or there is none."""
    if not column:
        return pa.array([default] * block.num_rows)
    return pc.fill_null(block.column(column).cast(pa.string()), default)


def numbers(block: pa.RecordBatch, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A column as floats, NaN where it is empty or there is none.

    Raises
    ------
    HistoryError
        If a cell is no number.
    """
    if not column:
        return np.full(block.num_rows, np.nan)
    try:
        cells = block.column(column).cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise HistoryError(f"column {column!r} must hold numbers: {error}") from error
    return np.array(cells.to_numpy(zero_copy_only=False), np.float64)


def statuses(block: pa.RecordBatch, roles: ColumnRoles) -> Any:
    """How each run ended, by the words of the mapping.

    Raises
    ------
    HistoryError
        At a word that means nothing.
    """
    if not roles.status:
        return np.full(block.num_rows, "ok", object)
    found = []
    for cell in block.column(roles.status).cast(pa.string()).to_pylist():
        word = "" if cell is None else cell.strip().lower().replace(" ", "_")
        if word not in roles.words:
            raise HistoryError(
                f"status {cell!r} in column {roles.status!r} is unknown; say what it means: "
                f'{{"status": {{"{roles.status}": {{"{cell}": "failed"}}}}}}'
            )
        found.append(roles.words[word])
    return np.array(found, object)


def seeds(block: pa.RecordBatch, column: str, remarks: Remarks) -> pa.Array:
    """Whole numbers to the last digit; a float would round those beyond 2^53."""
    if not column:
        return pa.nulls(block.num_rows, pa.int64())
    found = []
    for cell in block.column(column).to_pylist():
        value = typed_word(cell.strip()) if isinstance(cell, str) else cell
        seed = whole(value)
        if seed is None and value is not None and value == value:
            remarks.add("whose seed is no whole number of 64 bits, which is left out")
        found.append(seed)
    return pa.array(found, pa.int64())


def budgets(block: pa.RecordBatch, column: str) -> pa.Array:
    """What runs were given; without end is all there is."""
    budgets = numbers(block, column)
    budgets[np.isinf(budgets)] = np.nan
    return pa.array(budgets, from_pandas=True)


def times(block: pa.RecordBatch, column: str, remarks: Remarks) -> pa.Array:
    """UTC, ISO 8601; numbers are seconds since 1970, or parts of them."""
    if not column:
        return pa.array([""] * block.num_rows)
    times = []
    for cell in block.column(column).to_pylist():
        value = typed_word(cell.strip()) if isinstance(cell, str) else cell
        times.append(utc_of(value))
        if not times[-1] and cell is not None and cell == cell:
            remarks.add("with a time that is not ISO 8601, which is taken as unknown")
        elif isinstance(value, str):
            remarks.say("times that name no zone are taken to be UTC")
    return pa.array(times, pa.string())


def run_ids(
    block: pa.RecordBatch,
    roles: ColumnRoles,
    tasks: pa.Array,
    texts: pa.Array,
    occurrences: Counter[str],
) -> pa.Array:
    """The named column, or a hash of all cells; equal rows are numbered."""
    if roles.run_id:
        given = block.column(roles.run_id)
        if given.null_count:
            raise HistoryError(f"column {roles.run_id!r} must name every run; some are empty")
        return given.cast(pa.string())
    cells = [pc.fill_null(_as_text(column), "") for column in chain([tasks, texts], block)]
    ids = []
    for text in pc.binary_join_element_wise(*cells, "\x1f").to_pylist():
        row = hashlib.sha256(text.encode()).hexdigest()[:16]
        occurrences[row] += 1
        ids.append(row if occurrences[row] == 1 else f"{row}-{occurrences[row]}")
    return pa.array(ids, pa.string())


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pa.array([None if v is None else repr(v) for v in column.to_pylist()])
    return column.cast(pa.string())
