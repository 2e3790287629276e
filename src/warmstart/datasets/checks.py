"""What a dataset must be before anything expensive is done with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from warmstart.datasets.notes import quoted
from warmstart.errors import DatasetError

N_FOLDS = 3
"""Fewest folds a score is estimated with; a dataset must have a row for each."""

_TARGET_WORDS = ("target", "class", "label", "y", "outcome", "response", "output")


def check_task_words(task_type: str | None) -> None:
    """Raise unless `task_type` is one a caller may ask for."""
    known = (None, "binary", "multiclass", "regression", "classification", "image")
    if task_type not in known:
        raise DatasetError(
            "task_type must be 'binary', 'multiclass', 'classification', 'regression' or "
            f"'image', got {task_type!r}"
        )


def check_lengths(n_rows: int, n_targets: int) -> None:
    """Raise if features and target differ in length."""
    if n_rows != n_targets:
        raise DatasetError(
            f"X has {n_rows:,} rows but y has {n_targets:,} values; "
            "both must describe the same rows"
        )


def check_n_rows(n_rows: int) -> None:
    """Raise if there are no rows."""
    if n_rows == 0:
        raise DatasetError("the data has no rows")


def check_n_known(n_known: int, n_rows: int) -> None:
    """Raise if the target is known for too few rows to learn and to check."""
    if n_known == 0:
        raise DatasetError(
            f"the target is missing in all {n_rows:,} rows; was the right column named?"
        )
    if n_known < N_FOLDS:
        rows = "1 row" if n_known == 1 else f"{n_known} rows"
        raise DatasetError(
            f"the data has {rows} with a known target, but a {N_FOLDS}-fold cross-validation "
            f"needs at least {N_FOLDS}"
        )


def check_features(n_used: int, left_out: Sequence[str]) -> None:
    """Raise if no column is left to learn from, with what was said of those left out."""
    if n_used == 0:
        remarks = " ".join(note for note in left_out if note.startswith("Left out"))
        why = f" ({remarks.removesuffix('.')})" if remarks else ""
        raise DatasetError(
            f"no feature column is left{why}; keep one with kinds={{'column': 'categorical'}}, "
            "or pass data with features"
        )


def near_misses(wanted: object, names: Iterable[object], n: int = 3) -> list[str]:
    """Names that look like `wanted`, the likeliest first.

    Examples
    --------
    >>> near_misses("clas", ["Class", "age", "glass"])
    ['Class', 'glass']
    """
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(str(name).casefold(), str(name))
    found = difflib.get_close_matches(str(wanted).casefold(), folded, n=n, cutoff=0.6)
    return [folded[name] for name in found]


def unknown_target(target: object, names: Sequence[str | int]) -> DatasetError:
    """The error for a target that is no column."""
    similar = near_misses(target, names)
    hint = f"; did you mean {' or '.join(map(repr, similar))}?" if similar else "."
    alone = ""
    if len(names) == 1:
        alone = (
            ". If a file's cells are separated by something unusual, save it with commas, "
            "or read it with pandas.read_csv(path, sep=...) and pass the frame"
        )
    return DatasetError(
        f"target {target!r} is not a column{hint} The columns are {quoted(names, 20)}{alone}"
    )


def no_target(names: Sequence[str | int]) -> DatasetError:
    """The error for a table that comes without a target."""
    if not names:
        return DatasetError("the data has no columns")
    likely = [n for word in _TARGET_WORDS for n in names if str(n).casefold() == word]
    guess = likely[0] if likely else names[-1]
    return DatasetError(
        f"name the column to predict, for example target={guess!r}; "
        f"the columns are {quoted(names, 20)}"
    )


def are_images(data: Any, task_type: str | None) -> bool:
    """Whether data is to be read as images: it is said to be, or is a folder of class folders.

    An array of three axes may be anything; that it is images must be said.

    Parameters
    ----------
    data : object
        What a user hands in.
    task_type : str, optional
        What the user says of it.

    Examples
    --------
    >>> are_images("train.csv", None), are_images("train.csv", "image")
    (False, True)
    """
    if task_type is not None or not isinstance(data, str | Path):
        return task_type == "image"
    path = Path(data).expanduser()
    try:
        if "-ubyte" not in path.name and not path.is_dir():
            return False
    except (OSError, ValueError):  # longer than a name may be; the reader says what it is
        return False
    from warmstart.datasets.images.labelled import are_image_files

    return are_image_files(path)
