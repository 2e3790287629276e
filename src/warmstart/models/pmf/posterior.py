"""What the default model believes of one task, in scores."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from warmstart.models.belief import LossBelief
from warmstart.models.log_loss import OFFSET, fall_of_rows, score_of

if TYPE_CHECKING:
    from warmstart.models.gaussian.posterior import MixturePosterior

Array = np.ndarray[Any, np.dtype[np.float64]]


REACH = 3.0
"""Deviations that a score may be from what is expected and tell of other configurations in
full: one fit that failed in silence says little of those that did not."""


class PMFPosterior(LossBelief):
    """Belief about one task: scores outside, log losses inside."""

    def __init__(self, mixture: MixturePosterior, ideal: float, offset: float = OFFSET) -> None:
        self.mixture, self.ideal, self.offset = mixture, ideal, offset

    def restricted(self, columns: npt.NDArray[np.intp]) -> PMFPosterior:
        """The same over some of the configurations, of a belief that was told nothing."""
        if len(columns) == self.mixture.n_configs:
            return self
        return PMFPosterior(self.mixture.restricted(columns), self.ideal, self.offset)

    def draw_losses(self, n_samples: int, rng: np.random.Generator) -> Array:
        """Joint draws of all losses plus the offset, shape (n_samples, n_configs).

        Parameters
        ----------
        n_samples : int
            How many draws.
        rng : Generator
        """
        draws = self.mixture.sample(n_samples, rng)
        return np.exp(draws, out=draws)

    @property
    def observed(self) -> Sequence[int]:
        """Configurations told; see :class:`~warmstart.protocols.Belief`."""
        return self.mixture.observed

    def marginals(self) -> tuple[Array, Array, Array]:
        """Of the mixture; see :class:`~warmstart.protocols.Belief`."""
        return self.mixture.means, np.sqrt(self.mixture.variances), self.mixture.weights

    def incumbent(self) -> float:
        """The lowest told; see :class:`~warmstart.protocols.Belief`."""
        return min(self.mixture.values, default=np.inf)

    def mean(self) -> Array:
        """As :meth:`score_mean`."""
        return self.score_mean()

    def interval(self, level: float = 0.9) -> tuple[Array, Array]:
        """From :meth:`score_quantiles`; see :class:`~warmstart.protocols.Belief`."""
        low, high = self.score_quantiles([(1 - level) / 2, (1 + level) / 2])
        return low, high

    def draws(self, n: int, rng: np.random.Generator) -> Array:
        """Joint draws of the scores, shape (n, n_configs).

        Parameters
        ----------
        n : int
            How many.
        rng : Generator
        """
        return self.ideal + self.offset - self.draw_losses(n, rng)

    def tell(self, index: int, score: float) -> None:
        """Learn that configuration `index` scored `score`.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Higher is better; NaN where there is none.
        """
        self.mixture.tell(index, self.response(score), reach=REACH)

    def score_quantiles(
        self, levels: Sequence[float], columns: npt.NDArray[np.intp] | None = None
    ) -> Array:
        """Quantiles of each configuration's score, shape (n_levels, n_configs).

        Parameters
        ----------
        levels : sequence of float
            Between 0 and 1; 0.05 is a score that is beaten in 95 of 100 cases.
        columns : ndarray of int, optional
            Of these configurations only.
        """
        # A high score is a low loss.
        quantiles = self.mixture.quantiles([1 - level for level in levels], columns)
        return score_of(quantiles, self.ideal, self.offset)

    def with_rows(self, ratio: float) -> PMFPosterior:
        """What this says of scores from `ratio` times as many rows as the known ones.

        Parameters
        ----------
        ratio : float
            At 1 and below nothing changes; :func:`~warmstart.models.log_loss.fall_of_rows`.
        """
        if not ratio > 1.0:
            return self
        fall, std = fall_of_rows(ratio)
        wide = copy.copy(self.mixture)
        wide.means = wide.means - fall
        wide.variances = wide.variances + std**2
        return PMFPosterior(wide, self.ideal, self.offset)

    def score_mean(self, lowest: float | None = None) -> Array:
        r"""Expected score of each configuration, shape (n_configs,).

        What minimises the squared error, where :meth:`score_quantiles` at .5 minimises the
        absolute one. The loss plus the offset is log-normal in each component, and censored
        at :math:`c` where a score cannot be below `lowest`:

        .. math:: E[\min(e^u, c)] = e^{\mu + \sigma^2/2} \Phi(z - \sigma) + c\,\Phi(-z),
                  \quad z = (\ln c - \mu) / \sigma

        Parameters
        ----------
        lowest : float, optional
            Worst score there can be, such as 0 for an accuracy; none by default.
        """
        means, variances = self.mixture.means, self.mixture.variances
        losses = np.exp(means + variances / 2)
        if lowest is not None:
            cap = self.ideal - lowest + self.offset
            stds = np.sqrt(np.maximum(variances, 1e-12))
            z = (np.log(cap) - means) / stds
            losses = losses * ndtr(z - stds) + cap * ndtr(-z)
        result: Array = self.ideal - np.maximum(
            self.mixture.weights @ losses - self.offset, 0.0
        )
        return result
