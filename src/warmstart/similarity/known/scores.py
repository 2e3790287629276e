"""Distance of tasks by how differently they rank what both have tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import ScoreTable
from warmstart.similarity.rank_correlation import RankCorrelation
from warmstart.similarity.task_view import TaskView, require_part

if TYPE_CHECKING:
    from typing_extensions import Self

Floats = np.ndarray[Any, np.dtype[np.float64]]

_NOTHING_SHARED = 0.5
"""Distance of tasks that share fewer than two configurations: that of unrelated orders."""


@dataclass(slots=True, kw_only=True)
class ScoreDistance:
    """Share of configuration pairs that two tasks order differently, in any space both share.

    :class:`~warmstart.similarity.rank_correlation.RankCorrelation` of views: what is compared
    are scores by configuration id, which may be of another space than the one to be tuned.

    References
    ----------
    .. [1] Wistuba, Schilling, Schmidt-Thieme. "Two-Stage Transfer Surrogate Model for
       Automatic Hyperparameter Optimization." ECML PKDD 2016.

    Examples
    --------
    >>> known = [TaskView(scores={"a": 1, "b": 2}), TaskView(scores={"a": 2, "b": 1})]
    >>> ScoreDistance().fit(known).distances(TaskView(scores={"a": 0.1, "b": 0.4})).tolist()
    [0.0, 1.0]
    """

    measure_: RankCorrelation | None = field(default=None, repr=False, compare=False)
    columns_: dict[Any, int] = field(default_factory=dict, repr=False, compare=False)

    def fit(self, views: Sequence[TaskView]) -> Self:
        """Remember the known tasks' scores.

        Raises
        ------
        SimilarityError
            If a task has none.
        """
        frame = pd.DataFrame([dict(require_part(v, "scores", "scores")) for v in views])
        self.columns_ = {label: k for k, label in enumerate(frame.columns)}
        self.measure_ = RankCorrelation().fit(
            ScoreTable(
                scores=frame.to_numpy("float64"),
                task_ids=frame.index,
                configuration_ids=frame.columns,
                families=np.arange(len(frame)),
            )
        )
        return self

    def distances(self, view: TaskView) -> Floats:
        """Distance to each known task, shape (n_tasks,), in [0, 1].

        One half where fewer than two configurations are shared.
        """
        told = require_part(view, "scores", "scores")
        if self.measure_ is None:
            raise NotFittedError("fit the scores to known tasks first")
        shared = {self.columns_[c]: float(s) for c, s in told.items() if c in self.columns_}
        found = self.measure_.distances(scores=shared)
        result: Floats = np.where(np.isfinite(found), found, _NOTHING_SHARED)
        return result
