"""Tables of any library as pandas frames with usable names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import DatasetError


def as_frame(data: Any) -> pd.DataFrame:
    """View frames of any library, arrays, sparse matrices and lists as a pandas frame.

    Parameters
    ----------
    data : DataFrame of any library, array, sparse matrix, list of rows or dict of columns
        Shape (n_rows, n_columns); a Series is one column, and anything else that has
        ``to_pandas()``, as a Hugging Face dataset, what that gives. A pandas frame with
        usable names is returned as it is.

    Returns
    -------
    pandas.DataFrame, shape (n_rows, n_columns)
        Names are unique and either all strings or all integers; columns of data that
        has no names are called 0, 1, 2, …; the second of two columns ``a`` is ``a.1``;
        a name of several levels is joined by underscores.

    Raises
    ------
    DatasetError
        If `data` is not two-dimensional, or its rows differ in length.

    Examples
    --------
    >>> as_frame([[1, "x"], [2, "y"]]).dtypes.astype(str).tolist()[0]
    'int64'
    >>> frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    >>> list(as_frame(frame).columns)
    ['a', 'a.1']
    """
    frame = read_frame(data)
    names = usable_names(frame.columns)
    return frame if names is None else frame.set_axis(names, axis=1)


def read_frame(data: Any) -> pd.DataFrame:
    """:func:`as_frame` with the names as they are."""
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "tocsr"):  # a scipy sparse matrix or array
        return pd.DataFrame(data.toarray())
    if isinstance(data, pd.Series):
        return data.to_frame()
    if isinstance(data, (list, tuple)):
        return _read_rows(data)
    if isinstance(data, dict):
        if data and all(hasattr(table, "to_pandas") for table in data.values()):
            raise DatasetError(
                f"X is a {type(data).__qualname__} of tables, {', '.join(map(repr, data))}; "
                f"pass one of them, such as data[{next(iter(data))!r}]"
            )
        try:
            return pd.DataFrame(data)
        except ValueError as error:
            raise DatasetError(f"X is a dict that makes no table: {error}") from error
    if type(data).__module__.partition(".")[0] == "pyarrow" and hasattr(data, "to_pandas"):
        converted = data.to_pandas()
        if isinstance(converted, pd.DataFrame):
            return converted
    # Asked of the class: a lazy frame warns when asked for its columns.
    if hasattr(type(data), "columns") or hasattr(type(data), "__dataframe__"):
        return _read_narwhals(data)
    if hasattr(type(data), "to_pandas"):  # a Hugging Face dataset, a series of polars
        return read_frame(data.to_pandas())
    array = data if isinstance(data, np.ndarray) else np.asarray(data)
    if array.dtype.names is not None:
        return pd.DataFrame(array)
    if array.ndim != 2:
        raise DatasetError(_not_two_dimensional(data, array.shape))
    frame = pd.DataFrame(array)
    return frame.infer_objects() if array.dtype == object else frame


def _read_rows(data: Sequence[Any]) -> pd.DataFrame:
    first = data[0] if data else []
    if isinstance(first, dict):
        return pd.DataFrame(list(data))
    if isinstance(first, (str, bytes)) or not hasattr(first, "__len__"):
        raise DatasetError(_not_two_dimensional(data, (len(data),)))
    lengths = {len(row) if hasattr(row, "__len__") else 0 for row in data}
    if len(lengths) > 1:
        raise DatasetError(f"rows of X differ in length: {sorted(lengths)[:5]}")
    return pd.DataFrame(list(data))


def _read_narwhals(data: Any) -> pd.DataFrame:
    import narwhals as nw

    frame: Any = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, nw.DataFrame):
        raise DatasetError(
            f"cannot read a {type(data).__module__}.{type(data).__qualname__} as a table; "
            "pass a pandas, polars or pyarrow frame or an array"
        )
    return frame.to_pandas()


def n_rows_of(data: Any) -> int:
    """Rows of whatever :func:`as_frame` reads."""
    shape = getattr(data, "shape", None)
    if isinstance(shape, tuple) and len(shape) > 0:
        return int(shape[0])
    return len(as_frame(data))


def take_rows(data: Any, rows: NDArray[np.intp]) -> Any:
    """Rows of whatever :func:`as_frame` reads; itself where `rows`, ascending, are all.

    Examples
    --------
    >>> take_rows([[1, 2], [3, 4], [5, 6]], np.array([0, 2])).to_numpy().tolist()
    [[1, 2], [5, 6]]
    """
    if len(rows) == n_rows_of(data):
        return data
    if hasattr(data, "tocsr"):
        return data.tocsr()[rows]
    if isinstance(data, np.ndarray):
        return data[rows]
    return as_frame(data).iloc[rows]


def _not_two_dimensional(data: Any, shape: tuple[int, ...]) -> str:
    if shape == ():
        return (
            f"X is a {type(data).__qualname__}, not a table: pass a frame, an array or a path"
        )
    message = f"X must have two dimensions (rows, columns), got shape {shape}"
    if len(shape) == 1:
        return f"{message}; reshape a single column with X.reshape(-1, 1)"
    return (
        f"{message}; flatten each row with X.reshape(len(X), -1), or pass task_type='image' if "
        "these are images"
    )


def usable_names(names: Iterable[Any]) -> list[str | int] | None:
    """Unique names, all strings or all integers; None when `names` already are.

    Examples
    --------
    >>> usable_names(["a", "b"]) is None
    True
    >>> usable_names(["a", "a", ("b", 1), 2])
    ['a', 'a.1', 'b_1', '2']
    """
    given = list(names)
    kinds = {type(name) for name in given}
    if kinds <= {str} or kinds <= {int}:
        if len(set(given)) == len(given):
            return None
        plain: list[str | int] = given
    else:
        plain = [_plain_name(name) for name in given]
    if len({type(name) for name in plain}) > 1:
        plain = [str(name) for name in plain]
    if len(set(plain)) == len(plain):
        return plain
    taken, next_number = set(plain), dict[str | int, int]()
    unique: list[str | int] = []
    for name in plain:
        number = next_number.get(name, 0)
        new: str | int = f"{name}.{number}" if number else name
        while number and new in taken:
            number += 1
            new = f"{name}.{number}"
        next_number[name] = number + 1
        taken.add(new)
        unique.append(new)
    # Integer names that had to be told apart are strings now; so must be the rest.
    if len({type(name) for name in unique}) > 1:
        return [str(name) for name in unique]
    return unique


def _plain_name(name: Any) -> str | int:
    if isinstance(name, tuple):
        return "_".join(str(part) for part in name if str(part) != "")
    if isinstance(name, (int, np.integer)) and not isinstance(name, (bool, np.bool_)):
        return int(name)
    return str(name)
