"""A name for the content of a table: equal ones have the same, sooner than a fit."""

from __future__ import annotations

import hashlib
from typing import Any

import joblib
import numpy as np
import pandas as pd


def content_name(data: Any) -> str:
    """Hash of an array, frame or column; of anything else what joblib says of it.

    Examples
    --------
    >>> a, b = pd.DataFrame({"x": [1, 2], "k": ["u", None]}), pd.DataFrame({"x": [1, 2]})
    >>> content_name(a) == content_name(a.copy()), content_name(a) == content_name(b)
    (True, False)
    """
    if isinstance(data, pd.Series):
        data = data.to_frame("values")
    digest = hashlib.blake2b(digest_size=20)
    if isinstance(data, np.ndarray) and data.dtype.kind in "biufcUS":
        _add_numbers(digest, data)
        return digest.hexdigest()
    if isinstance(data, np.ndarray) and data.dtype == object and 0 < data.ndim < 3:
        digest.update(repr(data.shape).encode())
        data = pd.DataFrame(data)
    if not isinstance(data, pd.DataFrame):
        return str(joblib.hash(data))
    digest.update(repr((list(data.columns), list(map(str, data.dtypes)), len(data))).encode())
    columns = [data.iloc[:, position] for position in range(data.shape[1])]
    try:
        for column in [data.index.to_series(), *columns]:
            _add_column(digest, column)
    except TypeError:  # cells that hold lists, or numbers among texts
        return str(joblib.hash(data))
    return digest.hexdigest()


def _add_column(digest: Any, column: pd.Series[Any]) -> None:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biufc":
        _add_numbers(digest, column.to_numpy())
        return
    if column.dtype == object:
        # The number 1 and the text "1" have one hash there.
        digest.update(pd.api.types.infer_dtype(column, skipna=False).encode())
    hashes = pd.util.hash_pandas_object(column, index=False)
    _add_numbers(digest, hashes.to_numpy())


def _add_numbers(digest: Any, values: np.ndarray[Any, Any]) -> None:
    order = "F" if values.flags.f_contiguous and not values.flags.c_contiguous else "C"
    digest.update(repr((values.shape, values.dtype.str, order)).encode())
    flat = np.ascontiguousarray(values.T if order == "F" else values)
    digest.update(memoryview(flat.reshape(-1).view(np.uint8)))


def recipe_of(step: Any) -> str:
    """What an unfitted step is: its class and all settings, steps inside it too.

    Examples
    --------
    >>> from sklearn.preprocessing import StandardScaler
    >>> recipe_of(StandardScaler(with_mean=False)) == recipe_of(StandardScaler())
    False
    """
    if isinstance(step, str | int | float | bool | bytes | None):
        return repr(step)
    if isinstance(step, list | tuple):
        return f"[{','.join(map(recipe_of, step))}]"
    if hasattr(step, "get_params") and not isinstance(step, type):
        kind, params = type(step), step.get_params(deep=False)
        told = getattr(step, "_sklearn_output_config", None)
        own = (f"{k}={recipe_of(v)}" for k, v in sorted(params.items()) if k != "memory")
        return f"{kind.__module__}.{kind.__qualname__}({','.join(own)};{told})"
    return str(joblib.hash(step))
