"""A search led by a model that ranks or believes in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError
from warmstart.recommend.base.begin import started

if TYPE_CHECKING:
    from warmstart.models.protocols import TaskState
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.candidates.pool import Pool
    from warmstart.recommend.question.search_question import Question

Also = Sequence[Mapping[str, Any]]


class ByModel:
    """Asks what the model's own task state names, of the pool as it was in the beginning.

    What is told of configurations that came in later is kept, but no such model can learn
    from it.

    Parameters
    ----------
    fitted : Fitted
        To a model other than its own PMF.
    question : Question
    pool : Pool
    """

    takes_new = False

    def __init__(self, fitted: Fitted, question: Question, pool: Pool) -> None:
        self._fitted, self._question = fitted, question
        self._points = pool.points[: len(question.pool)]
        self._costs = pool.costs() if question.acquisition == "ei_per_second" else None
        self._scale = fitted.units.scale(question.phi)
        self._observed: dict[int, list[float]] = {}
        self._state = self._start()

    def _start(self) -> TaskState:
        question = self._question
        return started(
            self._fitted,
            self._points,
            question.phi,
            acquisition=question.acquisition,
            costs=self._costs,
            random_state=question.random_state,
        )

    def propose(
        self,
        open_: npt.NDArray[np.bool_],
        pending: Sequence[int],  # noqa: ARG002 - they are not open
        *,
        n_asked: int,  # noqa: ARG002 - a model draws when it begins a task
        n_together: int,
        also: Also,  # noqa: ARG002 - it knows of its table's configurations only
        seconds_left: float | None,  # noqa: ARG002 - what does not fit is not open
    ) -> int | None:
        """Place of the first that the model names and that is open, if there is one.

        Parameters
        ----------
        open_ : ndarray of bool, shape (n_pool,)
            What may be asked.
        pending : sequence of int
            Asked and not told yet.
        n_asked : int
            Asked so far.
        n_together : int
            Of how many that are asked together this is one.
        also : sequence of mapping
            New configurations; the model knows of none.
        seconds_left : float, optional
            Of the time budget; what does not fit is not open.
        """
        n, n_all = max(n_together, 1), len(self._points)
        while True:
            named = self._state.batch(n)
            if len(set(named)) < len(named) or set(named) & set(self._observed):
                raise ArgumentError(f"a method named a configuration twice: {named[:10]}")
            for place in named:
                # Behind the pool are configurations that the model only learns from.
                if place < n_all and open_[place]:
                    return place
            if len(named) < n:
                return None
            n *= 4

    def learn(self, place: int, score: float) -> None:
        """Tell the model a score in the search's metric; NaN where there is none.

        Parameters
        ----------
        place : int
            Of a configuration in the pool.
        score : float
            Higher is better; NaN where there is none.
        """
        if place >= len(self._points):
            return
        again = place in self._observed
        self._observed.setdefault(place, []).append(score / self._scale)
        if not again:
            self._state.tell(place, score / self._scale)
            return
        # A state cannot be told otherwise; a new one can.
        self._state = self._start()
        for known, scores in self._observed.items():
            found = [one for one in scores if np.isfinite(one)]
            self._state.tell(known, float(np.mean(found)) if found else np.nan)
