"""What to try next on one task, whatever tuner asks: from a search, or down a list."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from warmstart.domain import Status, plain_value
from warmstart.errors import KnowledgeError
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.session import Search
from warmstart.recommend.suggestions import Suggestions

if TYPE_CHECKING:
    from pathlib import Path

    from warmstart.metadataset.metadataset import MetaDataset


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
    """Proposes configurations of a pool; keeps nothing between one question and the next."""

    @property
    def pool(self) -> Sequence[Proposal]:
        """Everything it may propose."""
        ...

    @property
    def metric(self) -> str | None:
        """What scores are in."""
        ...

    @property
    def ideal(self) -> float | None:
        """The best score there can be, where that is known."""
        ...

    def propose(
        self, told: Sequence[Told], running: Sequence[Any], closed: Collection[Any]
    ) -> Proposal | None:
        """The next configuration, or None when nothing is left.

        Parameters
        ----------
        told : sequence of Told
            All results, in one order for all who ask.
        running : sequence
            Ids of what others try at this moment; not proposed, and expected to turn out
            as predicted.
        closed : collection
            Ids not to propose, for whatever reason.
        """
        ...


class SearchGuide:
    """Expected improvement under the posterior of a search that was begun elsewhere."""

    def __init__(self, search: Search) -> None:
        self._search = search
        question = search.question
        self.pool: Sequence[Proposal] = [
            Proposal(configuration_id=name, values=values)
            for name, values in zip(question.pool_ids, question.pool, strict=True)
        ]
        self.metric = question.metric
        self.ideal: float | None = search.ideal if question.metric is not None else None

    def propose(
        self, told: Sequence[Told], running: Sequence[Any], closed: Collection[Any]
    ) -> Proposal | None:
        """Ask the posterior, told everything; see :class:`Guide`."""
        started = any(one.status == "ok" for one in told)
        search = self._search.fresh(len(told) + len(running) if started else 0)
        for one in told:
            search.tell(
                dict(one.values),
                one.score if one.status == "ok" else None,
                cost_s=None if math.isnan(one.cost_s) else one.cost_s,
                status=one.status,
            )
        for name in closed:
            search.close(name)
        if started:
            for name in running:
                search.reserve(name)
        # The start is a batch that complements itself; all see the same and take in turn.
        n = 1 if started else 1 + len(set(running) - set(closed))
        try:
            asked = search.ask(n)
        except KnowledgeError:  # fewer than that are left
            return None
        for next_ in asked:
            if started or next_.configuration_id not in running:
                return Proposal(
                    configuration_id=next_.configuration_id, values=next_.configuration
                )
        return None


class ListGuide:
    """Suggestions in their order: without their base, nothing is learnt from results."""

    metric: str | None
    ideal = None

    def __init__(self, suggestions: Suggestions) -> None:
        self.pool: Sequence[Proposal] = [
            Proposal(
                configuration_id=plain_value(one.configuration_id), values=one.configuration
            )
            for one in suggestions
        ]
        self.metric = suggestions.metric

    def propose(
        self, told: Sequence[Told], running: Sequence[Any], closed: Collection[Any]
    ) -> Proposal | None:
        """The first that nobody had; see :class:`Guide`."""
        had = [one.values for one in told]
        for one in self.pool:
            name = one.configuration_id
            if name not in running and name not in closed and one.values not in had:
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
            raise TypeError(
                f"{', '.join(sorted(rest))} cannot be given with {type(source).__name__}: "
                "it was made for one dataset and base; pass the dataset instead"
            )
        return SearchGuide(source) if isinstance(source, Search) else ListGuide(source)
    if isinstance(source, Recommender):
        if knowledge is not None:
            raise TypeError("a Recommender is its own knowledge; leave out knowledge=")
        return SearchGuide(source.search(None, y, **question))
    # By the front door: the embedded base is in a room that stands on this one.
    import warmstart

    return SearchGuide(warmstart.search(source, y, knowledge=knowledge, **question))
