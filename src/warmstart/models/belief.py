"""Beliefs about one task in scores outside and log losses inside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from warmstart.models.log_loss import OFFSET, log_loss_response, score_of

Array = np.ndarray[Any, np.dtype[np.float64]]


class LossBelief(ABC):
    """What beliefs about log losses have in common.

    With what each adds it is a :class:`~warmstart.protocols.Belief`.
    """

    ideal: float
    """The score no configuration can beat."""

    offset: float = OFFSET
    """Added to a loss before its logarithm is taken."""

    design: Sequence[int] = ()
    n_initial: int = 0

    @property
    @abstractmethod
    def observed(self) -> Sequence[int]:
        """Configurations whose scores it was told, in order."""

    def response(self, score: float) -> float:
        """A score as the belief sees it: lower is better."""
        return float(log_loss_response(np.asarray(score), self.ideal, self.offset))


class IndependentBelief(LossBelief):
    """One Gaussian a configuration, about a process that is rescaled with every result."""

    @abstractmethod
    def predict(self) -> tuple[Array, Array, float]:
        """Means, standard deviations (n_configs,) and the lowest told, on one scale."""

    def score(self, responses: Array) -> Array:
        """Responses on the scale of :meth:`predict` as scores."""
        return score_of(responses, self.ideal, self.offset)

    def marginals(self) -> tuple[Array, Array, Array]:
        """One component; see :class:`~warmstart.protocols.Belief`."""
        means, stds, _ = self.predict()
        return means[None], stds[None], np.ones(1)

    def incumbent(self) -> float:
        """The lowest told; see :class:`~warmstart.protocols.Belief`."""
        return float(self.predict()[2]) if self.observed else np.inf

    def mean(self) -> Array:
        """The median: what a Gaussian response makes of its mean."""
        return self.score(self.predict()[0])

    def interval(self, level: float = 0.9) -> tuple[Array, Array]:
        """From the quantiles of the response; see :class:`~warmstart.protocols.Belief`."""
        means, stds, _ = self.predict()
        reach = float(ndtri((1 + level) / 2)) * stds
        return self.score(means + reach), self.score(means - reach)

    def draws(self, n: int, rng: np.random.Generator) -> Array:
        """Independent of each other; see :class:`~warmstart.protocols.Belief`.

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
        """
        means, stds, _ = self.predict()
        return self.score(means + stds * rng.standard_normal((n, len(means))))
