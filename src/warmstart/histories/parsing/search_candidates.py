"""Candidates of a scikit-learn search, from its results at hand or in a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warmstart.errors import HistoryError
from warmstart.histories.parsing.literals import LiteralError, read_literal
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.values import number, typed_words

PARAM = "param_"


def candidates_of(frame: pd.DataFrame, remarks: Remarks) -> list[dict[str, Any]]:
    """Hyperparameters of each candidate: as they were, as printed, or from the columns.

    Only the column ``params`` tells a None from what is not there, and a dictionary from
    its text.
    """
    if "params" in frame:
        given = list(frame["params"])
        if given and all(isinstance(value, str) for value in given):
            given = [_literal(text, place, remarks) for place, text in enumerate(given)]
        if all(isinstance(value, Mapping) for value in given):
            return [
                {name: value for name, value in one.items() if not is_missing(value)}
                for one in given
            ]
    columns = [name for name in map(str, frame) if name.startswith(PARAM)]
    if not columns:
        raise HistoryError(
            "the results tell no hyperparameters: no params and no param_ column"
        )
    found: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    for column in columns:
        cells = frame[column]
        words = typed_words({c for c in cells if isinstance(c, str)})
        for values, cell in zip(found, cells, strict=True):
            if not is_missing(cell):
                name = column.removeprefix(PARAM)
                values[name] = words[cell] if isinstance(cell, str) else cell
    return found


def _literal(text: str, place: int, remarks: Remarks) -> dict[str, Any]:
    remarks.place = f"row {place}"
    try:
        return read_literal(text)
    except LiteralError as error:
        raise HistoryError(
            f"row {place}, column params: {error}; without that column, those named param_… "
            "are read"
        ) from error


def is_missing(value: Any) -> bool:
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def numbers_in(frame: pd.DataFrame, column: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A column as numbers, exactly those that were written; NaN for what is none."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return np.array([_number(cell) for cell in frame[column]], np.float64)


def _number(cell: Any) -> float:
    if isinstance(cell, str):
        try:
            return float(cell)
        except ValueError:
            return math.nan
    return number(cell.item() if hasattr(cell, "item") else cell)
