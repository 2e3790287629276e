"""A pool of configurations that comes with the question."""

from __future__ import annotations

from typing import Any

from warmstart.domain import plain_value
from warmstart.errors import DatasetError, KnowledgeError
from warmstart.recommend.question.arguments import plain_configuration
from warmstart.tables.frames import read_frame


def read_pool(candidates: Any) -> tuple[tuple[dict[str, Any], ...], tuple[Any, ...]]:
    """Rows of a frame as plain values, and their ids; a missing cell is not active.

    Parameters
    ----------
    candidates : DataFrame of any library, or list of mappings
        One row a configuration. The index of a pandas frame holds the ids, else they are
        0, 1, 2, ….

    Raises
    ------
    KnowledgeError
        If there is no row, an id occurs twice, or a cell holds no plain value.
    """
    try:
        frame = read_frame(candidates)
    except DatasetError as error:
        raise KnowledgeError(
            "candidates must be a frame of one row a configuration and one column a "
            f"hyperparameter, got {type(candidates).__name__}"
        ) from error
    if not len(frame):
        raise KnowledgeError("candidates has no row; leave it out to ask for those of the base")
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique()
        raise KnowledgeError(
            f"candidates has ids that occur twice: {', '.join(map(repr, twice[:5].tolist()))}; "
            "number its rows with candidates.reset_index(drop=True)"
        )
    rows = frame.to_dict("records")
    pool = tuple(
        {
            name: value
            for name, value in plain_configuration(
                row, f"candidate {at!r}", KnowledgeError
            ).items()
            if value is not None
        }
        for at, row in zip(frame.index.tolist(), rows, strict=True)
    )
    try:
        return pool, tuple(plain_value(label) for label in frame.index)
    except ValueError as error:
        raise KnowledgeError(
            f"ids of candidates are text or numbers: {error}; "
            "number its rows with candidates.reset_index(drop=True)"
        ) from error
