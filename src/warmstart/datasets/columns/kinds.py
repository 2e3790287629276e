"""What each column holds: inferred from its cells, or as the caller says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd

from warmstart.datasets.checks import near_misses
from warmstart.datasets.columns.number_kinds import is_number_like, number_kinds
from warmstart.datasets.columns.word_kinds import NESTED_NOTE, complex_numbers, kind_of
from warmstart.datasets.notes import Notes, quoted
from warmstart.domain import USED_KINDS, Column, ColumnKind
from warmstart.errors import DatasetError
from warmstart.tables.cells import words

_MANY_LEVELS = 1_000

_KIND_NOTES: Mapping[str, str] = {
    "constant": "Left out, constant or all missing",
    "identifier": "Left out, identifies rows (keep with kinds={name: kind})",
    "text": "Free text",
    "date": "Dates",
}


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

    Numbers are numeric, also where stored as words; two opposite truth words are boolean;
    words are dates where they look like it, text where long and mostly different,
    identifiers where all different, and categorical otherwise. Unique integers that only
    count rows, or are named as keys are, are identifiers; floats never are. One value in
    every row is constant.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n_rows, n_columns)
        With names as :func:`warmstart.tables.frames.as_frame` makes them.
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
    stated = check_kinds(frame, kinds or {})
    found: dict[str | int, ColumnKind] = dict(stated)
    n_levels: dict[str | int, int] = {}
    plain: list[int] = []
    nested: set[str | int] = set()
    for position, (name, dtype) in enumerate(zip(frame.columns, frame.dtypes, strict=True)):
        if pd.api.types.is_complex_dtype(dtype):
            raise complex_numbers(name)
        if name in stated:
            if stated[name] == "categorical":
                n_levels[name] = len(words(frame[name])[1])
        elif is_number_like(dtype):
            plain.append(position)
        else:
            n_nested = notes.count(NESTED_NOTE)
            kind, levels = kind_of(frame.iloc[:, position], notes)
            found[name] = kind
            if notes.count(NESTED_NOTE) > n_nested:
                nested.add(name)
            if kind == "categorical":
                n_levels[name] = levels
    found |= number_kinds(frame, plain, notes)
    _keep_something(frame, found, stated)
    for name in frame.columns:
        if n_levels.get(name, 0) > _MANY_LEVELS:
            notes.column(name, "Categorical with very many levels", f"{n_levels[name]:,}")
        # Of what is nested it was said already, and no other kind would keep it.
        if name not in stated and name not in nested and found[name] in _KIND_NOTES:
            notes.column(name, _KIND_NOTES[found[name]])
    return Kinds(tuple(Column(name, found[name]) for name in frame.columns), n_levels)


def check_kinds(frame: pd.DataFrame, kinds: Mapping[Any, str]) -> dict[str | int, ColumnKind]:
    """Kinds the caller gives, checked and under the names of the table.

    Raises
    ------
    DatasetError
        If a name is no column, or a kind is none there is.
    """
    stated: dict[str | int, ColumnKind] = {}
    if not isinstance(kinds, Mapping):
        raise DatasetError(
            f"kinds maps names of columns to kinds, such as {{'zip': 'categorical'}}; "
            f"got {kinds!r}"
        )
    by_text = {str(name): name for name in frame.columns} if kinds else {}
    for name, kind in kinds.items():
        if kind not in get_args(ColumnKind):
            raise DatasetError(
                f"kinds[{name!r}] must be one of {get_args(ColumnKind)}, got {kind!r}"
            )
        if str(name) not in by_text:
            similar = near_misses(name, frame.columns)
            hint = f"; did you mean {' or '.join(map(repr, similar))}?" if similar else "."
            raise DatasetError(
                f"kinds names {name!r}, which is not a feature column{hint} "
                f"The columns are {quoted(list(frame.columns), 20)}"
            )
        stated[by_text[str(name)]] = kind  # type: ignore[assignment]
    return stated


def _keep_something(
    frame: pd.DataFrame, found: dict[str | int, ColumnKind], stated: Mapping[str | int, str]
) -> None:
    """Counting integers are better than nothing to learn from."""
    if any(kind in USED_KINDS for kind in found.values()):
        return
    for name, dtype in zip(frame.columns, frame.dtypes, strict=True):
        if found[name] == "identifier" and name not in stated and is_number_like(dtype):
            found[name] = "numeric"
