"""TST-R: two-stage transfer surrogate, tasks weighed by how alike they rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.belief import IndependentBelief
from warmstart.models.completion.complete import standardise
from warmstart.models.gaussian.feature_gp import (
    FeatureGP,
    configuration_features,
    median_distance,
)
from warmstart.models.log_loss import ideal_score, log_loss_response, score_of
from warmstart.models.rankings.portfolio import portfolio_order, tempered
from warmstart.similarity.rank_correlation import RankCorrelation

if TYPE_CHECKING:
    from typing_extensions import Self


def epanechnikov(distances: Floats, bandwidth: float) -> Floats:
    r"""Kernel :math:`\tfrac34 (1 - (d / \rho)^2)_+`; zero where the distance is infinite.

    Examples
    --------
    >>> epanechnikov(np.array([0.0, 0.1, 0.2, np.inf]), 0.2).tolist()
    [0.75, 0.5625, 0.0, 0.0]
    """
    share = np.minimum(distances / bandwidth, 1.0)
    kernel: Floats = 0.75 * (1 - share**2)
    return kernel


@dataclass(slots=True, kw_only=True)
class TST:
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

    gives_belief: ClassVar[bool] = True
    reads_configurations: ClassVar[bool] = True
    bandwidth: float = 0.3
    n_initial: int = 3
    random_answers: bool = False
    similarity: RankCorrelation = field(default_factory=RankCorrelation, repr=False)
    responses_: Floats | None = field(default=None, repr=False, compare=False)
    features_: Any = field(default=None, repr=False, compare=False)
    span_: float = field(default=1.0, repr=False, compare=False)
    design_: list[int] = field(default_factory=list, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.bandwidth <= 0:
            raise ArgumentError(f"bandwidth must be positive, got {self.bandwidth}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:  # noqa: ARG002
        """Standardise the tasks' responses and complete them; nothing is random."""
        self.ideal_ = ideal_score(table)
        self.responses_, _, _ = standardise(log_loss_response(table.scores, self.ideal_))
        self.features_ = configuration_features(table)
        self.span_ = median_distance(self.features_)
        self.design_ = portfolio_order(tempered(table.regret()), 100)
        self.similarity.fit(table)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> TSTBelief:  # noqa: ARG002
        """Belief about a new task; its meta-features change nothing."""
        if self.responses_ is None:
            raise NotFittedError("fit TST to a table first")
        process = FeatureGP(self.features_, self.span_)
        return TSTBelief(self, self.responses_, process, ideal=self.ideal_, design=self.design_)


class TSTBelief(IndependentBelief):
    """Known tasks' responses and the new task's own process, weighed."""

    def __init__(
        self,
        model: TST,
        responses: Floats,
        process: FeatureGP,
        *,
        ideal: float,
        design: Sequence[int],
    ) -> None:
        self.process, self.ideal, self._responses = process, ideal, responses
        self.design, self.n_initial = design, model.n_initial
        self._similarity, self._bandwidth = model.similarity, model.bandwidth

    @property
    def told(self) -> Sequence[int]:
        """Configurations told."""
        return self.process.told

    def tell(self, index: int, score: float) -> None:
        """Learn a finite score."""
        self.process.tell(index, self.response(score))

    def score(self, responses: Floats) -> Floats:
        """Standardised responses as scores."""
        process = self.process
        return score_of(process.centre + process.scale * responses, self.ideal, self.offset)

    def weights(self) -> Floats:
        """Weight of each known task, between 0 and 3/4, shape (n_tasks,)."""
        # A lower loss is a higher score; ranks are all that counts.
        seen = {j: -u for j, u in zip(self.process.told, self.process.values, strict=True)}
        return epanechnikov(self._similarity.distances(scores=seen), self._bandwidth)

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest response seen, standardised."""
        means, stds = self.process.predict()
        weights, own = self.weights(), 0.75
        combined = (own * means + weights @ self._responses) / (own + weights.sum())
        lowest = min(self.process.values, default=np.inf)
        return combined, stds, (lowest - self.process.centre) / self.process.scale
