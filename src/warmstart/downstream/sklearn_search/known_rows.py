"""The rows of a search whose target is known, with everything that has one entry a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from warmstart.tables.frames import as_frame, n_rows_of, take_rows
from warmstart.tables.targets import rows_of, typed_target

if TYPE_CHECKING:
    from warmstart.domain import Schema


@dataclass(frozen=True, slots=True)
class KnownRows:
    """What scikit-learn's own search can be given."""

    X: Any
    y: NDArray[Any]
    cv: Any
    params: dict[str, Any]


def known_rows(X: Any, y: Any, schema: Schema, cv: Any, params: Mapping[str, Any]) -> KnownRows:
    """Leave out the rows whose target is missing, also of folds and weights.

    Parameters
    ----------
    X : array-like, shape (n_rows, n_columns)
    y : array-like, shape (n_rows,)
    schema : Schema
        Of the same data; says how `y` is read.
    cv : int, splitter, iterable of (train, test) or None
        Positions in an iterable, and the folds of a ``PredefinedSplit``, are of all rows.
    params : mapping
        Sample weights, groups and the like.

    Examples
    --------
    >>> from warmstart.domain import Column, Schema
    >>> schema = Schema(columns=(Column(0, "numeric"),), task_type="binary", n_rows=3)
    >>> found = known_rows([[1], [2], [3]], ["a", None, "b"], schema, [([0], [1, 2])], {})
    >>> found.y.tolist(), [(train.tolist(), test.tolist()) for train, test in found.cv]
    (['a', 'b'], [([0], [1])])
    """
    # scikit-learn's splitters take no dicts of columns, nor rows that are dicts.
    table = as_frame(X) if isinstance(X, list | tuple | dict) else X
    read, positions = typed_target(y, schema.task_type, schema.target_form)
    n_rows = n_rows_of(table)
    if len(positions) == n_rows:
        return KnownRows(table, read, cv, dict(params))
    return KnownRows(
        take_rows(table, positions),
        read,
        _folds(cv, n_rows, positions),
        {name: rows_of(value, n_rows, positions) for name, value in params.items()},
    )


def _folds(cv: Any, n_rows: int, positions: NDArray[np.intp]) -> Any:
    from sklearn.model_selection import PredefinedSplit

    if isinstance(cv, PredefinedSplit):
        return PredefinedSplit(np.asarray(cv.test_fold)[positions])
    if hasattr(cv, "split") or not isinstance(cv, Iterable):
        return cv
    new = np.full(n_rows, -1)
    new[positions] = np.arange(len(positions))
    return [tuple(_kept(new, part) for part in fold) for fold in cv]


def _kept(new: NDArray[np.intp], part: Any) -> NDArray[np.intp]:
    at: NDArray[np.intp] = new[np.asarray(part)]
    return at[at >= 0]
