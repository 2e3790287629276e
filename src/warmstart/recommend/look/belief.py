"""What a look believes of its task: the prior, and every measurement with its error."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.log_loss import score_of
from warmstart.models.pmf.posterior import PMFPosterior
from warmstart.recommend.acquisition.functions import expected_improvement
from warmstart.recommend.belief.prior import believe
from warmstart.recommend.history.identity import Point

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.look.measuring.noise import Averages

Array = np.ndarray[Any, np.dtype[np.float64]]
_N_DRAWS = 400
_N_GOOD = 5
Chosen = npt.NDArray[np.intp]


class LookBelief:
    """Belief over the configurations that may be tried.

    Parameters
    ----------
    prior : PMFPosterior
        Told nothing; the positions below are places among its configurations.
    scale : float
        What its scores are multiplied by to be in the metric.
    """

    def __init__(self, prior: PMFPosterior, scale: float) -> None:
        self._prior, self.scale = prior, scale
        self.posterior = self._untold()
        """Of everything measured; in scores divided by `scale`."""

    @classmethod
    def of(
        cls, fitted: Fitted, metafeatures: pd.Series[Any] | None, columns: Sequence[int]
    ) -> Self:
        """Before anything is measured, over some columns of a base.

        Parameters
        ----------
        fitted : Fitted
            What is known of the kind of task.
        metafeatures : Series, optional
            Of the new task, shape (n_features,) by name.
        columns : ndarray of int, shape (n_chosen,)
            Configurations of the base.
        """
        points = fitted.known.points
        prior = believe(fitted, metafeatures, [Point(points[c], c) for c in columns])
        return cls(prior, fitted.units.scale(metafeatures))

    @property
    def means(self) -> Array:
        """Expected response of each configuration, shape (n_configs,); lower is better."""
        return self.posterior.mixture.mean()

    def scores(self) -> Array:
        """The score expected of each configuration, in the metric, shape (n_configs,)."""
        belief = self.posterior
        result: Array = score_of(self.means, belief.ideal, belief.offset) * self.scale
        return result

    def learn(self, indices: Sequence[int], averages: Averages, failed: Sequence[int]) -> None:
        """Condition the prior anew on what was measured so far.

        Parameters
        ----------
        indices : sequence of int
            Configurations measured, in the order of `averages`.
        averages : Averages
        failed : sequence of int
            Configurations that could not be fitted: taken to be as bad as any is expected
            to be, but only softly so.
        """
        self.forget()
        mixture = self.posterior.mixture
        # An error counts more in the logarithm of a small loss: whose loss seems the smallest
        # is not for that told as the least sure among the best.
        good = float(np.median(np.sort(averages.likely)[-_N_GOOD:]))
        for index, score, std in zip(
            indices, averages.likely, averages.likely_stds, strict=True
        ):
            value, _ = self.response(float(score), float(std))
            mixture.tell(index, value, self.response(min(float(score), good), float(std))[1])
        for index in failed:
            mixture.tell(index, float(mixture.mean().max()), float(mixture.std()[index]) ** 2)

    def add(self, index: int, score: float, std: float) -> None:
        """Condition on one more score of one configuration, with its standard error.

        Much cheaper than :meth:`learn`, and the same where scores and errors told before
        are still what they were taken for.

        Parameters
        ----------
        index : int
            Place of the configuration.
        score : float
            Mean over its folds, higher is better.
        std : float
            Standard error of the score.
        """
        value, variance = self.response(score, std)
        self.posterior.mixture.tell(index, value, variance)

    def forget(self) -> None:
        """Believe again what was believed before anything was measured."""
        self.posterior = self._untold()

    def response(self, score: float, std: float) -> tuple[float, float]:
        """A score and its standard error as the model sees them: a log loss, its variance.

        Parameters
        ----------
        score : float
            Higher is better; NaN where there is none.
        std : float
            Standard error of the score.
        """
        value = self.posterior.response(score / self.scale)
        return value, (std / self.scale / math.exp(value)) ** 2

    def improvement(self, measured: Sequence[int]) -> Array:
        """Expected fall of the response below the best of those measured, shape (n_configs,).

        The best is the one expected to be, not the one of the luckiest score.
        """
        mixture = self.posterior.mixture
        incumbent = float(self.means[list(measured)].min())
        return expected_improvement(
            mixture.means, np.sqrt(mixture.variances), mixture.weights, incumbent
        )

    def promise(self, rng: np.random.Generator) -> Array:
        """By how much each is expected to be better than a middling one, shape (n_configs,).

        In units of the response. How hard the task is says nothing here: every draw has its
        own middle.
        """
        draws = self.draws(_N_DRAWS, rng)
        middle = np.median(draws, axis=1, keepdims=True)
        gain: Array = np.maximum(middle - draws, 0.0).mean(axis=0)
        return gain

    def draws(self, n_draws: int, rng: np.random.Generator) -> Array:
        """Joint draws of the responses, shape (n_draws, n_configs).

        Parameters
        ----------
        n_draws : int
            How many draws.
        rng : Generator
        """
        return self.posterior.mixture.sample(n_draws, rng)

    def score_quantiles(
        self, levels: Sequence[float], columns: Chosen, level_std: float, ratio: float = 1.0
    ) -> Array:
        """Quantiles of the scores, divided by :attr:`scale`, shape (n_levels, n_chosen).

        Of the score on new rows, without end, of a fit to as many as a fold of all the data
        leaves.

        Parameters
        ----------
        level_std : float
            Standard error of what all measured scores share, in the metric: on other rows
            all of them may be lower.
        ratio : float
            How many times as many rows the data has as were looked at.
        """
        belief = self.posterior
        wide = copy.copy(belief.mixture)
        # Of the loss's logarithm; folds whose levels differ by more than the loss is large
        # leave it uncertain by a factor, not by its exponential.
        shared = np.log1p(level_std / self.scale / np.exp(self.means))
        wide.variances = wide.variances + shared**2
        other_rows = PMFPosterior(wide, belief.ideal, belief.offset)
        return other_rows.with_rows(ratio).score_quantiles(levels, columns)

    def _untold(self) -> PMFPosterior:
        prior = self._prior
        return PMFPosterior(prior.mixture.untold(), prior.ideal, prior.offset)
