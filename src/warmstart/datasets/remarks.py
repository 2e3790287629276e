"""What is told of a table beside the kinds of its columns: its file, order, index, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warmstart.datasets.columns.number_kinds import cells
from warmstart.datasets.notes import Notes, quoted
from warmstart.datasets.readers.data_file import DataFile, shown
from warmstart.errors import DatasetError
from warmstart.tables.written_numbers import Marks, numbers_in


def note_order(X: Any, y: Any, notes: Notes) -> None:
    """Tell where X and y are in another order by their indexes."""
    if not isinstance(X, pd.DataFrame) or not isinstance(y, pd.Series) or len(X) != len(y):
        return
    if not X.index.equals(y.index) and X.index.isin(y.index).all():
        notes.say(
            "X and y have the same index in another order; their rows were matched by "
            "position, as scikit-learn does."
        )


def note_index(X: Any, notes: Notes) -> None:
    """Tell of an index that says something, for no pipeline sees it.

    Row numbers say nothing, in whatever order; names, dates and several levels do.
    """
    if not isinstance(X, pd.DataFrame):
        return
    index = X.index
    named = [name for name in index.names if name is not None]
    several = isinstance(index, pd.MultiIndex)
    if several or named:
        what = f"{index.nlevels} levels" if several else "the row labels"
        called = f" ({quoted([str(name) for name in named])})" if named else ""
        keep = "reset_index()"
    elif pd.api.types.is_datetime64_any_dtype(index.dtype) or isinstance(
        index, pd.PeriodIndex | pd.TimedeltaIndex
    ):
        what, called, keep = "dates", "", 'rename_axis("date").reset_index()'
    elif not pd.api.types.is_numeric_dtype(index.dtype) and len(index):
        what, called, keep = f"words such as {index[0]!r}", "", "reset_index()"
    else:
        return
    notes.say(
        f"The index holds {what}{called}, which no pipeline learns from; make columns of it "
        f"with {keep} if it tells something."
    )


def note_names(X: Any, frame: pd.DataFrame, notes: Notes) -> None:
    """Tell of names that were told apart."""
    if not isinstance(X, pd.DataFrame) or X.columns.is_unique:
        return
    given = set(X.columns)
    for name in frame.columns:
        if name not in given:
            notes.column(name, "Duplicate column names made unique")


def note_lost(
    frame: pd.DataFrame, X: pd.DataFrame, kinds: Mapping[Any, str], notes: Notes
) -> None:
    """Tell which cells did not fit a kind the caller gave.

    Raises
    ------
    DatasetError
        If none did.
    """
    stated = {str(name) for name in kinds}
    for name in X.columns:
        if str(name) not in stated:
            continue
        n_missing = int(X[name].isna().sum())
        lost = n_missing - int(frame[name].isna().sum())
        if lost > 0 and n_missing == len(X):
            raise DatasetError(
                f"no cell of column {name!r} can be read as {kinds.get(name)}; "
                "leave it out of kinds to have its kind inferred"
            )
        if lost > 0:
            notes.column(
                name, "Cells that do not fit the kind given, read as missing", cells(lost)
            )


def note_marks(marks: Mapping[Any, Marks], commas: Mapping[Any, bool], notes: Notes) -> None:
    """Tell how numbers stored as words were read, where they can be read in two ways."""
    for name, one in marks.items():
        if (remark := _on_marks(one, commas[name])) is not None:
            notes.column(name, *remark)


def sentence_on_marks(what: str, marks: Marks, comma: bool) -> str:
    """What :func:`note_marks` would tell of one column, as a sentence; empty for nothing."""
    remark = _on_marks(marks, comma)
    if remark is None:
        return ""
    fate, detail = remark
    return f"{what}: {fate[0].lower()}{fate[1:]}{f' ({detail})' if detail else ''}."


def _on_marks(marks: Marks, comma: bool) -> tuple[str, str] | None:
    """The fate of a column's numbers and an example; None where they speak for themselves."""
    example = ""
    if marks.unclear:
        word = np.array([marks.unclear], dtype=object)
        example = f"{marks.unclear!r} is {numbers_in(word, comma=comma)[0]:.10g}"
    if marks.mixed:
        return "Decimal commas and decimal points both occur, each read as it must be", example
    if comma:
        return "Numbers with decimal commas, read as such", example
    if "," in marks.unclear and not marks.n_point:
        return "Commas between digits read as marks of thousands", example
    return None


@contextmanager
def naming(data: object) -> Iterator[None]:
    """Errors of a dataset name the file that it came from.

    Examples
    --------
    >>> with naming("a.csv"):
    ...     raise DatasetError("the data has no rows")
    Traceback (most recent call last):
    warmstart.errors.DatasetError: a.csv: the data has no rows
    """
    try:
        yield
    except DatasetError as error:
        if not isinstance(data, str | Path | DataFile):
            raise
        name = shown(data.path if isinstance(data, DataFile) else data)
        if name in str(error) or Path(name).name in str(error):
            raise
        raise type(error)(f"{name}: {error}") from error
