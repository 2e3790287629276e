"""Columns of evaluations between Arrow and numpy: codes, numbers, whole tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core.configurations import some
from warmstart.metadataset.core.schema import EVALUATIONS
from warmstart.metadataset.core.score_table import Floats


def encoded(positions: NDArray[Any], names: list[str]) -> pa.DictionaryArray:
    """Strings as a dictionary array: `positions` into `names`."""
    return pa.DictionaryArray.from_arrays(
        pa.array(positions, pa.int32()), pa.array(names, pa.string())
    )


def complete(columns: dict[str, pa.Array], n_rows: int, source: str | None = None) -> pa.Table:
    """Add the columns of the evaluations schema that `columns` lacks, and the source.

    Parameters
    ----------
    columns : dict of str to Array
    n_rows : int
    source : str, optional
        Of all rows; None where `columns` has each row's own.
    """
    filled = dict(columns)
    for name in EVALUATIONS.names:
        if name in filled:
            continue
        if name == "source_run_id":
            filled[name] = encoded(np.zeros(n_rows, np.int32), [""])
        else:
            filled[name] = pa.nulls(n_rows, EVALUATIONS.field(name).type)
    if source is not None:
        filled["source"] = encoded(np.zeros(n_rows, np.int32), [source])
    return pa.table({name: filled[name] for name in (*EVALUATIONS.names, "source")})


def codes(table: pa.Table, column: str, names: Sequence[str] | pa.Array) -> NDArray[np.int32]:
    """Position of each row's string in `names`, which are quicker as an array.

    Raises
    ------
    MetaDatasetError
        Naming the strings that `names` does not hold.
    """
    known = names if isinstance(names, pa.Array) else pa.array(names, pa.string())
    parts = []
    for chunk in table.column(column).chunks:
        if not pa.types.is_dictionary(chunk.type):
            chunk = chunk.dictionary_encode()
        found = pc.index_in(chunk.dictionary, value_set=known).fill_null(-1)
        indices = np.asarray(chunk.indices.to_numpy(zero_copy_only=False))
        places: NDArray[np.int32] = np.asarray(found.to_numpy(), np.int32)
        # A dictionary may list more than its rows use, after a filter for instance.
        if (places < 0).any() and (places[indices] < 0).any():
            unknown = chunk.dictionary.filter(pa.array(places < 0)).to_pylist()
            raise MetaDatasetError(f"evaluations name an unknown {column}: {some(unknown)}")
        parts.append(places[indices])
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def floats(table: pa.Table, column: str) -> Floats:
    """Copy a column to an array, null as NaN."""
    if column not in table.column_names:
        return np.full(table.num_rows, np.nan)
    values: Floats = np.asarray(table.column(column).to_numpy(), np.float64)
    return values


CELL = ("task_id", "configuration_id", "metric")


def cell_means(
    parts: Iterable[pa.Table | pa.RecordBatch],
    column: str,
    task_names: Sequence[str],
    configuration_names: Sequence[str],
    metric_names: Sequence[str],
    wanted: NDArray[Any],
    *,
    power: int = 1,
) -> NDArray[np.float64]:
    """Mean of a power of a column, shape (n_tasks, n_configs); NaN where nothing is known.

    Parameters
    ----------
    parts : iterable of Table
        Evaluations, with :data:`CELL` and the column.
    column : str
        In numbers.
    task_names, configuration_names, metric_names : sequence of str
        Of the rows and columns of the answer, and all there are.
    wanted : ndarray of str, shape (n_tasks,)
        Whose rows count of each task, by metric.
    power : int
    """
    shape = len(task_names), len(configuration_names)
    total, count = np.zeros(shape), np.zeros(shape)
    places, columns = pd.Index(task_names), list(configuration_names)
    measures = list(metric_names)
    for rows in parts:
        tasks = places.get_indexer(pd.Index(rows["task_id"].to_pylist()))
        configs = codes(rows, "configuration_id", columns)
        metrics = np.array(measures, object)[codes(rows, "metric", measures)]
        values = floats(rows, column)
        here = (tasks >= 0) & (metrics == wanted[tasks]) & ~np.isnan(values)
        np.add.at(total, (tasks[here], configs[here]), values[here] ** power)
        np.add.at(count, (tasks[here], configs[here]), 1.0)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = total / count
    return means
