"""Any two-dimensional data to one typed pandas frame, as its schema says.

The first step of every pipeline, so that what `suggest` saw and what
`estimator().fit` sees are read by the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from warmstart.domain import USED_KINDS, Column, ColumnKind
from warmstart.errors import DatasetError

if TYPE_CHECKING:
    from typing_extensions import Self


def as_frame(data: Any) -> pd.DataFrame:
    """View frames of any library, arrays and sparse matrices as a pandas frame.

    Columns of data that has no names are called 0, 1, 2, …

    Raises
    ------
    DatasetError
        If `data` is not two-dimensional.
    """
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "tocsr"):  # a scipy sparse matrix or array
        return pd.DataFrame.sparse.from_spmatrix(data)
    if hasattr(data, "__dataframe__") or type(data).__module__.partition(".")[0] in {
        "polars",
        "pyarrow",
        "modin",
        "cudf",
    }:
        import narwhals as nw

        return nw.from_native(data, eager_only=True).to_pandas()
    array = np.asarray(data)
    if array.ndim != 2:
        raise DatasetError(
            f"X must have two dimensions (rows, columns), got shape {array.shape}; "
            "reshape a single column with X.reshape(-1, 1)"
        )
    return pd.DataFrame(array)


def typed_column(values: pd.Series[Any], kind: ColumnKind) -> pd.Series[Any]:
    """Cells of one column as its kind says; what does not fit becomes missing.

    numeric and boolean to float64 (infinities missing), date to datetime64,
    categorical and text to object strings with None for missing.
    """
    if kind in ("numeric", "boolean"):
        if isinstance(values.dtype, pd.SparseDtype):
            values = values.sparse.to_dense()
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(object)
        if kind == "boolean" and not pd.api.types.is_numeric_dtype(values.dtype):
            return _boolean(values)
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        return numbers.mask(np.isinf(numbers)) if np.isinf(numbers).any() else numbers
    if kind == "date":
        return pd.to_datetime(values, errors="coerce", format="mixed", utc=True)
    missing = values.isna()
    return values.astype(object).map(_label).where(~missing, None)


_TRUE, _FALSE = {"true", "t", "yes", "y", "1", "1.0"}, {"false", "f", "no", "n", "0", "0.0"}


def _boolean(values: pd.Series[Any]) -> pd.Series[Any]:
    def read(cell: Any) -> float:
        word = str(cell).strip().lower()
        return 1.0 if word in _TRUE else 0.0 if word in _FALSE else np.nan

    return values.astype(object).map(read).astype("float64")


def _label(cell: Any) -> str:
    # 3, 3.0 and "3" name the same level: a missing cell turns integers into floats.
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def typed_frame(data: Any, columns: Sequence[Column]) -> pd.DataFrame:
    """Read `data` into the used columns of a schema, in its order.

    Parameters
    ----------
    data : DataFrame of any library, array or sparse matrix, shape (n_rows, n_columns)
    columns : sequence of Column
        Constants and identifiers among them are left out.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_used_columns)

    Raises
    ------
    DatasetError
        If a column of the schema is missing from `data`.
    """
    frame = as_frame(data)
    wanted = [column for column in columns if column.kind in USED_KINDS]
    if not frame.columns.is_unique:
        # Names were made unique when the schema was read; go by position here.
        if len(frame.columns) < len(columns):
            raise DatasetError(f"expected {len(columns)} columns, got {len(frame.columns)}")
        frame = frame.iloc[:, : len(columns)].set_axis([c.name for c in columns], axis=1)
    missing = [column.name for column in wanted if column.name not in frame.columns]
    if missing and len(frame.columns) == len(columns) and isinstance(
        frame.columns, pd.RangeIndex
    ):
        frame = frame.set_axis([column.name for column in columns], axis=1)
        missing = []
    if missing:
        raise DatasetError(f"columns {missing[:5]} are missing; the data has {list(frame.columns)[:10]}")
    return pd.DataFrame(
        {column.name: typed_column(frame[column.name], column.kind) for column in wanted},
        index=frame.index,
    )


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
    """

    def __init__(self, columns: Sequence[tuple[str | int, ColumnKind]]) -> None:
        self.columns = columns

    def fit(self, X: Any, y: Any = None) -> Self:
        """Nothing to learn; the schema is given."""
        self.n_features_in_ = as_frame(X).shape[1]
        return self

    def transform(self, X: Any) -> pd.DataFrame:
        """Read `X` as the schema says, under string names."""
        columns = [Column(name, kind) for name, kind in self.columns]
        frame = typed_frame(X, columns)
        names = string_names(columns)
        return frame.set_axis([names[name] for name in frame.columns], axis=1)

    def __sklearn_is_fitted__(self) -> bool:
        return True
