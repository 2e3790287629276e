"""RGPE: an ensemble of known tasks' processes, weighed by how well they rank results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats, ScoreTable
from warmstart.models.surrogates.task_ensemble import EnsembleBelief, TaskEnsemble

if TYPE_CHECKING:
    from typing_extensions import Self

_BASE_STD = 0.1
"""Standard deviation of a known task's process where the task was evaluated."""


@dataclass(slots=True, kw_only=True)
class RGPE(TaskEnsemble):
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

    n_draws: int = 256
    random_state: int = 0

    def __post_init__(self) -> None:
        if self.n_initial < 2:
            raise ArgumentError(f"n_initial must be at least 2, got {self.n_initial}")

    def fit(self, table: ScoreTable, *, random_state: int = 0) -> Self:
        """Standardise the tasks' responses and complete them.

        Parameters
        ----------
        table : ScoreTable
            Scores of known tasks, (n_tasks, n_configs).
        random_state : int
        """
        self.random_state = random_state
        return TaskEnsemble.fit(self, table)

    def start(self, metafeatures: pd.Series[Any] | None = None) -> RGPEBelief:  # noqa: ARG002
        """Belief about a new task; its meta-features change nothing."""
        return RGPEBelief(self)


class RGPEBelief(EnsembleBelief):
    """Known tasks weighed by the share of draws in which each misorders least.

    Parameters
    ----------
    model : RGPE
    """

    def __init__(self, model: RGPE) -> None:
        super().__init__(model.known, model.n_initial)
        self._n_draws, self._seed = model.n_draws, model.random_state

    def weights(self) -> tuple[Floats, float]:
        """Weight of each known task, and of the new task's own process; they add up to 1."""
        observed = self.process.observed
        values = np.array(self.process.values)
        known = misordered(self.known.responses[:, observed], values)
        mean, std = self.process.leave_one_out()
        # The same draws until something is told.
        rng = np.random.default_rng((self._seed, len(observed)))
        draws = mean + std * rng.standard_normal((self._n_draws, len(observed)))
        y = (values - self.process.centre) / self.process.scale
        return ranking_weights(known, misordered_out(draws, y))

    def predict(self) -> tuple[Floats, Floats, float]:
        """Means, standard deviations and the lowest response seen, standardised."""
        means, stds = self.process.predict()
        weights, own = self.weights()
        combined = own * means + weights @ self.known.responses
        variances = (own * stds) ** 2 + (weights**2).sum() * _BASE_STD**2
        return combined, np.sqrt(variances), self.lowest()


def misordered(predicted: Floats, values: Floats) -> Floats:
    """Pairs of `values` that each row of `predicted` puts in another order.

    Parameters
    ----------
    predicted : ndarray, shape (n_rows, n_results)
    values : ndarray, shape (n_results,)

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

    Parameters
    ----------
    draws : ndarray, shape (n_draws, n_results)
    values : ndarray, shape (n_results,)
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
