"""RGPE: an ensemble of known tasks' processes, weighed by how well they rank results."""

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

if TYPE_CHECKING:
    from typing_extensions import Self

_BASE_STD = 0.1
"""Standard deviation of a known task's process where the task was evaluated."""


@dataclass(slots=True, kw_only=True)
class RGPE:
    r"""Ranking-weighted Gaussian process ensemble.

    .. math:: \mu = \sum_i w_i \mu_i, \quad \sigma^2 = \sum_i w_i^2 \sigma_i^2

    :math:`w_i` is the share of posterior draws in which process i misorders the fewest
    pairs of results, the new task's own process judged by leave-one-out draws. Where
    tasks share their configurations, the process of a known task passes through its
    responses, which are taken for its draws. Begins with a greedy portfolio.

    Parameters
    ----------
    n_draws : int
        Draws of the new task's own process.
    n_initial : int
        Configurations of the portfolio before the ensemble is asked.

    References
    ----------
    .. [1] Feurer, Letham, Bakshy. "Scalable Meta-Learning for Bayesian Optimization using
       Ranking-Weighted Gaussian Process Ensembles." AutoML workshop at ICML 2018.
    """

    gives_belief: ClassVar[bool] = True
    reads_configurations: ClassVar[bool] = True
    n_draws: int = 256
    n_initial: int = 3
    random_answers: bool = False
    random_state: int = 0
    responses_: Floats | None = field(default=None, repr=False, compare=False)
    features_: Any = field(default=None, repr=False, compare=False)
    span_: float = field(default=1.0, repr=False, compare=False)
    design_: list[int] = field(default_factory=list, repr=False, compare=False)
    ideal_: float = field(default=0.0, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_initial < 2:
            raise ArgumentError(f"n_initial must be at least 2, got {self.n_initial}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Standardise the tasks' responses and complete them."""
        self.random_state = random_state
        self.ideal_ = ideal_score(table)
        self.responses_, _, _ = standardise(log_loss_response(table.scores, self.ideal_))
        self.features_ = configuration_features(table)
        self.span_ = median_distance(self.features_)
        self.design_ = portfolio_order(tempered(table.regret()), 100)
        return self

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RGPEBelief:  # noqa: ARG002
        """Belief about a new task; its meta-features change nothing."""
        if self.responses_ is None:
            raise NotFittedError("fit RGPE to a table first")
        process = FeatureGP(self.features_, self.span_)
        return RGPEBelief(
            self, self.responses_, process, ideal=self.ideal_, design=self.design_
        )


class RGPEBelief(IndependentBelief):
    """Known tasks' responses and the new task's own process, weighed."""

    def __init__(
        self,
        model: RGPE,
        responses: Floats,
        process: FeatureGP,
        *,
        ideal: float,
        design: Sequence[int],
    ) -> None:
        self.process, self.ideal, self._responses = process, ideal, responses
        self.design, self.n_initial = design, model.n_initial
        self._n_draws, self._seed = model.n_draws, model.random_state

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

    def weights(self) -> tuple[Floats, float]:
        """Weight of each known task, and of the new task's own process; they add up to 1."""
        told = self.process.told
        values = np.array(self.process.values)
        known = misordered(self._responses[:, told], values)
        mean, std = self.process.leave_one_out()
        # The same draws until something is told.
        rng = np.random.default_rng((self._seed, len(told)))
        draws = mean + std * rng.standard_normal((self._n_draws, len(told)))
        y = (values - self.process.centre) / self.process.scale
        return ranking_weights(known, misordered_out(draws, y))

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest response seen, standardised."""
        means, stds = self.process.predict()
        weights, own = self.weights()
        combined = own * means + weights @ self._responses
        variances = (own * stds) ** 2 + (weights**2).sum() * _BASE_STD**2
        lowest = min(self.process.values, default=np.inf)
        incumbent = (lowest - self.process.centre) / self.process.scale
        return combined, np.sqrt(variances), incumbent


def misordered(predicted: Floats, values: Floats) -> Floats:
    """Pairs of `values` that each row of `predicted` puts in another order.

    Examples
    --------
    >>> misordered(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]), np.array([1.0, 3.0, 2.0]))
    array([1., 2.])
    """
    i, j = np.triu_indices(len(values), 1)
    differ = (predicted[:, i] < predicted[:, j]) != (values[i] < values[j])
    return np.asarray(differ.sum(axis=1), dtype=np.float64)


def misordered_out(draws: Floats, values: Floats) -> Floats:
    """Pairs misordered when one of the two is replaced by its leave-one-out draw.

    Each pair is asked both ways round, so the count is halved to compare with
    :func:`misordered`.
    """
    wrong = (draws[:, :, None] < values) != (values[:, None] < values)
    wrong[:, np.arange(len(values)), np.arange(len(values))] = False
    return np.asarray(wrong.sum(axis=(1, 2)) / 2, dtype=np.float64)


def ranking_weights(known: Floats, own: Floats) -> tuple[Floats, float]:
    """Share of draws in which each task misorders least; the own process wins ties.

    A known task that misorders more pairs than 95 % of the own draws is left out, which
    keeps many poor tasks from diluting the ensemble.

    Parameters
    ----------
    known : ndarray, shape (n_tasks,)
        Misordered pairs of each known task.
    own : ndarray, shape (n_draws,)
        Of each draw of the own process.

    Examples
    --------
    >>> known, own = ranking_weights(np.array([2.0, 1.0, 1.0]), np.array([0.0, 3.0]))
    >>> known.tolist(), own
    ([0.0, 0.25, 0.25], 0.5)
    """
    kept = known <= np.quantile(own, 0.95)
    if not kept.any():
        return np.zeros(len(known)), 1.0
    least = known[kept].min()
    share = float((own <= least).mean())
    best = kept & (known == least)
    weights: Floats = np.where(best, (1 - share) / best.sum(), 0.0)
    return weights, share
