"""Distance of tasks by how differently they rank the configurations both have tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(slots=True)
class RankCorrelation:
    r"""Share of configuration pairs that two tasks order differently.

    .. math:: d(t, t') = \frac{1 - \tau(t, t')}{2}

    with Kendall's tau-a over the configurations both have tried: 0 is the same order, 1 is
    the reverse. A pair that either task ties counts half. Fewer than two configurations in
    common leave nothing to compare.

    References
    ----------
    .. [1] Wistuba, Schilling, Schmidt-Thieme. "Two-Stage Transfer Surrogate Model for
       Automatic Hyperparameter Optimization." ECML PKDD 2016.

    Examples
    --------
    >>> table = ScoreTable(
    ...     scores=np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, np.nan, np.nan]]),
    ...     task_ids=pd.RangeIndex(3), configuration_ids=pd.Index(list("abc")),
    ...     families=np.arange(3))
    >>> RankCorrelation().fit(table).distances(scores={0: 0.1, 1: 0.4, 2: 0.9})
    array([ 0.,  1., inf])
    """

    scores_: Floats | None = field(default=None, repr=False, compare=False)

    def fit(self, table: ScoreTable) -> Self:
        """Remember the scores of the tasks of `table`."""
        self.scores_ = table.scores
        return self

    def distances(
        self,
        metafeatures: pd.Series[Any] | None = None,  # noqa: ARG002 - known by its scores only
        scores: Mapping[int, float] | None = None,
    ) -> Floats:
        """Distance to each known task, over the configurations told so far.

        Parameters
        ----------
        metafeatures : Series, optional
            Not looked at.
        scores : mapping of int to float
            Column to the score of the new task.
        """
        if self.scores_ is None:
            raise NotFittedError("fit the similarity to a table first")
        observed = {index: score for index, score in (scores or {}).items() if score == score}
        if len(observed) < 2:
            return np.full(len(self.scores_), np.inf)
        known = self.scores_[:, list(observed)]
        own = np.fromiter(observed.values(), float)
        first, second = np.triu_indices(len(own), 1)
        signs = np.sign(known[:, first] - known[:, second])
        agreement = signs * np.sign(own[first] - own[second])
        n_pairs = (~np.isnan(agreement)).sum(axis=1)
        tau = np.nansum(agreement, axis=1) / np.maximum(n_pairs, 1)
        found: Floats = np.where(n_pairs > 0, (1 - tau) / 2, np.inf)
        return found
