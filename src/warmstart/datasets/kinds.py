"""What each column holds: inferred from its cells, or as the caller says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from warmstart.datasets.checks import near_misses
from warmstart.datasets.notes import Notes, quoted
from warmstart.domain import Column, ColumnKind
from warmstart.errors import DatasetError
from warmstart.spaces.cells import FALSE_WORDS, TRUE_WORDS, Words, dates_in, numbers_in, words

_CHUNK_CELLS = 4_000_000
_MIN_IDENTIFIER_ROWS = 10
"""In fewer rows than this any column may be unique by chance."""

_MANY_LEVELS = 1_000
_MOSTLY = 0.9
"""Share of cells that must be numbers for the rest to be taken for missing."""

_MIN_MIXED_NUMBERS = 10
"""Fewer distinct numbers among words are levels (1, 2, 3, "4+")."""

_ID_NAME = re.compile(
    r"(?:^|[^a-z])(?:id|ids|uuid|guid|index|idx|rowid|row_?names?|row_?num(?:ber)?|serial)(?:$|[^a-z])"
    r"|^unnamed: 0$",
    re.IGNORECASE,
)
_ID_CAMEL = re.compile(r"[a-z](?:Id|ID)$")
_TIME_NAME = re.compile(r"year|date|time|day|month|week|hour|minute|second|stamp|age", re.I)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?|\d{4}-\d{2}"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:[T ].*)?|\d{1,2}/\d{1,2}/\d{2}(?: .*)?"
    rf"|\d{{1,2}}[- ]{_MONTH}[-, ]+\d{{2,4}}(?: .*)?|{_MONTH}[- ]\d{{1,2}},? \d{{4}}(?: .*)?"
    rf"|{_MONTH}[- ]\d{{4}}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Kinds:
    """The columns of a table and what was counted on the way."""

    columns: tuple[Column, ...]

    n_levels: Mapping[str | int, int]
    """Distinct words of each categorical column."""


def infer_kinds(
    frame: pd.DataFrame, notes: Notes, kinds: Mapping[Any, str] | None = None
) -> Kinds:
    """Kind of every column of a table.

    Numbers are numeric, two-valued truth words boolean, and so on for dates; words are
    text when mostly different and long, identifiers when all different, categorical
    otherwise. Unique integers are identifiers when they only count rows (consecutive or
    sorted) or are named like one. A single value without gaps is constant.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n_rows, n_columns)
        With names as :func:`warmstart.spaces.columns.as_frame` makes them.
    notes : Notes
        Receives what was assumed.
    kinds : mapping of column name to kind, optional
        Overrides the inference.

    Returns
    -------
    Kinds

    Raises
    ------
    DatasetError
        If `kinds` names an unknown column or kind, or a column holds complex numbers.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 2], "b": ["x", "y", "x"], "c": ["yes", "no", "no"]})
    >>> [column.kind for column in infer_kinds(frame, Notes()).columns]
    ['numeric', 'categorical', 'boolean']
    """
    told = check_kinds(frame, kinds or {})
    found: dict[str | int, ColumnKind] = {}
    n_levels: dict[str | int, int] = {}
    plain: list[int] = []
    for position, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        if pd.api.types.is_complex_dtype(dtype):
            raise _complex(name)
        if name not in told and is_number_like(dtype):
            plain.append(position)
            continue
        values = frame.iloc[:, position]
        if name in told:
            kind = told[name]
            _note_lost(values, kind, notes)
            levels = len(words(values)[1]) if kind == "categorical" else 0
        else:
            kind, levels = _kind_of(values, notes)
        found[name] = kind
        if kind == "categorical":
            n_levels[name] = levels
            if levels > _MANY_LEVELS:
                notes.column(name, "Categorical with very many levels", f"{levels:,}")
    found |= _number_kinds(frame, plain, notes)
    columns = tuple(Column(name, found[name]) for name in frame.columns)
    for column in columns:
        if column.name not in told:
            _note_kind(column, notes)
    return Kinds(columns, n_levels)


def is_number_like(dtype: Any) -> bool:
    """Whether cells of a dtype are numbers or truth values without looking at them."""
    return pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype)


def check_kinds(frame: pd.DataFrame, kinds: Mapping[Any, str]) -> dict[str | int, ColumnKind]:
    """Kinds the caller gives, checked and under the names of the table."""
    told: dict[str | int, ColumnKind] = {}
    by_text = {str(name): name for name in frame.columns}
    known = set(frame.columns)
    for name, kind in kinds.items():
        if kind not in get_args(ColumnKind):
            raise DatasetError(
                f"kinds[{name!r}] must be one of {get_args(ColumnKind)}, got {kind!r}"
            )
        if name not in known and str(name) not in by_text:
            similar = near_misses(name, frame.columns)
            hint = f"did you mean {' or '.join(map(repr, similar))}?" if similar else ""
            raise DatasetError(
                f"kinds names {name!r}, which is not a feature column; {hint} "
                f"The columns are {quoted(list(frame.columns), 20)}"
            )
        told[name if name in known else by_text[str(name)]] = kind  # type: ignore[assignment]
    return told


def _complex(name: str | int) -> DatasetError:
    return DatasetError(
        f"column {name!r} holds complex numbers; split it into real and imaginary part, "
        "or into magnitude and angle"
    )


# --- numbers: whole blocks at a time, a table may have 10,000 columns ----------------


def _number_kinds(
    frame: pd.DataFrame, positions: list[int], notes: Notes
) -> dict[str | int, ColumnKind]:
    found: dict[str | int, ColumnKind] = {}
    step = max(1, _CHUNK_CELLS // max(1, len(frame)))
    dtypes = list(frame.dtypes)
    for start in range(0, len(positions), step):
        chunk = positions[start : start + step]
        block = number_block(frame, chunk)
        infinite = np.isinf(block)
        if infinite.any():
            block = np.where(infinite, np.nan, block)
        n_known = len(block) - np.isnan(block).sum(axis=0)
        low, high = np.fmin.reduce(block, axis=0), np.fmax.reduce(block, axis=0)
        n_infinite = infinite.sum(axis=0)
        for i, position in enumerate(chunk):
            name, dtype = frame.columns[position], dtypes[position]
            if n_infinite[i]:
                notes.column(name, "Infinite values read as missing", _cells(n_infinite[i]))
            if n_known[i] == 0 or low[i] == high[i]:
                found[name] = "constant"
            elif pd.api.types.is_bool_dtype(dtype):
                found[name] = "boolean"
            elif pd.api.types.is_integer_dtype(dtype) and n_known[i] == len(block):
                found[name] = _integer_kind(name, block[:, i], low[i], high[i])
            else:
                found[name] = "numeric"
    return found


def number_block(frame: pd.DataFrame, positions: list[int]) -> np.ndarray[Any, Any]:
    """Numeric columns of any dtype as one float64 array."""
    part = frame.iloc[:, positions]
    if all(isinstance(dtype, np.dtype) for dtype in part.dtypes):
        return part.to_numpy(dtype="float64")
    columns = [
        part.iloc[:, i].to_numpy(dtype="float64", na_value=np.nan) for i in range(part.shape[1])
    ]
    return np.column_stack(columns)


def _cells(n: int) -> str:
    return "1 cell" if n == 1 else f"{n:,} cells"


def _integer_kind(
    name: str | int, values: np.ndarray[Any, Any], low: float, high: float
) -> ColumnKind:
    """Integers that only count rows are identifiers."""
    n_rows = len(values)
    # Unique integers span at least as many numbers as there are rows.
    if n_rows < _MIN_IDENTIFIER_ROWS or high - low < n_rows - 1:
        return "numeric"
    steps = np.diff(values)
    if isinstance(name, int):
        return "identifier" if (steps == 1).all() else "numeric"
    if is_id_name(name):
        return "identifier" if pd.Series(values).is_unique else "numeric"
    if _TIME_NAME.search(name):
        return "numeric"
    if (steps > 0).all() or (steps < 0).all():
        return "identifier"
    consecutive = high - low == n_rows - 1 and pd.Series(values).is_unique
    return "identifier" if consecutive else "numeric"


def is_id_name(name: str | int) -> bool:
    """Whether a column is called as row numbers and keys are.

    Examples
    --------
    >>> [is_id_name(name) for name in ("id", "customer_id", "PassengerId", "width", "idle")]
    [True, True, True, False, False]
    """
    return bool(_ID_NAME.search(str(name)) or _ID_CAMEL.search(str(name)))


# --- everything else: one column at a time -------------------------------------------


def _kind_of(values: pd.Series[Any], notes: Notes) -> tuple[ColumnKind, int]:
    name: Any = values.name
    dtype = values.dtype
    if isinstance(dtype, pd.PeriodDtype) or pd.api.types.is_datetime64_any_dtype(dtype):
        return ("date" if values.nunique() > 1 else "constant"), 0
    if pd.api.types.is_timedelta64_dtype(dtype):
        return _duration(values, notes)
    if pd.api.types.is_object_dtype(dtype):
        held = pd.api.types.infer_dtype(values, skipna=True)
        if held == "boolean":
            return ("boolean" if values.nunique() > 1 else "constant"), 0
        if held in ("integer", "floating", "decimal", "mixed-integer-float"):
            numbers = pd.Series(pd.to_numeric(values, errors="coerce"), name=name)
            return _number_kinds(numbers.to_frame(), [0], notes)[name], 0
        if held in ("datetime64", "datetime", "date", "period"):
            return ("date" if values.nunique() > 1 else "constant"), 0
        if held in ("timedelta64", "timedelta"):
            return _duration(pd.to_timedelta(values), notes)
        if held in ("mixed", "mixed-integer", "complex"):
            types = {type(cell) for cell in values[values.notna()]}
            if any(issubclass(one, complex) for one in types):
                raise _complex(name)
            if nested := [one for one in types if _is_nested(one)]:
                fate = "Left out, cells are lists, dicts or the like"
                notes.column(name, fate, nested[0].__name__)
                return "identifier", 0
            mixed = ", ".join(sorted({one.__name__ for one in types}))
            notes.column(name, "Mixed types, read as numbers or as words", mixed)
    elif isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith(
        ("list", "large_list", "fixed_size_list", "struct", "map")
    ):
        notes.column(name, "Left out, cells are lists, dicts or the like", str(dtype))
        return "identifier", 0
    is_category = isinstance(dtype, pd.CategoricalDtype)
    return _word_kind(values, notes, levels_only=is_category)


def _is_nested(one: type) -> bool:
    return issubclass(one, (list, dict, set, frozenset, tuple, np.ndarray))


def _duration(values: pd.Series[Any], notes: Notes) -> tuple[ColumnKind, int]:
    if values.nunique() < 2:
        return "constant", 0
    notes.column(values.name, "Durations read as seconds")  # type: ignore[arg-type]
    return "numeric", 0


def _word_kind(
    values: pd.Series[Any], notes: Notes, *, levels_only: bool
) -> tuple[ColumnKind, int]:
    name: Any = values.name
    codes, found = words(values)
    counts = np.bincount(codes + 1, minlength=len(found) + 1)
    n_known = int(counts[1:].sum())
    said_missing = int(len(values) - counts[1:].sum() - values.isna().sum())
    if len(found) < 2:
        # One word beside gaps still tells rows apart: "yes" or nothing.
        if len(found) == 1 and n_known < len(values):
            return "categorical", 1
        return "constant", len(found)
    unique = len(found) == n_known >= _MIN_IDENTIFIER_ROWS
    if not levels_only:
        if kind := _numbers_in_words(name, found, counts[1:], notes):
            return kind, 0
        lowered = {word.lower() for word in found[:20]} if len(found) <= 20 else set()
        if lowered and lowered <= TRUE_WORDS | FALSE_WORDS:
            if lowered & TRUE_WORDS and lowered & FALSE_WORDS:
                return "boolean", 0
        elif _are_dates(found):
            return "date", 0
        if _are_text(found, n_known):
            return "text", 0
    if said_missing:
        notes.column(name, 'Words such as "?" or "NA" read as missing', _cells(said_missing))
    return ("identifier" if unique else "categorical"), len(found)


def _numbers_in_words(
    name: str | int, found: Words, counts: np.ndarray[Any, Any], notes: Notes
) -> ColumnKind | None:
    read = numbers_in(found)
    are = ~np.isnan(read)
    # 007 is a code; as a number it would lose its zeros.
    if not are.any() or any(re.fullmatch(r"0\d+", word) for word in found[are]):
        return None
    if are.all():
        notes.column(name, "Numbers stored as text, read as numbers")
        return "numeric"
    share = counts[are].sum() / counts.sum()
    if share < _MOSTLY or are.sum() < _MIN_MIXED_NUMBERS:
        return None
    lost = int(counts[~are].sum())
    detail = f"{_cells(lost)} such as {found[~are][0]!r}"
    notes.column(name, "Mostly numbers, the other cells read as missing", detail)
    return "numeric"


def _are_dates(found: Words) -> bool:
    sample = found[:50]
    if sum(bool(_DATE.fullmatch(word)) for word in sample) < 0.95 * len(sample):
        return False
    return float(np.mean(dates_in(found[:1000], first=False).notna())) >= 0.95


def _are_text(found: Words, n_known: int) -> bool:
    if len(found) < 0.5 * n_known:
        return False
    sample = found[:1000]
    n_words = float(np.mean([len(word.split()) for word in sample]))
    length = float(np.mean([len(word) for word in sample]))
    return n_words >= 3 or (n_words >= 2 and length >= 40) or length >= 60


def _note_lost(values: pd.Series[Any], kind: ColumnKind, notes: Notes) -> None:
    if kind != "numeric" or is_number_like(values.dtype):
        return
    codes, found = words(values)
    lost = int(np.isin(codes, np.flatnonzero(np.isnan(numbers_in(found)))).sum())
    if lost:
        notes.column(values.name, "Cells that are no numbers read as missing", _cells(lost))  # type: ignore[arg-type]


def _note_kind(column: Column, notes: Notes) -> None:
    if column.kind == "constant":
        notes.column(column.name, "Left out, constant or all missing")
    elif column.kind == "identifier":
        notes.column(column.name, "Left out, identifies rows (keep with kinds={name: kind})")
    elif column.kind == "text":
        notes.column(column.name, "Free text")
    elif column.kind == "date":
        notes.column(column.name, "Dates")
