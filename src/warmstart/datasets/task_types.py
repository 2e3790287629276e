"""What kind of task a target makes, where nobody says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.notes import Notes
from warmstart.tables.cells import words
from warmstart.tables.targets import (
    missing_words,
)
from warmstart.tables.written_numbers import numbers_in

_MAX_INTEGER_CLASSES = 20


_MAX_CLASS_SHARE = 0.2
"""Integers with more distinct values than this share of the rows are quantities."""


def infer_task_type(kept: pd.Series[Any], notes: Notes) -> str:
    """ "classification" or "regression", with a note where another reading is likely."""
    if pd.api.types.is_bool_dtype(kept.dtype):
        return "classification"
    if not pd.api.types.is_numeric_dtype(kept.dtype):
        return _infer_words(kept, notes)
    numbers = kept.to_numpy(dtype="float64")
    distinct = np.unique(numbers)
    if (distinct != np.round(distinct)).any():
        if len(distinct) <= _MAX_INTEGER_CLASSES // 2:
            notes.say(
                f"The target has {len(distinct)} distinct fractional numbers, taken for a "
                "quantity (regression); for classes pass task_type='classification'."
            )
        return "regression"
    if len(distinct) <= 2:
        return "classification"
    few = len(distinct) <= _MAX_INTEGER_CLASSES
    if few and len(distinct) <= max(3, _MAX_CLASS_SHARE * len(numbers)):
        counted = distinct[0] in (0, 1) and np.ptp(distinct) == len(distinct) - 1
        if not counted or len(distinct) > 10:
            notes.say(
                f"The target has {len(distinct)} distinct integers, taken for classes; "
                "for a quantity pass task_type='regression'."
            )
        return "classification"
    if len(distinct) <= 100 and len(numbers) >= 20 * len(distinct):
        notes.say(
            f"The target has {len(distinct)} distinct integers, taken for a quantity "
            "(regression); for classes pass task_type='classification'."
        )
    return "regression"


def _infer_words(kept: pd.Series[Any], notes: Notes) -> str:
    read = numbers_in(words(kept[~missing_words(kept)])[1])
    numeric = len(read) > 0 and not np.isnan(read).any()
    if numeric and ((read != np.round(read)).any() or len(read) > _MAX_INTEGER_CLASSES):
        notes.say(
            "The target holds numbers stored as text, taken for a quantity (regression); "
            "for classes pass task_type='classification'."
        )
        return "regression"
    return "classification"
