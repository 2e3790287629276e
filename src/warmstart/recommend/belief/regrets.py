"""How far the configurations of a search are expected to be from the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.regrets.expected_regret import Expected
from warmstart.models.regrets.told_regrets import calibrated, regrets_by_draws
from warmstart.recommend.belief.prior import told_weights

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.belief.posterior import TaskBelief
    from warmstart.recommend.candidates.pool import Pool
    from warmstart.recommend.question.search_question import Question

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = npt.NDArray[np.intp]

_N_DRAWS = 400

_MOST = 500
"""Configurations that are compared; of more, the most promising."""

_BELOW = 2.0
"""Deviations below its mean at which a configuration's response is judged promising."""


class TaskRegrets:
    """Regrets and chances to be the best, by the joint belief about a search's pool.

    Parameters
    ----------
    fitted : Fitted
    question : Question
    pool : Pool
    belief : TaskBelief
        Told every result.
    """

    def __init__(
        self, fitted: Fitted, question: Question, pool: Pool, belief: TaskBelief
    ) -> None:
        self._fitted, self._question = fitted, question
        self._pool, self._belief = pool, belief
        self._kept: tuple[tuple[int, int], Places, Expected] | None = None

    def of(self, places: Sequence[int]) -> Expected:
        """What is expected of some places, in their order, each by itself.

        Before any result it is what :meth:`warmstart.Recommender.suggest` tells; after it, the
        gap to the best of the pool in joint draws that know every result, times what such
        gaps turn out to be on known tasks. In units of the metric; regrets are NaN where
        nothing can be said of scores.
        """
        state = len(self._belief.results), len(self._pool)
        missing = True
        if self._kept is not None and self._kept[0] == state:
            missing = not np.isin(places, self._kept[1]).all()
        if missing:
            among = self._among(places)
            any_scores = bool(self._belief.mean_scores())
            found = self._after_results(among) if any_scores else self._before_results(among)
            self._kept = state, among, found
        assert self._kept is not None
        _, among, found = self._kept
        at = np.searchsorted(among, places)
        regrets = found.regrets[at]
        best = np.minimum.accumulate(regrets)
        return Expected(regrets=regrets, of_best=best, p_best=found.p_best[at])

    def _among(self, places: Sequence[int]) -> Places:
        """Places that are compared, in ascending order; those asked about are among them."""
        n = len(self._pool)
        if n <= _MOST:
            return np.arange(n)
        mixture = self._belief.now().mixture
        low = mixture.mean() - _BELOW * mixture.std()
        return np.union1d(np.argpartition(low, _MOST)[:_MOST], places).astype(np.intp)

    def _before_results(self, among: Places) -> Expected:
        phi = self._question.phi
        columns = np.array([self._pool.points[k].column for k in among.tolist()], dtype=np.intp)
        outlook = self._fitted.outlook(phi, columns, calibrated=True)
        # As an answer that is given at once draws them.
        rng = np.random.default_rng([self._question.random_state, 1])
        if self._question.look is not None:
            order = self._belief.at_first().mixture.sample(_N_DRAWS, rng, among)
            return outlook.expected_by(order, range(len(among)), rng)
        regret = self._belief.first_regrets()
        return outlook.expected(regret.restricted(among), range(len(among)), rng)

    def _after_results(self, among: Places) -> Expected:
        belief, fitted, phi = self._belief.now(), self._fitted, self._question.phi
        told = self._belief.mean_scores()
        rng = np.random.default_rng([self._question.random_state, len(self._belief.results), 2])
        weights = told_weights(belief.mixture)
        responses = belief.mixture.sample(_N_DRAWS, rng, among, weights).astype(np.float64)
        similar = fitted.known_regrets.weights(fitted.chooser, phi)
        caps = rng.choice(fitted.worst_losses, _N_DRAWS, p=similar)
        # What was seen can be.
        caps = np.maximum(caps, belief.ideal - min(told.values()) / self._belief.scale)
        scores, best, shares = regrets_by_draws(responses, belief.ideal, belief.offset, caps)
        reported, highest = (fitted.units.as_reported(v, phi) for v in (scores, best))
        regrets, p_best = calibrated(
            (highest - reported).mean(axis=0),
            shares.mean(axis=0),
            len(told),
            ~np.isin(among, list(told)),
            fitted.models.told_optimism,
        )
        return Expected(regrets=regrets, of_best=np.minimum.accumulate(regrets), p_best=p_best)
