"""Several pipelines cross-validated on one dataset: expected beside measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pandas as pd


class Leaderboard(pd.DataFrame):
    """One row a suggestion, the best measured first; failures last.

    The index is the rank they were suggested in. Columns: ``learner``; ``measured`` and
    ``measured_std``, mean and standard error over the folds; ``expected``, ``expected_low``
    and ``expected_high``, median and 90 % interval; ``n_folds``; ``fit_s`` and
    ``predict_s``, mean seconds a fold; ``cost_s``, the seconds expected; ``status`` and
    ``error``, "failed" and why.
    """

    best_estimator_: Any
    """The best pipeline fitted to all rows; None where nothing could be fitted or was asked."""

    scoring_: Any
    """What was measured: the metric's name, or the scorer given."""

    _metadata: ClassVar[list[str]] = ["best_estimator_", "scoring_"]

    @property
    def _constructor(self) -> Callable[..., Leaderboard]:
        return Leaderboard
