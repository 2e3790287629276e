"""Turn a table as it was found into a task: typed columns, one target, no rare classes."""

from __future__ import annotations

import pandas as pd

MISSING_MARKS = ("?", "<null>", "NA", "NaN", "nan", ".", "")
MIN_CLASS_ROWS = 5
MAX_ROWS = 20_000


def clean(
    frame: pd.DataFrame, *, target: str, task_type: str, drop: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Type the columns, drop what may not be used, and keep rows whose target is known.

    Text is stripped and becomes a category unless all of it reads as numbers. Classes with
    fewer than five rows go, as do columns without two distinct values. At most 20,000 rows
    remain, drawn with a fixed seed.

    Raises
    ------
    KeyError
        If the target or a column to drop is not in the table.
    """
    unknown = [name for name in (target, *drop) if name not in frame.columns]
    if unknown:
        raise KeyError(f"no columns {unknown} among {list(frame.columns)[:60]}")
    frame = frame.drop(columns=list(drop))
    frame = pd.DataFrame({name: _typed(frame[name]) for name in frame.columns})
    if task_type == "regression":
        frame[target] = pd.to_numeric(frame[target].astype(object))
    else:
        frame[target] = _labels(frame[target])
    frame = frame[frame[target].notna()]
    if len(frame) > MAX_ROWS:
        frame = frame.sample(MAX_ROWS, random_state=0).sort_index()
    if task_type != "regression":
        counts = frame[target].value_counts()
        frame = frame[frame[target].isin(counts.index[counts >= MIN_CLASS_ROWS])]
    frame = frame.reset_index(drop=True)
    # In a column of marks, absence says as much as presence does.
    constant = [name for name in frame.columns if frame[name].nunique(dropna=False) < 2]
    frame = frame.drop(columns=[name for name in constant if name != target])
    for name in frame.select_dtypes("category"):
        frame[name] = frame[name].cat.remove_unused_categories()
    return frame


def _typed(column: pd.Series) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _as_category(column.astype(object))
    if pd.api.types.is_bool_dtype(column):
        return column.astype("int64")
    if pd.api.types.is_numeric_dtype(column):
        return column
    stripped = column.map(lambda value: value.strip() if isinstance(value, str) else value)
    stripped = stripped.astype(object).where(~stripped.isin(MISSING_MARKS), None)
    numbers = pd.to_numeric(stripped, errors="coerce")
    if numbers.notna().sum() == stripped.notna().sum():
        return numbers
    return _as_category(stripped)


def _as_category(column: pd.Series) -> pd.Series:
    text = column.map(lambda value: None if pd.isna(value) else str(value).strip())
    text = text.astype(object).where(~text.isin(MISSING_MARKS), None)
    return text.astype("category")


def _labels(column: pd.Series) -> pd.Series:
    """Class labels as text, so that 1.0 and 1 are one class everywhere."""
    if pd.api.types.is_numeric_dtype(column):
        column = column.map(lambda value: None if pd.isna(value) else f"{value:g}")
    return column.astype("category")
