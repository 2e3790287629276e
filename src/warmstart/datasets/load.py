"""Whatever a user hands in, as one typed table with a task type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.checks import (
    check_features,
    check_lengths,
    check_n_rows,
    check_task_words,
)
from warmstart.datasets.dataset import ColumnSummary, Dataset
from warmstart.datasets.kinds import infer_kinds
from warmstart.datasets.notes import Notes
from warmstart.datasets.sources import read_source
from warmstart.datasets.target import Target, as_series, read_target
from warmstart.domain import USED_KINDS, Schema
from warmstart.errors import DatasetError
from warmstart.spaces.columns import as_frame, typed_frame

_MIN_PER_CLASS = 10
"""Rows of every class that survive capping, as far as it has them."""


def load_dataset(
    data: Any,
    y: Any = None,
    *,
    target: Any = None,
    task_type: str | None = None,
    kinds: Mapping[Any, str] | None = None,
    max_rows: int = 100_000,
    random_state: int = 0,
    name: str | None = None,
) -> Dataset:
    """Read a dataset of any form into one typed table.

    Parameters
    ----------
    data : table, (X, y), path or address
        A DataFrame of any library narwhals knows (pandas, polars, pyarrow, …), an array
        or scipy sparse matrix of shape (n_rows, n_columns), a pair ``(X, y)``, a path to
        a CSV, Parquet or ARFF file, a scikit-learn ``Bunch``, or ``"openml:31"``.
    y : array-like, shape (n_rows,), optional
        Target, matched to the rows of `data` by position.
    target : str or int, optional
        Name of the target column, where `data` holds it.
    task_type : {"binary", "multiclass", "classification", "regression"}, optional
        Inferred from the target by default: words, truth values and few distinct
        integers are classes, other numbers a quantity.
    kinds : mapping of column name to kind, optional
        Overrides what :func:`warmstart.datasets.kinds.infer_kinds` says of a column.
    max_rows : int
        A larger table is sampled, keeping the shares of its classes.
    random_state : int
        Seed of that sample.
    name : str, optional
        What to call the dataset; by default what its file or source calls it.

    Returns
    -------
    Dataset
        ``warnings`` tells everything that was repaired, dropped, capped or assumed.

    Raises
    ------
    DatasetError
        If nothing can be learned from the data; the message says why and what to do.
    DatasetNotFoundError
        If a path leads nowhere.
    MissingExtraError
        If an OpenML dataset is asked for without the ``openml`` extra.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "age": [22, 35, None, 58, 41, 29],
    ...     "job": ["cook", "?", "nurse", "cook", "cook", "nurse"],
    ...     "paid": ["yes", "no", "no", "yes", "yes", "no"]})
    >>> dataset = load_dataset(frame, target="paid")
    >>> dataset.task_type, [(c.name, c.kind) for c in dataset.schema.columns]
    ('binary', [('age', 'numeric'), ('job', 'categorical')])
    >>> dataset.warnings
    ('Words such as "?" or "NA" read as missing: \\'job\\' (1 cell).',)
    """
    if isinstance(data, Dataset):
        return data
    check_task_words(task_type)
    if max_rows < 1:
        raise DatasetError(f"max_rows must be at least 1, got {max_rows}")
    notes = Notes()
    source = read_source(data, y, target, notes)
    values = as_series(source.y)
    n_given = _n_rows(source.X)
    check_lengths(n_given, len(values))
    check_n_rows(n_given)
    read = read_target(values, task_type, notes)
    n_rows = len(read.y)
    chosen = _cap(read, max_rows, random_state, notes)
    frame = as_frame(_take(source.X, read.rows[chosen], n_given))
    _note_names(source.X, frame, notes)
    inferred = infer_kinds(frame, notes, kinds)
    used = [column for column in inferred.columns if column.kind in USED_KINDS]
    check_features(len(used), notes.sentences())
    left_out = {
        column.name: _summary(frame[column.name])
        for column in inferred.columns
        if column.kind not in USED_KINDS
    }
    counts = read.class_counts
    return Dataset(
        X=typed_frame(frame, inferred.columns).reset_index(drop=True),
        y=_named(read.y.iloc[chosen], source.target),
        schema=Schema(
            columns=inferred.columns,
            task_type=read.task_type,
            n_rows=n_rows,
            min_class_count=None if counts is None else min(counts.values()),
            max_categories=max(inferred.n_levels.values(), default=0),
        ),
        task_type=read.task_type,
        name=name or source.name,
        target=source.target,
        n_rows=n_rows,
        warnings=notes.sentences(),
        left_out=left_out,
    )


def _n_rows(X: Any) -> int:
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) > 0:
        return int(shape[0])
    return len(as_frame(X))


def _named(y: pd.Series[Any], target: str | int | None) -> pd.Series[Any]:
    return y.reset_index(drop=True).rename("target" if target is None else target)


def _take(X: Any, rows: np.ndarray[Any, np.dtype[np.intp]], n_given: int) -> Any:
    if len(rows) == n_given:
        return X
    if hasattr(X, "tocsr"):
        return X.tocsr()[rows]
    if isinstance(X, np.ndarray):
        return X[rows]
    return as_frame(X).iloc[rows]


def _note_names(X: Any, frame: pd.DataFrame, notes: Notes) -> None:
    if not isinstance(X, pd.DataFrame) or X.columns.is_unique:
        return
    changed = [name for name in frame.columns if name not in set(X.columns)]
    for name in changed:
        notes.column(name, "Duplicate column names made unique")


def _summary(values: pd.Series[Any]) -> ColumnSummary:
    try:
        n_distinct = int(values.nunique())
    except TypeError:
        n_distinct = int(values.dropna().map(str).nunique())
    return ColumnSummary(float(values.isna().mean()), n_distinct)


def _cap(
    read: Target, max_rows: int, random_state: int, notes: Notes
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Positions among the known rows that are kept, ascending."""
    n_rows = len(read.y)
    if n_rows <= max_rows:
        return np.arange(n_rows)
    notes.say(
        f"{n_rows:,} rows were sampled down to {max_rows:,} (max_rows), "
        f"seed {random_state}; counts are of all rows."
    )
    random = np.random.default_rng(random_state)
    if read.task_type == "regression":
        return np.sort(random.choice(n_rows, max_rows, replace=False))
    codes, classes = pd.factorize(read.y)
    return stratified_sample(codes, len(classes), max_rows, random)


def stratified_sample(
    codes: np.ndarray[Any, Any], n_classes: int, size: int, random: np.random.Generator
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Positions of about `size` rows that keep class shares and every rare class.

    Examples
    --------
    >>> codes = np.array([0] * 96 + [1] * 4)
    >>> chosen = stratified_sample(codes, 2, 24, np.random.default_rng(0))
    >>> np.bincount(codes[chosen]).tolist()
    [20, 4]
    """
    counts = np.bincount(codes, minlength=n_classes)
    floor = np.minimum(counts, _MIN_PER_CLASS)
    if floor.sum() > size:  # too many classes to keep them all
        return np.sort(random.choice(len(codes), size, replace=False))
    spare = (size - floor.sum()) / max(1, (counts - floor).sum())
    quota = floor + np.floor((counts - floor) * spare).astype(np.intp)
    order = np.lexsort((random.random(len(codes)), codes))
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.arange(len(codes)) - starts[codes[order]]
    return np.sort(order[rank < quota[codes[order]]])
