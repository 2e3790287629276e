"""What to try next on one task, whatever tuner asks: from a search, or down a list."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.domain import plain_value
from warmstart.downstream.optuna_sampler.proposers.continuous import (
    ContinuousSpace,
    continuous_space_of,
)
from warmstart.downstream.optuna_sampler.proposers.new_points import StudySpace, draw_new
from warmstart.downstream.optuna_sampler.proposers.proposer import (
    Observation,
    Proposal,
    Proposer,
)
from warmstart.errors import ArgumentTypeError, HistoryError
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.engine import Engine
from warmstart.recommend.observations import Result
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.search import Search

if TYPE_CHECKING:
    from pathlib import Path

    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.question.task_query import SearchQuery

_log = logging.getLogger(__name__)

_N_KNOWN_FIRST = 5
"""Results before configurations are proposed that no task ever tried."""


class SearchProposer:
    """Expected improvement under the posterior of a search that was begun elsewhere.

    What it was told is kept, so that a question costs what is new since the last. Whoever
    asks without having asked before gets the same answer.
    """

    learns = True

    def __init__(self, search: Search) -> None:
        self._search = search
        self._engine = self._untold()
        self.continuous = continuous_space_of(search)
        self._known: dict[int, Observation] = {}
        question, points = search.question, self._engine.pool.points
        self.pool: Sequence[Proposal] = [
            Proposal(configuration_id=name, values=point.values)
            for name, point in zip(question.pool_ids, points, strict=False)
        ]
        self._ids = {one.configuration_id for one in self.pool}
        self.metric = question.metric
        self.ideal: float | None = (
            search.score_range[1] if question.metric is not None else None
        )

    def propose(
        self,
        observations: Sequence[Observation],
        running: Sequence[Proposal],
        closed: Collection[Any],
        space: StudySpace | None = None,
    ) -> Proposal | None:
        """Ask the posterior, told everything; see :class:`Proposer`."""
        self._catch_up(observations)
        if self.continuous is not None and space is not None:
            return self._propose_in(self.continuous, space, len(observations), running)
        engine, good = self._engine, [one for one in observations if one.status == "ok"]
        engine.closed = {engine.pool.index(name) for name in self._ids & set(closed)}
        # The start is a batch that complements itself; all see the same and take in turn.
        trying = {other.configuration_id for other in running}
        engine.pending = [self._place(other) for other in running] if good else []
        engine.n_asked = len(observations) + len(running) if good else 0
        n = 1 if good else 1 + len(trying - set(closed))
        also = [] if space is None else self._new(good, len(observations) + len(running), space)
        if not good:
            engine.replan()
        asked = engine.ask(n, also=also)
        engine.pending = []
        for place in asked:
            name = engine.pool.ids[place]
            if good or name not in trying:
                return Proposal(
                    configuration_id=name, values=dict(engine.pool.points[place].values)
                )
        return None

    def _untold(self) -> Engine:
        engine = self._search.engine
        return Engine(engine.fitted, self._search.question, engine.surfaces)

    def _propose_in(
        self,
        continuous: ContinuousSpace,
        space: StudySpace,
        n_observed: int,
        running: Sequence[Proposal],
    ) -> Proposal | None:
        """From anywhere in the study's space, as far as it is known."""

        def allowed(point: Mapping[str, Any]) -> dict[str, Any] | None:
            run = space.as_run(continuous.configuration(point))
            return run if run is not None and space.is_new(run) else None

        engine = self._engine
        engine.pending = [self._place(other) for other in running]
        engine.n_asked = n_observed + len(running)
        place = engine.ask_in(continuous.region(space.parameters()), allowed)
        engine.pending = []
        if place is None:
            return None
        return Proposal(
            configuration_id=engine.pool.ids[place],
            values=dict(engine.pool.points[place].values),
        )

    def _catch_up(self, observations: Sequence[Observation]) -> None:
        """Tell what is new; all of it where what was observed has changed."""
        kept = {one.number for one in observations}
        if any(number not in kept for number in self._known):
            self._engine = self._untold()
            self._known = {}
        for one in observations:
            if one.number in self._known:
                continue
            self._known[one.number] = one
            try:
                place = self._place(one)
            except HistoryError as error:  # it says too little to tell which it is
                _log.warning("trial %d is not learnt from: %s", one.number, error)
                continue
            self._engine.tell(
                place,
                Result(
                    configuration=dict(self._engine.pool.values[place]),
                    configuration_id=self._engine.pool.ids[place],
                    score=one.score,
                    cost_s=one.cost_s,
                    status=one.status,
                ),
            )

    def _place(self, one: Observation | Proposal) -> int:
        """By its id, or by its values where it was new or came out otherwise."""
        name = one.configuration_id
        return self._engine.add(name if name in self._ids else dict(one.values))

    def _new(
        self, good: Sequence[Observation], n: int, space: StudySpace
    ) -> list[dict[str, Any]]:
        if len(good) < _N_KNOWN_FIRST or not self._engine.takes_new:
            return []
        best = sorted(good, key=lambda one: -one.score)
        rng = np.random.default_rng([self._search.question.random_state, n, 1])
        return draw_new(
            (one.values for one in self.pool), [one.values for one in best], space, rng
        )


class ListProposer:
    """Suggestions in their order: without their base, nothing is learnt from results."""

    metric: str | None
    ideal = None
    learns = False
    continuous: ContinuousSpace | None = None

    def __init__(self, suggestions: Suggestions) -> None:
        self.pool: Sequence[Proposal] = [
            Proposal(
                configuration_id=plain_value(one.configuration_id), values=one.configuration
            )
            for one in suggestions
        ]
        self.metric = suggestions.metric

    def propose(
        self,
        observations: Sequence[Observation],
        running: Sequence[Proposal],
        closed: Collection[Any],
        space: StudySpace | None = None,  # noqa: ARG002 - nothing says what to think of new ones
    ) -> Proposal | None:
        """The first that nobody had; see :class:`Proposer`."""
        had = [one.values for one in observations]
        trying = {other.configuration_id for other in running}
        for one in self.pool:
            name = one.configuration_id
            if name not in trying and name not in closed and one.values not in had:
                return one
        return None


def make_proposer(
    source: Any,
    query: SearchQuery,
    knowledge: str | Path | Recommender | MetaDataset | None = None,
) -> Proposer:
    """A proposer made of whatever a user has.

    Parameters
    ----------
    source : Search, Suggestions, Recommender, or a dataset, optional
        A search says everything already; a recommender is asked the query; anything else
        is the dataset of the query.
    query : SearchQuery
    knowledge : path, Recommender or MetaDataset, optional
        Another base than the embedded one.

    Raises
    ------
    TypeError
        If a search or suggestions come with a question they have answered already.
    """
    if isinstance(source, Search | Suggestions):
        rest = query.given()
        if knowledge is not None:
            rest["knowledge"] = knowledge
        if rest:
            raise ArgumentTypeError(
                f"{', '.join(sorted(rest))} cannot be given with {type(source).__name__}: "
                "it was made for one dataset and base; pass the dataset instead"
            )
        return SearchProposer(source) if isinstance(source, Search) else ListProposer(source)
    if isinstance(source, Recommender):
        if knowledge is not None:
            raise ArgumentTypeError("a Recommender is its own knowledge; leave out knowledge=")
        return SearchProposer(source.begin(query))
    base = open_knowledge(knowledge)
    return SearchProposer(base.begin(replace(query, data=source)))
