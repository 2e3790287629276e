"""Which way each of OpenML's measures goes. The server does not know: its own column holds
``1``, ``0``, ``true``, ``False`` and nothing."""

from __future__ import annotations

import difflib

from warmstart.errors import HistoryError

_HIGHER = (
    "area_under_roc_curve",
    "f_measure",
    "kappa",
    "matthews_correlation_coefficient",
    "kb_relative_information_score",
    "precision",
    "predictive_accuracy",
    "recall",
    "unweighted_recall",
)
_LOWER = (
    "average_cost",
    "build_cpu_time",
    "mean_absolute_error",
    "mean_class_complexity",
    "relative_absolute_error",
    "root_mean_squared_error",
    "root_relative_squared_error",
    "total_cost",
    "usercpu_time_millis",
    "usercpu_time_millis_testing",
    "usercpu_time_millis_training",
    "wall_clock_time_millis",
    "wall_clock_time_millis_testing",
    "wall_clock_time_millis_training",
)

HIGHER_IS_BETTER = {**dict.fromkeys(_HIGHER, True), **dict.fromkeys(_LOWER, False)}
"""Direction of each measure that is known here."""


def sign(measure: str) -> int:
    """What a value is multiplied by to become a score: higher is better.

    Raises
    ------
    HistoryError
        If the direction of `measure` is not known here.

    Examples
    --------
    >>> sign("predictive_accuracy"), sign("root_mean_squared_error")
    (1, -1)
    """
    if measure not in HIGHER_IS_BETTER:
        close = difflib.get_close_matches(measure, HIGHER_IS_BETTER, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise HistoryError(
            f"whether more {measure!r} is better is not known; known measures are "
            f"{', '.join(sorted(HIGHER_IS_BETTER))}{hint}"
        )
    return 1 if HIGHER_IS_BETTER[measure] else -1
