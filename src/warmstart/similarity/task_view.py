"""What may be known of a task when it is compared with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.errors import SimilarityError

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledRows:
    """A bounded sample of a dataset's rows, as numbers.

    Examples
    --------
    >>> SampledRows(X=np.zeros((3, 2)), y=np.arange(3.0), is_classification=False).X.shape
    (3, 2)
    """

    X: Floats
    """Encoded columns, shape (n_rows, n_columns), no missing value."""

    y: np.ndarray[Any, Any]
    """Labels or target, shape (n_rows,)."""

    is_classification: bool

    def __post_init__(self) -> None:
        if self.X.ndim != 2 or len(self.X) != len(self.y):
            raise SimilarityError(
                f"rows need X of shape (n_rows, n_columns) and as many targets, got "
                f"{self.X.shape} and {self.y.shape}"
            )
        if not np.isfinite(self.X).all():
            raise SimilarityError("rows must hold finite numbers; impute them first")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskView:
    """All that is known of one task; a measure that lacks its input says so.

    Examples
    --------
    >>> TaskView(text="credit risk of loans", scores={"c1": 0.8}).rows is None
    True
    """

    metafeatures: pd.Series[Any] | None = None
    rows: SampledRows | None = None
    images: np.ndarray[Any, Any] | None = None
    """Shape (n_images, height, width) or (n_images, n_channels, height, width), in [0, 1];
    their labels are in `labels`."""

    labels: np.ndarray[Any, Any] | None = None
    text: str | None = None
    """Title, description, names of columns."""

    scores: Mapping[Any, float] | None = None
    """Score of each configuration tried so far, by configuration id."""


def require_part(view: TaskView, part: str, measure: str) -> Any:
    """The part of a view that a measure works on.

    Parameters
    ----------
    view : TaskView
        What is known of a task.
    part : str
        Name of a field of the view.
    measure : str
        Who needs it, for the message.

    Raises
    ------
    SimilarityError
        If it is not known of the task.
    """
    found = getattr(view, part)
    if found is None:
        raise SimilarityError(
            f"similarity {measure!r} compares tasks by their {part}, and this task has none"
        )
    return found


def sample_rows(
    X: pd.DataFrame,
    y: pd.Series[Any],
    *,
    is_classification: bool,
    n_rows: int = 256,
    random_state: int = 0,
) -> SampledRows:
    """Draw rows of a typed table and write them as numbers.

    Numeric columns are imputed by their median, scaled to mean 0 and standard deviation 1 and
    clipped at 5; the ten most frequent levels of a categorical column become indicators. At
    most 100 columns are kept, those that vary most.

    Parameters
    ----------
    X : DataFrame, shape (n_all_rows, n_columns)
        As in :class:`warmstart.datasets.dataset.Dataset`.
    y : Series, shape (n_all_rows,)
    is_classification : bool
    n_rows : int
        At most this many, drawn without replacement.
    random_state : int

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, None, 3.0], "b": ["u", "v", "u"]})
    >>> sample_rows(frame, pd.Series(["p", "q", "p"]), is_classification=True).X.shape
    (3, 3)
    """
    rng = np.random.default_rng(random_state)
    if len(X) > n_rows:
        drawn = np.sort(rng.choice(len(X), n_rows, replace=False))
        X, y = X.iloc[drawn], y.iloc[drawn]
    parts = []
    for name in X.columns:
        column = X[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            known = column.notna()
            column = column.astype("int64").astype("float64").where(known)
        if pd.api.types.is_numeric_dtype(column):
            values = column.to_numpy("float64")
            values = np.where(np.isfinite(values), values, np.nan)
            if np.isnan(values).all():
                continue
            values = np.where(np.isnan(values), np.nanmedian(values), values)
            spread = values.std()
            if spread > 0:
                parts.append(np.clip((values - values.mean()) / spread, -5, 5)[:, None])
        else:
            levels = column.astype("object").value_counts().index[:10]
            if not len(levels):
                continue
            parts.append(np.column_stack([(column == level) for level in levels]).astype(float))
    table = np.hstack(parts) if parts else np.zeros((len(y), 1))
    if table.shape[1] > 100:
        widest = np.argsort(-table.std(axis=0), kind="stable")[:100]
        table = table[:, np.sort(widest)]
    return SampledRows(X=table, y=y.to_numpy(), is_classification=is_classification)
