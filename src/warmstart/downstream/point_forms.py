"""Points in whatever form they come: suggestions, dictionaries or rows of a frame."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from warmstart.errors import ArgumentError, ArgumentTypeError
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.spaces.legal import plain

if TYPE_CHECKING:
    import pandas as pd

Points: TypeAlias = "Iterable[Suggestion] | Iterable[Mapping[str, Any]] | pd.DataFrame"
"""Suggestions, several of them, dictionaries, or rows of a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedPoint:
    """One point as it was given."""

    position: int
    """In what was given, from 0."""

    values: dict[str, Any]

    score: float | None = None
    """Its known score, higher is better; None where it is still to be evaluated."""


def read_points(
    points: Points, scores: Sequence[float | None] | None = None
) -> list[SeedPoint]:
    """Points as dictionaries, best first.

    Suggestions keep their order, as do points without scores; points with known scores
    come best first, and before those whose score is unknown.

    Parameters
    ----------
    points : Suggestions, or iterable of Suggestion or of dict, or DataFrame
        Of a frame each row is a point, missing cells are left away.
    scores : sequence of float, optional, shape (n_points,)
        What the points are *known* to have scored on this very task, higher is better
        (losses negative); None or NaN for a point that was not evaluated. What a
        suggestion is *predicted* to score is not knowledge and is never handed on.

    Raises
    ------
    ValueError
        If points and scores differ in number, or a point has no name to its value.
    TypeError
        If a point is neither a suggestion nor a mapping.

    Examples
    --------
    >>> [g.values for g in read_points([{"x": 1}, {"x": 2}], scores=[0.5, 0.9])]
    [{'x': 2}, {'x': 1}]
    """
    values = [_values(point) for point in _rows(points)]
    if scores is None:
        scores = [None] * len(values)
    if len(scores) != len(values):
        raise ArgumentError(f"there are {len(values)} points but {len(scores)} scores")
    given = [
        SeedPoint(position=i, values=point, score=_known(score))
        for i, (point, score) in enumerate(zip(values, scores, strict=True))
    ]
    return sorted(given, key=lambda g: math.inf if g.score is None else -g.score)


def _known(score: float | None) -> float | None:
    if score is None or score != score:
        return None
    if math.isinf(score):
        raise ArgumentError(f"a known score must be finite, got {score}; None for a failed one")
    return float(score)


def _rows(points: Any) -> Iterable[Any]:
    if isinstance(points, Mapping | str):
        raise ArgumentTypeError(
            f"points are a sequence of dictionaries, got one {type(points).__name__}"
        )
    if hasattr(points, "to_dict") and hasattr(points, "columns"):
        records = points.to_dict("records")
        return [{k: v for k, v in row.items() if not _missing(v)} for row in records]
    if isinstance(points, Suggestion):
        return [points]
    return list(points)


def _missing(cell: Any) -> bool:
    """Whether a cell of a frame is empty: NaN, NaT or NA, but not None, which may be meant."""
    if cell is None:
        return False
    import pandas as pd

    return bool(pd.api.types.is_scalar(cell) and pd.isna(cell))


def _values(point: Any) -> dict[str, Any]:
    if isinstance(point, Suggestion):
        return dict(point.configuration)
    if not isinstance(point, Mapping):
        raise ArgumentTypeError(
            f"a point is a Suggestion or a dictionary of values, got {type(point).__name__}: "
            f"{point!r}"
        )
    if odd := [key for key in point if not isinstance(key, str)]:
        raise ArgumentError(f"names of parameters are text, got {odd[0]!r} in {dict(point)!r}")
    return {key: plain(value) for key, value in point.items()}
