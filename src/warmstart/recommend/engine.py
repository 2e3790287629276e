"""The one engine: what is known of a task, and what to try on it next.

:class:`warmstart.Search` dresses its answers as suggestions, :func:`warmstart.replay` drives
it over recorded scores, and the tuners' adapters reach it through the search.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.recommend.acquisition.by_belief import ByBelief
from warmstart.recommend.acquisition.by_model import ByModel
from warmstart.recommend.acquisition.by_surfaces import BySurfaces
from warmstart.recommend.belief.posterior import TaskBelief
from warmstart.recommend.belief.regrets import TaskRegrets
from warmstart.recommend.candidates.pool import Pool
from warmstart.recommend.observations import Result

if TYPE_CHECKING:
    from warmstart.models.surfaces.region import Region
    from warmstart.models.surfaces.sources import Sources
    from warmstart.recommend.acquisition.by_surfaces import Allowed
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.question.search_question import Question

Also = Sequence[Mapping[str, Any]]


class Engine:
    """One task: names configurations by their places in a pool, learns results.

    Parameters
    ----------
    fitted : Fitted
        Whose model decides.
    question : Question
    surfaces : Sources, optional
        What other tables say of the whole space of the question's learner.
    """

    def __init__(
        self, fitted: Fitted, question: Question, surfaces: Sources | None = None
    ) -> None:
        self.fitted, self.question, self.surfaces = fitted, question, surfaces
        self.pool = Pool(fitted, question)
        self.belief = TaskBelief(fitted, question, self.pool)
        """What the base's PMF expects, told every result, whatever model decides."""

        self.regrets = TaskRegrets(fitted, question, self.pool, self.belief)
        """How far each is expected to be from the best, given every result."""

        self.pending: list[int] = []
        """Places asked and not told yet."""

        self.closed: set[int] = set()
        """Places never to ask."""

        self.n_asked = 0
        self._observed: set[int] = set()
        self._lead: ByBelief | ByModel = (
            ByBelief(fitted, question, self.pool, self.belief)
            if fitted.method is None
            else ByModel(fitted, question, self.pool)
        )
        self._anywhere: BySurfaces | None = None
        if surfaces is not None:
            self._anywhere = BySurfaces(
                surfaces,
                metric=question.metric,
                acquisition=question.acquisition,
                random_state=question.random_state,
            )

    @property
    def results(self) -> list[Result]:
        """Everything told, in order."""
        return self.belief.results

    @property
    def takes_new(self) -> bool:
        """Whether configurations of no pool can be judged, and so asked."""
        return self._lead.takes_new

    def ask(
        self,
        n: int = 1,
        *,
        open: npt.NDArray[np.bool_] | None = None,
        budget: float | None = None,
        also: Also = (),
    ) -> list[int]:
        """Places of the next `n` configurations; from now on they are pending.

        Parameters
        ----------
        n : int
            Fewer where fewer are left, or fit what is left of a budget.
        open : ndarray of bool, shape (n_pool,), optional
            Only these, of those not asked, told or closed.
        budget : float, optional
            Predicted seconds that they may take together; what is left of the question's
            by default.
        also : sequence of mapping
            New configurations that may be asked as well, once a score is told.
        """
        asked: list[int] = []
        any_scores = bool(self.belief.mean_scores())
        while len(asked) < n:
            left = self.seconds_left() if budget is None else budget
            may = self.open(left, open)
            if not may.any() and not (any_scores and also):
                break
            place = self._lead.propose(
                may,
                self.pending,
                n_asked=self.n_asked,
                n_together=n,
                also=also,
                seconds_left=left,
            )
            if place is None:
                break
            if budget is not None:
                budget -= float(self.pool.costs()[place])
            self.pending.append(place)
            self.n_asked += 1
            asked.append(place)
        return asked

    def ask_in(self, region: Region, allowed: Allowed) -> int | None:
        """Place of the next configuration anywhere in a study's space; None if none may be.

        Parameters
        ----------
        region : Region
        allowed : callable
            Makes a point of the region the configuration that would be run; None where it
            may not be.
        """
        assert self._anywhere is not None  # asked of none but engines that have surfaces
        values = self._anywhere.propose(
            region,
            allowed,
            self.pool.values,
            self.belief.all_scores(),
            self.pending,
            self.n_asked,
        )
        if values is None:
            return None
        place = self.pool.add(values)
        self.pending.append(place)
        self.n_asked += 1
        return place

    def tell(self, place: int, result: Result) -> None:
        """Learn what came of the configuration at a place."""
        if place in self.pending:
            self.pending.remove(place)
        self._observed.add(place)
        self.belief.learn(result)
        self._lead.learn(place, result.score)

    def close(self, place: int) -> None:
        """Never ask a configuration, and expect no result of it."""
        self.closed.add(place)
        self.pending = [other for other in self.pending if other != place]

    def add(self, configuration: Any) -> int:
        """Place of a configuration: a suggestion, values or an id; new ones come last.

        Raises
        ------
        HistoryError
            If it is an id that is not here, or the values of several.
        """
        return self.pool.place(*self.pool.identify(configuration, self.pending))

    def open(
        self, seconds_left: float | None = None, among: npt.NDArray[np.bool_] | None = None
    ) -> npt.NDArray[np.bool_]:
        """Which configurations may be asked, shape (n_pool,).

        Parameters
        ----------
        seconds_left : float, optional
            What may be spent; no limit without.
        among : ndarray of bool, shape (n_pool,), optional
            Only these.
        """
        may = np.zeros(len(self.pool), dtype=bool)
        may[: len(self.question.pool)] = True
        if among is not None:
            may[: len(among)] &= among
        may[[*self._observed, *self.pending, *self.closed]] = False
        if seconds_left is not None:
            may &= self.pool.costs() <= seconds_left
        return may

    def seconds_left(self) -> float | None:
        """What results and pending ones leave of the question's budget, if it has one."""
        if self.question.time_budget_s is None:
            return None
        predicted = self.pool.costs()
        spent = sum(
            predicted[self.pool.index(r.configuration_id)] if math.isnan(r.cost_s) else r.cost_s
            for r in self.results
        )
        asked = sum(predicted[index] for index in self.pending)
        return float(self.question.time_budget_s - spent - asked)

    def replan(self) -> None:
        """Choose the first batch anew when it is next asked."""
        self._planned = []

    def to_json(self) -> dict[str, Any]:
        """Everything told and asked as plain values; :meth:`restore` takes them up."""
        return {
            "results": [result.to_dict() for result in self.results],
            "pending": self.pending,
            "planned": self._planned,
            "closed": sorted(self.closed),
            "n_asked": self.n_asked,
            "added": self.pool.added,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`to_json` gave; of a state that was told nothing."""
        for values in state.get("added", ()):
            self.add(values)
        for result in map(Result.from_dict, state["results"]):
            self.tell(self.pool.index(result.configuration_id), result)
        self.pending = list(state["pending"])
        self._planned = state["planned"]
        self.closed = set(state.get("closed", ()))
        self.n_asked = state["n_asked"]

    @property
    def _planned(self) -> list[int]:
        return self._lead.first.planned if isinstance(self._lead, ByBelief) else []

    @_planned.setter
    def _planned(self, places: Iterable[int]) -> None:
        if isinstance(self._lead, ByBelief):
            self._lead.first.planned = list(places)
