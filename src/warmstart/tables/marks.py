"""How the numbers of a table are marked: points, commas, groups of thousands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from warmstart.domain import Column
from warmstart.tables.cells import words
from warmstart.tables.written_numbers import Marks, marks_in


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
