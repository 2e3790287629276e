"""What to try next on one task, whatever tuner asks: from a search, or down a list."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from warmstart.domain import Status, plain_value
from warmstart.downstream.optuna_sampler.new_points import StudySpace, draw_new
from warmstart.errors import ArgumentTypeError, KnowledgeError
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.search import Search
from warmstart.recommend.suggestions import Suggestions

if TYPE_CHECKING:
    from pathlib import Path

    from warmstart.metadataset.metadataset import MetaDataset


_N_KNOWN_FIRST = 5
"""Results before configurations are proposed that no task ever tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of one configuration."""

    values: Mapping[str, Any]
    score: float = math.nan
    """Higher is better; NaN unless the status is "ok"."""

    status: Status = "ok"
    cost_s: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A configuration to try."""

    configuration_id: Any
    values: Mapping[str, Any]


class Guide(Protocol):
    """Proposes configurations of a pool, and new ones; keeps nothing between two questions."""

    @property
    def pool(self) -> Sequence[Proposal]:
        """What it may propose, if nothing new."""
        ...

    @property
    def metric(self) -> str | None:
        """What scores are in."""
        ...

    @property
    def ideal(self) -> float | None:
        """The best score there can be, where that is known."""
        ...

    @property
    def learns(self) -> bool:
        """Whether what it is told makes a difference."""
        ...

    def propose(
        self,
        told: Sequence[Told],
        running: Sequence[Proposal],
        closed: Collection[Any],
        space: StudySpace | None = None,
    ) -> Proposal | None:
        """The next configuration, or None when nothing is left.

        Parameters
        ----------
        told : sequence of Told
            All results, in one order for all who ask.
        running : sequence of Proposal
            What others try at this moment; not proposed, and expected to turn out as
            predicted.
        closed : collection
            Ids not to propose, for whatever reason.
        space : StudySpace, optional
            Where configurations of no pool may be proposed as well.
        """
        ...


class SearchGuide:
    """Expected improvement under the posterior of a search that was begun elsewhere."""

    learns = True

    def __init__(self, search: Search) -> None:
        self._search = search
        question = search.question
        self.pool: Sequence[Proposal] = [
            Proposal(configuration_id=name, values=values)
            for name, values in zip(question.pool_ids, question.pool, strict=True)
        ]
        self._ids = {one.configuration_id for one in self.pool}
        self.metric = question.metric
        self.ideal: float | None = search.ideal if question.metric is not None else None

    def propose(
        self,
        told: Sequence[Told],
        running: Sequence[Proposal],
        closed: Collection[Any],
        space: StudySpace | None = None,
    ) -> Proposal | None:
        """Ask the posterior, told everything; see :class:`Guide`."""
        good = [one for one in told if one.status == "ok"]
        search = self._search.fresh(len(told) + len(running) if good else 0)
        for one in told:
            search.tell(
                dict(one.values),
                one.score if one.status == "ok" else None,
                cost_s=None if math.isnan(one.cost_s) else one.cost_s,
                status=one.status,
            )
        for name in self._ids & set(closed):
            search.close(name)
        if good:
            for other in running:
                search.reserve(self._known(other))
        # The start is a batch that complements itself; all see the same and take in turn.
        trying = {other.configuration_id for other in running}
        n = 1 if good else 1 + len(trying - set(closed))
        also = [] if space is None else self._new(good, len(told) + len(running), space)
        try:
            asked = search.ask(n, also=also)
        except KnowledgeError:  # fewer than that are left
            return None
        for next_ in asked:
            if good or next_.configuration_id not in trying:
                return Proposal(
                    configuration_id=next_.configuration_id, values=next_.configuration
                )
        return None

    def _known(self, other: Proposal) -> Any:
        """How the search knows a proposal: by its id, or by its values where it was new."""
        name = other.configuration_id
        return name if name in self._ids else dict(other.values)

    def _new(self, good: Sequence[Told], n: int, space: StudySpace) -> list[dict[str, Any]]:
        if len(good) < _N_KNOWN_FIRST or not self._search.takes_new:
            return []
        best = sorted(good, key=lambda one: -one.score)
        rng = np.random.default_rng([self._search.question.random_state, n, 1])
        return draw_new(
            (one.values for one in self.pool), [one.values for one in best], space, rng
        )


class ListGuide:
    """Suggestions in their order: without their base, nothing is learnt from results."""

    metric: str | None
    ideal = None
    learns = False

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
        told: Sequence[Told],
        running: Sequence[Proposal],
        closed: Collection[Any],
        space: StudySpace | None = None,  # noqa: ARG002 - nothing says what to think of new ones
    ) -> Proposal | None:
        """The first that nobody had; see :class:`Guide`."""
        had = [one.values for one in told]
        trying = {other.configuration_id for other in running}
        for one in self.pool:
            name = one.configuration_id
            if name not in trying and name not in closed and one.values not in had:
                return one
        return None


def make_guide(
    source: Any = None,
    y: Any = None,
    *,
    knowledge: str | Path | Recommender | MetaDataset | None = None,
    **question: Any,
) -> Guide:
    """A guide from whatever a user has.

    Parameters
    ----------
    source : Search, Suggestions, Recommender, or a dataset, optional
        A search says everything already; a recommender is asked the `question`;
        anything else is a dataset, with `y`, as in :func:`warmstart.search`.
    knowledge : path, Recommender or MetaDataset, optional
        Another base than the embedded one.
    **question :
        As in :meth:`warmstart.Recommender.search`.

    Raises
    ------
    TypeError
        If a search or suggestions come with a question they have answered already.
    """
    if isinstance(source, Search | Suggestions):
        rest = {**question, **({} if y is None else {"y": y})}
        if knowledge is not None:
            rest["knowledge"] = knowledge
        if rest:
            raise ArgumentTypeError(
                f"{', '.join(sorted(rest))} cannot be given with {type(source).__name__}: "
                "it was made for one dataset and base; pass the dataset instead"
            )
        return SearchGuide(source) if isinstance(source, Search) else ListGuide(source)
    if isinstance(source, Recommender):
        if knowledge is not None:
            raise ArgumentTypeError("a Recommender is its own knowledge; leave out knowledge=")
        return SearchGuide(source.search(None, y, **question))
    # By the front door: the embedded base is in a room that stands on this one.
    import warmstart

    return SearchGuide(warmstart.search(source, y, knowledge=knowledge, **question))
