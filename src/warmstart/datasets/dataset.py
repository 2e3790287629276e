"""A dataset as everything else in the library sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.domain import Schema, TaskType


@dataclass(frozen=True)
class ColumnSummary:
    """What is told of a column that was left out."""

    missing: float
    """Share of missing cells, in [0, 1]."""

    n_distinct: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset:
    """One typed table with a target.

    Made by :func:`warmstart.datasets.load.load_dataset`.
    """

    X: pd.DataFrame
    """Columns a pipeline learns from, shape (n_kept_rows, n_used_columns): float64,
    datetime64 in UTC, or object strings with None for missing; rows are capped."""

    y: pd.Series[Any]
    """Target of the same rows, none missing: float64 for regression, else the labels."""

    schema: Schema
    """All columns with their kinds, and counts of all rows with a known target."""

    task_type: TaskType

    name: str

    target: str | int | None = None
    """Name of the target column; None where the target came without one."""

    n_rows: int
    """Rows with a known target, before capping."""

    warnings: tuple[str, ...] = ()
    """What was repaired, dropped, capped or assumed, in plain sentences."""

    left_out: Mapping[str | int, ColumnSummary] = field(default_factory=dict)
    """Columns of the schema that are not in `X`."""

    groups: npt.NDArray[np.intp] | None = None
    """Number of each row's group, shape (n_kept_rows,): rows that belong together."""

    times: npt.NDArray[np.float64] | None = None
    """When each row is from, shape (n_kept_rows,), ascending; -inf where unknown."""

    images: npt.NDArray[np.float32] | None = None
    """Of image tasks: shape (n_kept_rows, n_channels, height, width), in [0, 1]; `X` holds
    their pixels as columns."""

    @cached_property
    def fingerprint(self) -> str:
        """Content sketch of `X` and `y`: :mod:`warmstart.datasets.fingerprints.fingerprint`."""
        from warmstart.datasets.fingerprints.fingerprint import fingerprint

        return fingerprint(self.X, self.y)

    def describe(self) -> pd.DataFrame:
        """One row a column, the target last: its kind, how much is missing, how varied it is.

        Returns
        -------
        pandas.DataFrame, shape (n_columns + 1, 4)
            Columns ``column``, ``kind``, ``missing_pct`` and ``n_distinct``, of the rows
            that were kept; the kind of the target is ``"target"``.

        Examples
        --------
        >>> from warmstart.datasets.load import load_dataset
        >>> frame = pd.DataFrame({"a": [1.5, None, 2.5, 3], "b": 1, "y": list("pqpq")})
        >>> load_dataset(frame, target="y").describe()
          column      kind  missing_pct  n_distinct
        0      a   numeric         25.0           3
        1      b  constant          0.0           1
        2      y    target          0.0           2
        """
        rows: list[tuple[str | int, str, float, int]] = []
        for column in self.schema.columns:
            if column.name in self.left_out:
                summary = self.left_out[column.name]
                share, n_distinct = summary.missing, summary.n_distinct
            else:
                values = self.X[column.name]
                share, n_distinct = float(values.isna().mean()), int(values.nunique())
            rows.append((column.name, column.kind, round(100 * share, 1), n_distinct))
        target = "(target)" if self.target is None else self.target
        rows.append((target, "target", 0.0, int(self.y.nunique())))
        return pd.DataFrame(rows, columns=["column", "kind", "missing_pct", "n_distinct"])
