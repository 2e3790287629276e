"""Any two-dimensional data to one typed pandas frame, as its schema says.

The first step of every pipeline, so that what `suggest` saw and what
`estimator().fit` sees are read by the same code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from warmstart.domain import USED_KINDS, Column, ColumnKind
from warmstart.errors import DatasetError
from warmstart.tables.cells import bounded, day_first, typed_cells, typed_column, words
from warmstart.tables.frames import as_frame
from warmstart.tables.written_numbers import Marks, marks_in, settled

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "TypedColumns",
    "as_frame",
    "has_decimal_commas",
    "only_numbers",
    "string_names",
    "typed_array",
    "typed_column",
    "typed_frame",
    "written_marks",
]

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
    frame = _by_name(as_frame(data), columns)
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
            comma_columns = _with_commas(written_marks(frame, others))
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
    frame = _by_name(as_frame(data), columns)
    wanted = [column for column in columns if _used(column)]
    numbers, others, _ = _grouped(frame, wanted)
    array = np.empty((len(frame), len(wanted)), dtype="float64")
    if not others:
        _read_numbers(frame, numbers, array)
        return array
    if comma_columns is None:
        comma_columns = _with_commas(written_marks(frame, others))
    for i, column in enumerate(wanted):
        comma = column.name in comma_columns
        array[:, i] = typed_cells(frame[column.name], column.kind, None, comma)
    return array


def only_numbers(columns: Sequence[Column]) -> bool:
    """Whether :func:`typed_array` can read these columns."""
    return all(column.kind in ("numeric", "boolean") for column in columns if _used(column))


def _used(column: Column) -> bool:
    return column.kind in USED_KINDS


def written_marks(frame: pd.DataFrame, columns: Sequence[Column]) -> dict[str | int, Marks]:
    """How the numbers of each numeric column that holds words are written.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["0,5", "1,250"], "b": [1, 2]})
    >>> marks = written_marks(frame, [Column("a", "numeric"), Column("b", "numeric")])
    >>> list(marks), marks["a"].comma
    (['a'], True)
    """
    dtype_of: dict[Any, Any] = dict(zip(frame.columns, frame.dtypes, strict=True))
    return {
        column.name: marks_in(words(frame[column.name])[1])
        for column in columns
        if column.kind == "numeric" and not _is_plain(dtype_of[column.name])
    }


def has_decimal_commas(frame: pd.DataFrame) -> bool:
    """Whether the words of a table, whatever its columns hold, show decimal commas alone."""
    numeric = [Column(name, "numeric") for name in frame.columns]
    said = {one.comma for one in written_marks(frame, numeric).values()}
    return True in said and False not in said


def _is_plain(dtype: Any) -> bool:
    """Whether cells are numbers or times already, not words."""
    types = pd.api.types
    number = types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype)
    return bool(number or types.is_timedelta64_dtype(dtype)) or bool(
        types.is_datetime64_any_dtype(dtype)
    )


def _with_commas(marks: Mapping[str | int, Marks]) -> list[str | int]:
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


def _by_name(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
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


def string_names(columns: Sequence[Column]) -> dict[str | int, str]:
    """Distinct string names of columns: scikit-learn refuses mixed and doubtful ones."""
    names = {column.name: str(column.name) for column in columns}
    if len(set(names.values())) < len(names):  # 0 and "0", say
        names = {column.name: f"{column.name}#{i}" for i, column in enumerate(columns)}
    return names


class TypedColumns(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """First step of a pipeline: :func:`typed_frame` with a fixed schema.

    Parameters
    ----------
    columns : sequence of (name, kind)
        The schema's columns as plain pairs, so that the estimator clones and prints.
    as_array : bool
        Read numbers and truth values alone, as :func:`typed_array` does; steps that follow
        may then work where they stand, and a row takes a fraction of the time.

    Attributes
    ----------
    day_first_ : list of names
        Date columns whose cells are written day before month; learned in `fit`, so
        that a later row such as 03/04/2020 is read as the training rows were.
    comma_ : list of names
        Columns whose numbers are words with decimal commas; learned likewise.

    Examples
    --------
    >>> step = TypedColumns([("a", "numeric"), ("b", "constant")])
    >>> step.fit_transform(pd.DataFrame({"a": ["1", "two"], "b": [0, 0]}))["a"].tolist()
    [1.0, nan]
    """

    def __init__(
        self, columns: Sequence[tuple[str | int, ColumnKind]], as_array: bool = False
    ) -> None:
        self.columns = columns
        self.as_array = as_array

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Learn how dates and numbers are written; everything else the schema gives."""
        frame, columns = as_frame(X), self._columns()
        self.n_features_in_ = frame.shape[1]
        frame = _by_name(frame, columns)
        dates = [column for column in columns if column.kind == "date"]
        self.day_first_ = [c.name for c in dates if day_first(frame[c.name])]
        self.comma_ = _with_commas(written_marks(frame, columns))
        return self

    def transform(self, X: Any) -> pd.DataFrame | NDArray[np.float64]:
        """Read `X` as the schema says, under string names where it gives a frame."""
        columns = self._columns()
        if self.as_array:
            return typed_array(X, columns, comma_columns=self.comma_)
        frame = typed_frame(
            X, columns, day_first_columns=self.day_first_, comma_columns=self.comma_
        )
        names = string_names(columns)
        return frame.set_axis([names[name] for name in frame.columns], axis=1)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray[Any, Any]:  # noqa: ARG002
        """Names of the columns that are kept, as strings."""
        names = string_names(self._columns())
        kept = [names[c.name] for c in self._columns() if c.kind in USED_KINDS]
        return np.array(kept, dtype=object)

    def _columns(self) -> list[Column]:
        return [Column(name, kind) for name, kind in self.columns]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "day_first_")
