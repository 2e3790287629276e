"""Kind of one column whose cells are words or objects."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.datasets.columns.number_kinds import cells, integer_kind, number_kinds
from warmstart.datasets.notes import Notes
from warmstart.domain import ColumnKind
from warmstart.errors import DatasetError
from warmstart.tables.cells import FALSE_WORDS, TRUE_WORDS, words
from warmstart.tables.dates import dates_in
from warmstart.tables.written_numbers import Words, numbers_in

_MIN_UNIQUE_ROWS = 10
"""In fewer rows all words may differ by chance."""

_MOSTLY = 0.9
"""Share of cells that must be numbers for the rest to be taken for missing."""

_MIN_MIXED_NUMBERS = 10
"""Fewer distinct numbers among words are levels (1, 2, 3, "4+")."""

_SAMPLE = 1_000

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?|\d{4}-\d{2}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:[T ].*)?|\d{1,2}/\d{1,2}/\d{2}(?: .*)?"
    rf"|\d{{1,2}}[- ]{_MONTH}[-, ]+\d{{2,4}}(?: .*)?|{_MONTH}[- ]\d{{1,2}},? \d{{4}}(?: .*)?"
    rf"|{_MONTH}[- ]\d{{4}}",
    re.IGNORECASE,
)
NESTED_NOTE = "Left out, cells are lists, dicts or the like"
_NESTED_ARROW = ("list", "large_list", "fixed_size_list", "struct", "map")


def complex_numbers(name: str | int) -> DatasetError:
    """The error for complex numbers."""
    return DatasetError(
        f"column {name!r} holds complex numbers; split it into real and imaginary part, "
        "or into magnitude and angle"
    )


def kind_of(values: pd.Series[Any], notes: Notes) -> tuple[ColumnKind, int]:
    """Kind of a column that is not of a numeric type, and its levels if categorical.

    Raises
    ------
    DatasetError
        If a cell is a complex number.

    Examples
    --------
    >>> kind_of(pd.Series(["12.03.2020", "01.04.2021"]), Notes())
    ('date', 0)
    """
    name: Any = values.name
    dtype = values.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return _unless_constant("date", values), 0
    if pd.api.types.is_timedelta64_dtype(dtype):
        return _duration(values, notes), 0
    if isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith(_NESTED_ARROW):
        notes.column(name, NESTED_NOTE, str(dtype).partition("<")[0])
        return "identifier", 0
    if pd.api.types.is_object_dtype(dtype) and (kind := _kind_of_objects(values, notes)):
        return kind, 0
    levels_only = isinstance(dtype, pd.CategoricalDtype)
    return _kind_of_words(values, notes, levels_only=levels_only)


def _unless_constant(kind: ColumnKind, values: pd.Series[Any]) -> ColumnKind:
    return kind if values.nunique() > 1 else "constant"


def _duration(values: pd.Series[Any], notes: Notes) -> ColumnKind:
    kind = _unless_constant("numeric", values)
    if kind == "numeric":
        name: Any = values.name
        notes.column(name, "Durations read as seconds")
    return kind


def _kind_of_objects(values: pd.Series[Any], notes: Notes) -> ColumnKind | None:
    """Kind of a column of Python objects by their types; None where they are words."""
    name: Any = values.name
    held = pd.api.types.infer_dtype(values, skipna=True)
    if held == "boolean":
        return _unless_constant("boolean", values)
    if held in ("integer", "floating", "decimal", "mixed-integer-float"):
        read = pd.Series(pd.to_numeric(values, errors="coerce"), name=name)
        return number_kinds(read.to_frame(), [0], notes)[name]
    if held in ("datetime64", "datetime", "date", "period"):
        return _unless_constant("date", values)
    if held in ("timedelta64", "timedelta"):
        return _duration(values, notes)
    if held not in ("mixed", "mixed-integer", "complex"):
        return None
    types = {type(cell) for cell in values[values.notna()]}
    if any(issubclass(one, (complex, np.complexfloating)) for one in types):
        raise complex_numbers(name)
    nested = [one for one in types if _is_nested(one)]
    if nested:
        notes.column(name, NESTED_NOTE, nested[0].__name__)
        return "identifier"
    if len(types) > 1:
        mixed = ", ".join(sorted({one.__name__ for one in types}))
        notes.column(name, "Mixed types, read as numbers or as words", mixed)
    return None


def _is_nested(one: type) -> bool:
    return issubclass(one, (list, dict, set, frozenset, tuple, np.ndarray, pd.Series))


def _kind_of_words(
    values: pd.Series[Any], notes: Notes, *, levels_only: bool
) -> tuple[ColumnKind, int]:
    name: Any = values.name
    codes, found = words(values)
    counts = np.bincount(codes + 1, minlength=len(found) + 1)[1:]
    n_known = int(counts.sum())
    if len(found) < 2:
        # One word beside gaps still tells rows apart: "yes" or nothing.
        if len(found) == 1 and n_known < len(values):
            return "categorical", 1
        return "constant", len(found)
    if not levels_only:
        if kind := _kind_of_numbers(name, codes, found, counts, notes):
            return kind, 0
        if _are_truth_words(found):
            return "boolean", 0
        if _are_dates(found):
            return "date", 0
        if _are_text(found, n_known):
            return "text", 0
    if n_known < len(values):
        said_missing = len(values) - n_known - int(values.isna().sum())
        if said_missing:
            detail = cells(said_missing)
            notes.column(name, 'Words such as "?" or "NA" read as missing', detail)
    unique = len(found) == n_known >= _MIN_UNIQUE_ROWS
    return ("identifier" if unique else "categorical"), len(found)


def _kind_of_numbers(
    name: str | int, codes: NDArray[np.intp], found: Words, counts: NDArray[Any], notes: Notes
) -> ColumnKind | None:
    if np.isnan(numbers_in(found[:_SAMPLE])).mean() > 0.5:
        return None
    read = numbers_in(found)
    are = ~np.isnan(read)
    # 007 is a code; as a number it would lose its zeros.
    if any(re.fullmatch(r"0\d+", word) for word in found[are]):
        return None
    if are.all():
        notes.column(name, "Numbers stored as text, read as numbers")
        whole = (read == np.round(read)).all() and (codes >= 0).all()
        return integer_kind(name, read[codes]) if whole else "numeric"
    share = counts[are].sum() / counts.sum()
    if share < _MOSTLY or are.sum() < _MIN_MIXED_NUMBERS:
        return None
    detail = f"{cells(int(counts[~are].sum()))} such as {found[~are][0]!r}"
    notes.column(name, "Mostly numbers, the other cells read as missing", detail)
    return "numeric"


def _are_truth_words(found: Words) -> bool:
    if len(found) > len(TRUE_WORDS | FALSE_WORDS):
        return False
    lowered = {word.lower() for word in found}
    return (
        lowered <= TRUE_WORDS | FALSE_WORDS
        and bool(lowered & TRUE_WORDS)
        and bool(lowered & FALSE_WORDS)
    )


def _are_dates(found: Words) -> bool:
    sample = found[:50]
    if sum(bool(_DATE.fullmatch(word)) for word in sample) < 0.95 * len(sample):
        return False
    return float(np.mean(dates_in(found[:_SAMPLE], first=False).notna())) >= 0.95


def _are_text(found: Words, n_known: int) -> bool:
    if len(found) < 0.5 * n_known:
        return False
    sample = found[:_SAMPLE]
    n_words = float(np.mean([len(word.split()) for word in sample]))
    length = float(np.mean([len(word) for word in sample]))
    return n_words >= 3 or (n_words >= 2 and length >= 40) or length >= 60
