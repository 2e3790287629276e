"""Evolution strategy: a Gaussian over configurations that follows the better of its draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError
from warmstart.metadataset.core.score_table import Floats
from warmstart.models.evolution.first_population import Evolution
from warmstart.models.rankings.ranked import RankedState

_LEAST_SPREAD = 0.05
"""Of a feature, as a share of its spread over all configurations."""


@dataclass(slots=True, kw_only=True)
class EvolutionStrategy(Evolution):
    r"""Natural evolution of the mean of a Gaussian over encoded configurations.

    Of each generation's draws :math:`x_i = \theta + \sigma \epsilon_i`, each the nearest
    configuration that was not tried, the ranks are centred to :math:`F_i \in [-.5, .5]`, and

    .. math:: \theta \leftarrow \theta + \frac{\alpha}{n} \sum_i F_i \sigma \epsilon_i

    Parameters
    ----------
    generation : int
        Draws between one step and the next.
    learning_rate : float
        :math:`\alpha`, in spreads of the Gaussian.
    warm : bool
        Whether the Gaussian begins with the mean and spread of what was good on the known
        tasks, as warm-started CMA-ES does, and the best of them are its first generation;
        else it begins with those of all configurations.
    top_share : float
        Share of the configurations that count as good.

    References
    ----------
    .. [1] Salimans, Ho, Chen, Sidor, Sutskever. "Evolution Strategies as a Scalable
       Alternative to Reinforcement Learning." arXiv:1703.03864, 2017.
    .. [2] Nomura, Watanabe, Akimoto, Ozaki, Onishi. "Warm Starting CMA-ES for
       Hyperparameter Optimization." AAAI 2021.

    Examples
    --------
    >>> from warmstart.metadataset.core.score_table import ScoreTable
    >>> table = ScoreTable(
    ...     scores=np.array([[0.9, 0.8, 0.1]]), task_ids=pd.RangeIndex(1),
    ...     configuration_ids=pd.Index(list("abc")), families=np.arange(1),
    ...     configurations=pd.DataFrame({"x": [0.0, 0.1, 1.0]}))
    >>> EvolutionStrategy().fit(table).start().next() in (0, 1)
    True
    """

    generation: int = 8
    learning_rate: float = 2.0
    top_share: float = 0.1

    def __post_init__(self) -> None:
        if self.generation < 2:
            raise ArgumentError(
                f"generation must be at least 2, one has no rank; got {self.generation}"
            )
        if not self.learning_rate > 0:
            raise ArgumentError(f"learning_rate must be positive, got {self.learning_rate}")
        if not 0 < self.top_share <= 1:
            raise ArgumentError(f"top_share is a share above 0, got {self.top_share}")

    def start(self, metafeatures: pd.Series[Any] | None = None) -> DriftingState:
        """Begin a task with its own Gaussian."""
        features, first = self.learnt()
        n = max(round(self.top_share * len(features)), 2)
        order = first.order(metafeatures, self.rng_) if self.warm else RankedState([])
        good = order.batch(n) if self.warm else slice(None)
        spread = features[good].std(axis=0)
        least = _LEAST_SPREAD * features.std(axis=0)
        return DriftingState(
            self,
            features,
            features[good].mean(axis=0),
            np.maximum(spread, least),
            int(self.rng_.integers(2**31)),
            order,
        )


class DriftingState:
    """A Gaussian that moves once a generation was told."""

    def __init__(
        self,
        model: EvolutionStrategy,
        features: Floats,
        mean: Floats,
        spread: Floats,
        seed: int,
        first: RankedState,
    ) -> None:
        self._features, self._seed = features, seed
        self._generation, self._rate = model.generation, model.learning_rate
        self.mean, self._spread, self._first = mean, spread, first
        self._observed: set[int] = set()
        self._drawn: list[tuple[int, float]] = []

    def next(self) -> int:
        """Of the first generation, then the untried configuration nearest to the next draw."""
        named = self.batch(1)
        if not named:
            raise IndexError("every configuration has been told")
        return named[0]

    def batch(self, n: int) -> list[int]:
        """Several draws at once, of the Gaussian as it is now."""
        rng = np.random.default_rng((self._seed, len(self._observed)))
        open_ = np.ones(len(self._features), dtype=bool)
        open_[list(self._observed)] = False
        # Whoever asks may leave some out, so the order goes on until a generation was told.
        named = self._first.batch(n) if len(self._observed) < self._generation else []
        open_[named] = False
        scale = np.where(self._spread > 0, self._spread, 1.0)
        while len(named) < n and open_.any():
            drawn = self.mean + self._spread * rng.standard_normal(len(self.mean))
            left = np.flatnonzero(open_)
            apart = (((self._features[left] - drawn) / scale) ** 2).sum(axis=1)
            nearest = int(left[apart.argmin()])
            named.append(nearest)
            open_[nearest] = False
        return named

    def tell(self, index: int, score: float) -> None:
        """Count a score to the generation; what failed counts as its worst.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self._observed.add(int(index))
        self._first.tell(index, score)
        self._drawn.append((int(index), float(score)))
        if len(self._drawn) < self._generation:
            return
        scores = np.array([score for _, score in self._drawn])
        ranks = _centred_ranks(np.where(np.isfinite(scores), scores, -np.inf))
        about = self._features[[index for index, _ in self._drawn]] - self.mean
        self.mean = self.mean + self._rate / len(ranks) * ranks @ about
        self._drawn = []


def _centred_ranks(scores: Floats) -> Floats:
    """Between -.5, the worst, and .5, the best; equal scores have equal ranks."""
    below = (scores[:, None] > scores).sum(axis=1)
    equal = (scores[:, None] == scores).sum(axis=1)
    ranks: Floats = (below + (equal - 1) / 2) / (len(scores) - 1) - 0.5
    return ranks
