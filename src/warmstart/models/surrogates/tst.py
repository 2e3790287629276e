"""TST-R: two-stage transfer surrogate, tasks weighed by how alike they rank."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.surrogates.task_ensemble import EnsembleBelief, TaskEnsemble
from warmstart.similarity.rank_correlation import RankCorrelation

if TYPE_CHECKING:
    from typing_extensions import Self


def epanechnikov(distances: Floats, bandwidth: float) -> Floats:
    r"""Kernel :math:`\tfrac34 (1 - (d / \rho)^2)_+`; zero where the distance is infinite.

    Parameters
    ----------
    distances : ndarray, shape (n_tasks,)
        They may be infinite.
    bandwidth : float
        Distance from which on the kernel is zero.

    Examples
    --------
    >>> epanechnikov(np.array([0.0, 0.1, 0.2, np.inf]), 0.2).tolist()
    [0.75, 0.5625, 0.0, 0.0]
    """
    share = np.minimum(distances / bandwidth, 1.0)
    kernel: Floats = 0.75 * (1 - share**2)
    return kernel


@dataclass(slots=True, kw_only=True)
class TST(TaskEnsemble):
    r"""Kernel regression over tasks: each predicts its own standardised response.

    .. math:: \hat\mu(x) = \frac{\sum_{i \in T \cup \{*\}} \kappa_\rho(d(i, *))\,
              \mu_i(x)}{\sum_{i \in T \cup \{*\}} \kappa_\rho(d(i, *))}, \quad
              \hat\sigma(x) = \sigma_*(x)

    with d the share of pairs of results that a known task orders differently, and
    :math:`\mu_*, \sigma_*` a Gaussian process on the new task's own results. Begins with
    a greedy portfolio.

    Parameters
    ----------
    bandwidth : float
        :math:`\rho`; a task that orders more pairs differently has no say.
    n_initial : int
        Configurations of the portfolio before the surrogate is asked.

    References
    ----------
    .. [1] Wistuba, Schilling, Schmidt-Thieme. "Two-Stage Transfer Surrogate Model for
       Automatic Hyperparameter Optimization." ECML PKDD 2016.
    """

    bandwidth: float = 0.3
    similarity: RankCorrelation = field(default_factory=RankCorrelation, repr=False)

    def __post_init__(self) -> None:
        if self.bandwidth <= 0:
            raise ArgumentError(f"bandwidth must be positive, got {self.bandwidth}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Standardise the tasks' responses and complete them; nothing is random.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.similarity.fit(table)
        return TaskEnsemble.fit(self, table)

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TSTBelief:  # noqa: ARG002
        """Belief about a new task; its meta-features change nothing."""
        return TSTBelief(self)


class TSTBelief(EnsembleBelief):
    """Known tasks weighed by the share of pairs of results that each orders alike.

    Parameters
    ----------
    model : TST
    """

    def __init__(self, model: TST) -> None:
        super().__init__(model.known, model.n_initial)
        self._similarity, self._bandwidth = model.similarity, model.bandwidth

    def weights(self) -> Floats:
        """Weight of each known task, between 0 and 3/4, shape (n_tasks,)."""
        # A lower loss is a higher score; ranks are all that counts.
        seen = {j: -u for j, u in zip(self.process.observed, self.process.values, strict=True)}
        return epanechnikov(self._similarity.distances(scores=seen), self._bandwidth)

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest response seen, standardised."""
        means, stds = self.process.predict()
        weights, own = self.weights(), 0.75
        combined = (own * means + weights @ self.known.responses) / (own + weights.sum())
        return combined, stds, self.lowest()
