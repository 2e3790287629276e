"""Whatever a user hands in, as one typed table with a task type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from warmstart.datasets.checks import (
    are_images,
    check_features,
    check_lengths,
    check_n_rows,
    check_task_words,
)
from warmstart.datasets.columns.kinds import infer_kinds
from warmstart.datasets.dataset import ColumnSummary, Dataset
from warmstart.datasets.notes import Notes
from warmstart.datasets.readers.sources import read_source
from warmstart.datasets.remarks import (
    naming,
    note_index,
    note_lost,
    note_marks,
    note_names,
    note_order,
)
from warmstart.datasets.row_labels import read_row_labels
from warmstart.datasets.sampling import capped
from warmstart.datasets.target import read_target
from warmstart.domain import USED_KINDS, Column, Schema
from warmstart.errors import DatasetError
from warmstart.tables.frames import as_frame, n_rows_of, take_rows
from warmstart.tables.marks import has_decimal_commas, written_marks
from warmstart.tables.targets import as_series
from warmstart.tables.typed import typed_frame
from warmstart.tables.written_numbers import settled

MAX_ROWS = 100_000
"""Rows of a larger table that are kept."""

_MAX_DENSE_CELLS = 100_000_000
"""Cells a sparse matrix may have when made dense: 800 MB."""

_MIN_SPARSE_ROWS = 1_000


def load_dataset(
    data: Any,
    y: Any = None,
    *,
    target: Any = None,
    task_type: str | None = None,
    kinds: Mapping[Any, str] | None = None,
    groups: Any = None,
    time: Any = None,
    max_rows: int = MAX_ROWS,
    random_state: int = 0,
    name: str | None = None,
) -> Dataset:
    """Read a dataset of any form into one typed table.

    Parameters
    ----------
    data : table, (X, y), path or address
        A DataFrame of any library narwhals knows (pandas, polars, pyarrow, …), anything
        with ``to_pandas()``, an array or scipy sparse matrix of shape (n_rows, n_columns), a
        pair ``(X, y)``, a scikit-learn ``Bunch``, ``"openml:31"``, or a path or web address
        of a CSV, Parquet, ARFF, Feather, Excel or JSON lines file; a
        :class:`~warmstart.datasets.readers.data_file.DataFile` says more of one.
    y : array-like, shape (n_rows,), optional
        Target, matched to the rows of `data` by position.
    target : str or int, optional
        Name of the target column, where `data` holds it.
    task_type : {"binary", "multiclass", "classification", "regression", "image"}, optional
        Inferred from the target by default: words, truth values and few distinct
        integers are classes, other numbers a quantity.
    kinds : mapping of column name to kind, optional
        Overrides what :func:`warmstart.datasets.columns.kinds.infer_kinds` says of a column.
    groups : str, int or array-like of shape (n_rows,), optional
        Which rows belong together, such as those of one customer: a column by name, which
        is then no feature, or a value a row.
    time : str, int or array-like of shape (n_rows,), optional
        When rows are from: a column by name, which stays a feature, or a value a row.
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

    Notes
    -----
    Columns of one name are told apart (a, a.1) and columns of lists or dicts left out, both
    with a warning, rather than refused: the pipelines meet the same table and do the same,
    and what the other columns say is not lost for one that nobody may need.

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
    if are_images(data, task_type):
        from warmstart.datasets.images.flat import load_images

        return load_images(data, y, max_rows=max_rows, random_state=random_state, name=name)
    notes = Notes()
    with naming(data):
        source = read_source(data, y, target, notes)
        values = as_series(source.y)
        note_order(source.X, source.y, notes)
        note_index(source.X, notes)
        n_given = n_rows_of(source.X)
        check_lengths(n_given, len(values))
        labels = read_row_labels(source.X, groups, time, n_given, notes)
        check_n_rows(n_given)
        read = read_target(
            values, task_type, notes, of_table=lambda: has_decimal_commas(as_frame(source.X))
        )
    n_rows = len(read.y)
    chosen = capped(read, _row_limit(source.X, max_rows), random_state, notes)
    kept_rows = read.rows[chosen]
    frame = as_frame(take_rows(labels.X, kept_rows))
    note_names(labels.X, frame, notes)
    y_kept = _named(read.y.iloc[chosen], source.target)
    kinds = _without_target(frame, y_kept, kinds or {}, notes)
    inferred = infer_kinds(frame, notes, kinds)
    used = [column for column in inferred.columns if column.kind in USED_KINDS]
    with naming(data):
        check_features(len(used), notes.sentences())
    counts = read.class_counts
    marks = written_marks(frame, inferred.columns)
    commas = settled(marks)
    note_marks(marks, commas, notes)
    X = typed_frame(
        frame, inferred.columns, comma_columns=[name for name in commas if commas[name]]
    ).reset_index(drop=True)
    note_lost(frame, X, kinds, notes)
    return Dataset(
        X=X,
        y=y_kept,
        schema=Schema(
            columns=inferred.columns,
            task_type=read.task_type,
            n_rows=n_rows,
            min_class_count=None if counts is None else min(counts.values()),
            max_categories=max(inferred.n_levels.values(), default=0),
            target_form=read.form,
        ),
        task_type=read.task_type,
        name=name or source.name,
        target=source.target,
        n_rows=n_rows,
        warnings=notes.sentences(),
        left_out=_summaries(frame, inferred.columns),
        groups=None if labels.groups is None else labels.groups[kept_rows],
        times=None if labels.times is None else labels.times[kept_rows],
    )


def _row_limit(X: Any, max_rows: int) -> int:
    """Fewer rows than `max_rows` where a sparse matrix would fill the memory."""
    if not hasattr(X, "tocsr"):
        return max_rows
    n_columns = int(X.shape[1])
    fitting = _MAX_DENSE_CELLS // max(1, n_columns)
    if fitting < min(X.shape[0], _MIN_SPARSE_ROWS):
        raise DatasetError(
            f"a sparse matrix of {n_columns:,} columns is too wide to be learned from; "
            "reduce it first, for example with sklearn.decomposition.TruncatedSVD"
        )
    return min(max_rows, fitting)


def _named(y: pd.Series[Any], target: str | int | None) -> pd.Series[Any]:
    return y.reset_index(drop=True).rename("target" if target is None else target)


def _without_target(
    frame: pd.DataFrame, y: pd.Series[Any], kinds: Mapping[Any, str], notes: Notes
) -> Mapping[Any, str]:
    """Kinds that leave out a copy of the target forgotten among the features."""
    if y.name not in frame.columns or y.name in kinds:
        return kinds
    name: Any = y.name
    if frame[name].tolist() != y.tolist():
        return kinds
    notes.column(name, "Left out of X, equal to y")
    return {**kinds, name: "identifier"}


def _summaries(
    frame: pd.DataFrame, columns: tuple[Column, ...]
) -> dict[str | int, ColumnSummary]:
    """What is told of the columns that are left out."""
    left_out = [column for column in columns if column.kind not in USED_KINDS]
    shares = frame[[column.name for column in left_out]].isna().mean().tolist()
    found = {}
    for column, share in zip(left_out, shares, strict=True):
        constant = column.kind == "constant"
        n_distinct = int(share < 1) if constant else _n_distinct(frame[column.name])
        found[column.name] = ColumnSummary(share, n_distinct)
    return found


def _n_distinct(values: pd.Series[Any]) -> int:
    try:
        return int(values.nunique())
    except (TypeError, NotImplementedError):  # cells such as lists have no hash
        return int(values.dropna().map(str).nunique())
