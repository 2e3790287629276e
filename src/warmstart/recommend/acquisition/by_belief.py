"""A search led by the belief of the fitted model: the default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.models.pmf.posterior import REACH
from warmstart.recommend.acquisition.first_batch import FirstBatch
from warmstart.recommend.acquisition.next_point import pick, pick_from
from warmstart.recommend.belief.growing import GrowingBelief
from warmstart.recommend.belief.new_configurations import NewConfigurations

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.belief.posterior import TaskBelief
    from warmstart.recommend.candidates.pool import Pool
    from warmstart.recommend.history.identity import Point
    from warmstart.recommend.observations import Result
    from warmstart.recommend.question.search_question import Question

Array = np.ndarray[Any, np.dtype[np.float64]]
Also = Sequence[Mapping[str, Any]]

_N_CENTRES, _N_NEAR = 4, 64
"""Best results whose surroundings are looked at, and how many configurations there."""


class ByBelief:
    """A first batch that complements itself, then an acquisition function on all results.

    Parameters
    ----------
    fitted : Fitted
    question : Question
    pool : Pool
    belief : TaskBelief
        Over the pool; is told by whoever tells the search.
    """

    def __init__(
        self, fitted: Fitted, question: Question, pool: Pool, belief: TaskBelief
    ) -> None:
        self._fitted, self._question = fitted, question
        self._pool, self._belief = pool, belief
        self.first = FirstBatch(fitted, question, pool, belief)
        self._new = NewConfigurations(fitted, question)
        self._growing: GrowingBelief | None = None
        self._n_again = self._n_caught_up = 0
        self._grown: set[int] = set()
        self._waiting: list[Result] = []

    @property
    def takes_new(self) -> bool:
        """Whether configurations of no pool can be judged, and so asked."""
        return self._new.possible

    def propose(
        self,
        open_: npt.NDArray[np.bool_],
        pending: Sequence[int],
        *,
        n_asked: int,
        n_together: int,
        also: Also,
        seconds_left: float | None,
    ) -> int | None:
        """Place of the configuration to ask; None where none is open.

        Parameters
        ----------
        open_ : ndarray of bool, shape (n_pool,)
        pending : sequence of int
        n_asked : int
            Asked so far; what is random depends on it.
        n_together : int
            Of how many that are asked together this is one.
        also : sequence of mapping
            New configurations that may be asked as well, once a score is told.
        seconds_left : float, optional
            Of the time budget, if there is one.
        """
        if not self._belief.mean_scores():
            return self.first.next(open_, n_together, seconds_left)
        if self._question.objectives:
            from warmstart.recommend.pareto.next_on_front import next_on_front

            return next_on_front(self._question, self._pool, self._belief, open_, pending)
        rng = np.random.default_rng([self._question.random_state, n_asked])
        return self._pick(open_, pending, also, n_asked, rng)

    def _pick(
        self,
        open_: npt.NDArray[np.bool_],
        pending: Sequence[int],
        also: Also,
        n_asked: int,
        rng: np.random.Generator,
    ) -> int | None:
        """By the acquisition function, from the pool, near the best told, or from `also`."""
        near = self._pool.new_points(also if self.takes_new and also else self._near(n_asked))
        open_ = np.r_[open_, np.ones(len(near), dtype=bool)]
        if not open_.any():
            return None
        n_asked_of = len(self._question.pool)
        if self._grows and (near or len(self._pool) > n_asked_of):
            return self._pick_grown(open_, pending, near)
        if near and self._fitted.unaligned is None:
            belief, more = self._new.prior.believe(self._pool.points, near)
            mixture = self._belief.after_results(belief).mixture.extended(more)
        else:
            # The picker tells the belief what it expects of the pending ones.
            belief = self._belief.rebuilt() if pending else self._belief.now()
            mixture = belief.mixture
            if near:
                # What is only its own is no reason to try one copy after another.
                mixture = mixture.extended(self._belief.before(near).mixture.shared_only())
        costs = np.zeros(len(open_))
        if self._question.acquisition == "ei_per_second":
            known = self._pool.costs()
            costs = np.r_[known, np.full(len(near), np.median(known))]
        index = pick(
            mixture,
            open_,
            min(map(self._belief.response, self._belief.mean_scores().values())),
            self._question.acquisition,
            pending=pending,
            costs=costs,
            rng=rng,
            chances=self._pool.chances(len(open_)),
        )
        n_pool = len(self._pool)
        return index if index < n_pool else self._pool.add(dict(near[index - n_pool].values))

    @property
    def _grows(self) -> bool:
        """Whether new configurations are believed of as results come in, one by one."""
        question = self._question
        return (
            self._fitted.unaligned is None
            and self.takes_new
            and question.look is None
            and question.acquisition != "thompson"  # which needs joint draws
        )

    def _pick_grown(
        self,
        open_: npt.NDArray[np.bool_],
        pending: Sequence[int],
        near: Sequence[Point],
    ) -> int:
        n_first, n_pool = len(self._question.pool), len(self._pool)
        belief = self._caught_up()
        if pending:
            belief = belief.supposing([self._pool.points[k] for k in pending])
        open_ = np.r_[open_[:n_first], open_[n_pool:]]
        costs = np.zeros(len(open_))
        if self._question.acquisition == "ei_per_second":
            known = self._pool.costs()[:n_first]
            costs = np.r_[known, np.full(len(near), np.median(known))]
        index = pick_from(
            belief.marginals(near),
            open_,
            min(map(self._belief.response, self._belief.mean_scores().values())),
            self._question.acquisition,
            costs=costs,
            chances=self._pool.chances(len(open_)),
        )
        if index < n_first:
            return index
        return self._pool.add(dict(near[index - n_first].values))

    def _caught_up(self) -> GrowingBelief:
        """Told what is new; everything where a configuration was told again."""
        results, means = self._belief.results, self._belief.mean_scores()
        n_again = sum(one.status == "ok" for one in results) - len(means)
        if self._growing is None or n_again != self._n_again:
            first = self._pool.points[: len(self._question.pool)]
            self._growing = GrowingBelief(self._new.prior, first)
            self._n_again, self._n_caught_up, self._waiting = n_again, 0, []
            self._grown = set()
        for result in results[self._n_caught_up :]:
            self._grow(self._growing, result, means)
        self._n_caught_up = len(results)
        return self._growing

    def _grow(self, growing: GrowingBelief, result: Result, means: Mapping[int, float]) -> None:
        place = self._pool.index(result.configuration_id)
        point = self._pool.points[place]
        if place in means:
            if place not in self._grown and result.status == "ok":
                self._grown.add(place)
                growing.tell(point, self._belief.response(means[place]), reach=REACH)
                # What was pruned before any score can only be compared now.
                for waiting in self._waiting:
                    self._grow(growing, waiting, means)
                self._waiting = []
            return
        expected, std = growing.expect(point)
        if result.status != "pruned":
            # As bad as the worst that is expected of any, but only softly so.
            growing.tell(point, max(growing.worst(), expected), std**2)
        elif not self._grown:
            self._waiting.append(result)
        else:
            scored = [self._belief.response(means[k]) for k in self._grown]
            growing.tell(point, max(expected, float(np.median(scored))), std**2)

    def _near(self, n_asked: int) -> list[dict[str, Any]]:
        """New configurations near those with the best scores."""
        if not self._question.local:
            return []
        means = self._belief.mean_scores()
        best = sorted(means, key=lambda k: -means[k])[:_N_CENTRES]
        rng = np.random.default_rng([self._question.random_state, n_asked, 1])
        found: list[dict[str, Any]] = []
        for rank, index in enumerate(best):
            n = _N_NEAR // 2 if rank == 0 else _N_NEAR // (2 * _N_CENTRES)
            found += self._fitted.neighbourhood.around(self._pool.points[index].values, n, rng)
        return found

    def learn(self, place: int, score: float) -> None:
        """Nothing more: the belief is told already.

        Parameters
        ----------
        place : int
            Of a configuration in the pool.
        score : float
            Higher is better; NaN where there is none.
        """
