"""The first step of every pipeline: whatever comes, as the typed frame of its schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from warmstart.domain import USED_KINDS, Column, ColumnKind
from warmstart.tables.cells import day_first
from warmstart.tables.frames import as_frame
from warmstart.tables.marks import written_marks
from warmstart.tables.typed import by_name, typed_array, typed_frame, with_commas

if TYPE_CHECKING:
    from typing_extensions import Self


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
        frame = by_name(frame, columns)
        dates = [column for column in columns if column.kind == "date"]
        self.day_first_ = [c.name for c in dates if day_first(frame[c.name])]
        self.comma_ = with_commas(written_marks(frame, columns))
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
