"""Which way a metric goes: what its name says, or its user."""

from __future__ import annotations

from typing import Any, get_args

from warmstart.errors import HistoryError
from warmstart.histories.runs.schema import Direction
from warmstart.metrics import METRICS


def usual_name(metric: str) -> str:
    """Warmstart's own name of a metric where it has one.

    Examples
    --------
    >>> usual_name("neg_log_loss"), usual_name("my_score")
    ('log_loss', 'my_score')
    """
    for known in METRICS.values():
        if metric == known.name or metric in known.synonyms:
            return known.name
    return metric


def check_direction(metric: str, direction: Any) -> None:
    """Refuse a direction that is none, or that a known metric cannot have.

    Raises
    ------
    HistoryError

    Examples
    --------
    >>> check_direction("accuracy", "minimize")
    Traceback (most recent call last):
        ...
    warmstart.errors.HistoryError: accuracy is better high, so it is not minimized; name what \
was recorded otherwise, such as accuracy_error
    """
    if direction not in get_args(Direction):
        raise HistoryError(
            f"direction of {metric} must be one of {get_args(Direction)}, got {direction!r}"
        )
    known = METRICS.get(usual_name(metric))
    if known is None:
        return
    high = not known.is_loss or metric.startswith("neg_")
    if high and direction == "minimize":
        raise HistoryError(
            f"{metric} is better high, so it is not minimized; name what was recorded "
            f"otherwise, such as {metric.removeprefix('neg_')}_error"
        )
    if not high and direction == "maximize":
        raise HistoryError(
            f"{metric} is better low, so it is not maximized; its negative is called "
            f"neg_{metric}"
        )
