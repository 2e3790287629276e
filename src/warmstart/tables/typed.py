"""Any two-dimensional data to one typed pandas frame, as its schema says.

The first step of every pipeline, so that what `suggest` saw and what
`estimator().fit` sees are read by the same code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.domain import USED_KINDS, Column
from warmstart.errors import DatasetError
from warmstart.tables.cells import bounded, typed_cells
from warmstart.tables.frames import as_frame
from warmstart.tables.marks import written_marks
from warmstart.tables.written_numbers import Marks, settled

_CHUNK_CELLS = 1_000_000


def typed_frame(
    data: Any,
    columns: Sequence[Column],
    *,
    day_first_columns: Collection[str | int] | None = None,
    comma_columns: Collection[str | int] | None = None,
) -> pd.DataFrame:
    """Read `data` into the used columns of a schema, in its order.

    Parameters
    ----------
    data : DataFrame of any library, array or sparse matrix, shape (n_rows, n_columns)
        Columns are found by name, or by position where either side has no names.
    columns : sequence of Column
        Constants and identifiers among them are left out.
    day_first_columns : collection of names, optional
        Date columns written day before month. By default each column's own cells
        decide.
    comma_columns : collection of names, optional
        Columns of numbers stored as words with decimal commas. By default the cells
        decide, see :func:`written_marks`.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_used_columns)
        See :func:`typed_column` for the types.

    Raises
    ------
    DatasetError
        If a column of the schema is missing from `data`.

    Examples
    --------
    >>> data = pd.DataFrame({"id": [7, 8], "size": ["1", "?"], "color": ["red", None]})
    >>> columns = [Column("color", "categorical"), Column("size", "numeric")]
    >>> typed_frame(data, columns)
      color  size
    0   red   1.0
    1  None   NaN
    """
    frame = by_name(as_frame(data), columns)
    wanted = [column for column in columns if _used(column)]
    numbers, others, labels = _grouped(frame, wanted)
    parts = []
    if numbers:
        block = np.empty((len(frame), len(numbers)), dtype="float64", order="F")
        _read_numbers(frame, numbers, block)
        parts.append(pd.DataFrame(block, index=frame.index, columns=numbers, copy=False))
    if labels:
        # One block: pandas takes longer to store a column alone than to read its cells.
        block = np.empty((len(labels), len(frame)), dtype=object)
        for i, column in enumerate(labels):
            block[i] = typed_cells(frame[column.name], column.kind)
        names = [column.name for column in labels]
        parts.append(pd.DataFrame(block.T, index=frame.index, columns=names, dtype=object))
    if others:
        cells: dict[Any, Any] = {}
        if comma_columns is None:
            comma_columns = with_commas(written_marks(frame, others))
        for column in others:
            first = None if day_first_columns is None else column.name in day_first_columns
            comma = column.name in comma_columns
            cells[column.name] = typed_cells(frame[column.name], column.kind, first, comma)
        parts.append(pd.DataFrame(cells, index=frame.index))
    if not parts:
        return pd.DataFrame(index=frame.index)
    typed = pd.concat(parts, axis=1) if len(parts) > 1 else parts[0]
    order = [column.name for column in wanted]
    return typed if list(typed.columns) == order else typed[order]


def typed_array(
    data: Any,
    columns: Sequence[Column],
    *,
    comma_columns: Collection[str | int] | None = None,
) -> NDArray[np.float64]:
    """:func:`typed_frame` of numbers and truth values alone, as one new array.

    Parameters
    ----------
    data : DataFrame of any library, array or sparse matrix, shape (n_rows, n_columns)
    columns : sequence of Column
        Those used are numeric or boolean.
    comma_columns : collection of names, optional
        As in :func:`typed_frame`.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_used_columns)
        Row by row in memory, as most learners read it; shares nothing with `data`.
    """
    frame = by_name(as_frame(data), columns)
    wanted = [column for column in columns if _used(column)]
    numbers, others, _ = _grouped(frame, wanted)
    array = np.empty((len(frame), len(wanted)), dtype="float64")
    if not others:
        _read_numbers(frame, numbers, array)
        return array
    if comma_columns is None:
        comma_columns = with_commas(written_marks(frame, others))
    for i, column in enumerate(wanted):
        comma = column.name in comma_columns
        array[:, i] = typed_cells(frame[column.name], column.kind, None, comma)
    return array


def only_numbers(columns: Sequence[Column]) -> bool:
    """Whether :func:`typed_array` can read these columns."""
    return all(column.kind in ("numeric", "boolean") for column in columns if _used(column))


def _used(column: Column) -> bool:
    return column.kind in USED_KINDS


def with_commas(marks: Mapping[str | int, Marks]) -> list[str | int]:
    return [name for name, comma in settled(marks).items() if comma]


def _grouped(
    frame: pd.DataFrame, columns: Sequence[Column]
) -> tuple[list[Any], list[Column], list[Column]]:
    """Names of what is numbers already, what has to be read cell by cell, and words."""
    dtype_of: dict[Any, Any] = dict(zip(frame.columns, frame.dtypes, strict=True))
    numbers, others, labels = [], [], []
    for column in columns:
        dtype = dtype_of[column.name]
        if column.kind in ("categorical", "text"):
            labels.append(column)
        elif column.kind != "date" and isinstance(dtype, np.dtype) and dtype.kind in "fiub":
            numbers.append(column.name)
        else:
            others.append(column)
    return numbers, others, labels


def _read_numbers(frame: pd.DataFrame, names: list[Any], into: NDArray[np.float64]) -> None:
    """Finite numbers of some columns, a part at a time: data may be large."""
    where = frame.columns.get_indexer(pd.Index(names))
    every = len(where) == frame.shape[1] and (where == np.arange(len(where))).all()
    if every and len(set(frame.dtypes)) == 1:
        # Of one type the cells lie in one block, of which this is a view.
        cells = frame.to_numpy()
        step = max(1, _CHUNK_CELLS // max(1, len(names)))
        for start in range(0, len(cells), step):
            part = cells[start : start + step].astype("float64", copy=False)
            into[start : start + step] = bounded(part)
        return
    step = max(1, _CHUNK_CELLS // max(1, len(frame)))
    for start in range(0, len(names), step):
        cells = frame.iloc[:, where[start : start + step]].to_numpy(dtype="float64")
        into[:, start : start + step] = bounded(cells)


def by_name(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    known = set(frame.columns)
    names = [column.name for column in columns]
    missing = [c.name for c in columns if c.kind in USED_KINDS and c.name not in known]
    # An array's columns are 0, 1, …: of one whose target was column 0, 1 is now 0.
    unnamed = _is_range(list(frame.columns)) and known != set(names)
    if not missing and not (unnamed and len(known) == len(names)):
        return frame
    if (unnamed or _is_range(names)) and len(known) == len(names):
        return frame.set_axis(names, axis=1)
    raise DatasetError(
        f"columns {missing[:5]} are missing; the data has {list(frame.columns)[:10]}"
    )


def _is_range(names: list[Any]) -> bool:
    return names == list(range(len(names)))
