"""What is tried before anything is known of a task: a batch chosen as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.recommend.acquisition.batch import N_SAMPLES, best_of_n

if TYPE_CHECKING:
    from warmstart.models.gaussian.posterior import MixturePosterior
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.belief.posterior import TaskBelief
    from warmstart.recommend.candidates.pool import Pool
    from warmstart.recommend.question.search_question import Question

Array = np.ndarray[Any, np.dtype[np.float64]]

_WIDE = 4096
"""Configurations among which a first batch is chosen on draws; of more, the most promising."""


class FirstBatch:
    """Configurations that complement each other, handed out in order.

    Parameters
    ----------
    fitted : Fitted
    question : Question
    pool : Pool
    belief : TaskBelief
        Over the pool.
    """

    def __init__(
        self, fitted: Fitted, question: Question, pool: Pool, belief: TaskBelief
    ) -> None:
        self._fitted, self._question = fitted, question
        self._pool, self._belief = pool, belief
        self.planned: list[int] = []
        """What is left of the batch."""

    def next(
        self, open_: npt.NDArray[np.bool_], n_together: int, seconds_left: float | None
    ) -> int | None:
        """Place of the next; None where none is open, or fits what is left of a budget.

        Parameters
        ----------
        open_ : ndarray of bool, shape (n_pool,)
        n_together : int
            How many are asked together, where that is more than the question's own batch.
        seconds_left : float, optional
            Of the time budget, if there is one.
        """
        self.planned = [k for k in self.planned if open_[k]]
        if not self.planned:
            left = np.flatnonzero(open_)
            draws, left = self._draws(left)
            if (chances := self._pool.chances(len(open_))) is not None:
                rng = np.random.default_rng([self._question.random_state, 2])
                broken = rng.random(draws.shape) > chances[left]
                draws = np.where(broken, draws.max(axis=1, keepdims=True), draws)
            n = max(self._question.n_initial, n_together)
            if self._question.objectives:
                from warmstart.recommend.pareto.front import largest_front

                question = self._question
                picks = largest_front(
                    draws,
                    question.costs().take(left),
                    question.objectives,
                    n,
                    random_state=question.random_state,
                )
            else:
                picks = best_of_n(
                    draws,
                    n,
                    costs=None if seconds_left is None else self._pool.costs()[left],
                    budget_s=seconds_left,
                )
            self.planned = [int(left[k]) for k in picks]
        return self.planned.pop(0) if self.planned else None

    def _draws(self, left: npt.NDArray[np.intp]) -> tuple[Array, npt.NDArray[np.intp]]:
        """What the batch is chosen on, (n_draws, n_left), and of which places it is."""
        # The seed of the question alone, as :meth:`Recommender.suggest` draws.
        rng = np.random.default_rng(self._question.random_state)
        phi, points = self._question.phi, self._pool.points
        if self._question.look is not None:
            # What was measured here says more than the regrets of other tasks.
            measured = self._belief.at_first().draw_losses(N_SAMPLES, rng)
            return measured[:, left], left
        regret = self._belief.first_regrets()
        if len(left) > _WIDE:
            left = _promising(regret.mixture, left)
        columns = np.array([points[k].column for k in left.tolist()], dtype=np.intp)
        outlook = self._fitted.outlook(phi, columns)
        return outlook.draws(regret.restricted(left), N_SAMPLES, rng), left


def _promising(mixture: MixturePosterior, among: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Those that may be best, in order of their places: by a deviation below the mean."""
    low = (mixture.mean() - mixture.std())[among]
    kept: npt.NDArray[np.intp] = np.sort(among[np.argpartition(low, _WIDE)[:_WIDE]])
    return kept
