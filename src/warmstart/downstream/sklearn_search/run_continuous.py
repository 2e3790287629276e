"""A search of scikit-learn anywhere in a learner's space, led by surfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warmstart.downstream.names.inverse import match, read_mapping
from warmstart.downstream.optuna_sampler.proposers.continuous import (
    ContinuousSpace,
    continuous_space_of,
    with_rounds,
)
from warmstart.downstream.sklearn_search.rounds.read_off import ReadOff
from warmstart.downstream.sklearn_search.rounds.which import (
    Rounds,
    name_of_rounds,
    rounds_to_read,
)
from warmstart.downstream.sklearn_search.run import CandidateRun
from warmstart.spaces.legal import plain
from warmstart.spaces.space import Choice, Number, Parameter

if TYPE_CHECKING:
    from warmstart.models.curves.records import Stop
    from warmstart.models.surfaces.region import Region
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.search import Search

_MANY = 10**9
_LOG = ("loguniform", "reciprocal")


class ContinuousRun(CandidateRun):
    """Asks of no pool, but of all of a region.

    Parameters
    ----------
    search : Search
        Whose base has surfaces for its question.
    continuous : ContinuousSpace
    region : Region
    names : mapping of str to str, optional
        From the estimator's parameters to keys of a configuration; all of a configuration
        by default, for an estimator that is made of one.
    rounds : sequence of int, optional
        Read off each fit.
    """

    def __init__(
        self,
        search: Search,
        continuous: ContinuousSpace,
        region: Region,
        names: Mapping[str, str] | None = None,
        rounds: Sequence[int] | None = None,
    ) -> None:
        def params(one: Suggestion) -> dict[str, Any]:
            if names is None:
                return dict(one.configuration)
            return {name: one.configuration[key] for name, key in names.items()}

        super().__init__(search, params)
        self._continuous, self.region = continuous, region
        if rounds is not None:
            key = continuous.rounds_key
            name = next(name for name, meant in (names or {key: key}).items() if meant == key)
            self.read_off = ReadOff(name, rounds)

    def n_open(self) -> int:
        """As many as anybody asks for."""
        return _MANY

    def _as_run(self, asked: Suggestion, params: dict[str, Any]) -> Any:
        """With the rounds that were best."""
        if self.read_off is None:
            return asked
        key = self._continuous.rounds_key
        chosen = {**asked.configuration, key: params[self.read_off.name]}
        if chosen == asked.configuration:
            return asked
        self.search.close(asked)
        return chosen

    def _tell_stopped(self, asked: Suggestion, stop: Stop) -> None:
        """What it has reached with fewer rounds is a result of a setting with so many."""
        if self.read_off is None:
            super()._tell_stopped(asked, stop)
            return
        best = max(range(len(stop.scores)), key=lambda k: (stop.scores[k], -k))
        leader = self.read_off.board.incumbent
        # It would have gained on the other folds what the best did.
        gain = 0.0 if leader is None else leader.gain_after_first()
        self.search.close(asked)
        reached = {**asked.configuration}
        reached[self._continuous.rounds_key] = int(stop.budgets[best])
        self.search.tell(reached, stop.scores[best] + gain)

    def ask(self, n: int) -> Sequence[Suggestion]:
        """The next `n` candidates; fewer where nothing new is found."""
        found: list[Suggestion] = []
        known = {self._fit_of(values) for values in self.search.engine.pool.added}
        for _ in range(n):

            def allowed(point: dict[str, Any]) -> dict[str, Any] | None:
                whole = self._continuous.configuration(point)
                return None if self._fit_of(whole) in known else whole

            one = self.search.ask_in(self.region, allowed)
            if one is None:
                break
            known.add(self._fit_of(one.configuration))
            found.append(one)
        return found

    def _fit_of(self, values: Mapping[str, Any]) -> str:
        """What is fitted; of rounds that are read off it every number is the same."""
        free = "" if self.read_off is None else self._continuous.rounds_key
        return repr(sorted((key, value) for key, value in values.items() if key != free))


def continuous_run(
    search: Search,
    distributions: Mapping[str, Any] | None = None,
    mapping: Mapping[str, Any] | None = None,
    *,
    rounds: Rounds = None,
    estimator: Any = None,
) -> ContinuousRun | None:
    """A run that surfaces lead; None where there are none, or they know none of the names.

    Parameters
    ----------
    search : Search
    distributions : mapping, optional
        Of the parameters of an estimator of one's own, as for ``RandomizedSearchCV``; whole
        pipelines are searched by default.
    mapping : mapping, optional
        See :func:`warmstart.downstream.names.inverse.read_mapping`.
    rounds : sequence of int or "auto", optional
        What is read off each fit; by "auto" what the distributions have.
    estimator : estimator, optional
        One's own.

    Raises
    ------
    ArgumentError
        If rounds are named that the estimator does not have.
    """
    continuous = continuous_space_of(search)
    if continuous is None:
        return None
    if distributions is None:
        read = rounds_to_read(continuous, rounds)
        continuous = continuous if read is None else with_rounds(continuous, read[-1])
        return ContinuousRun(search, continuous, continuous.region({}), rounds=read)
    pairs = read_mapping(mapping, list(continuous.template))
    names = {name: match(name, continuous.template, pairs) or name for name in distributions}
    axes = {f"{continuous.box.prefix}{name}" for name in continuous.box.names}
    asked = {names[name]: _parameter(name, one) for name, one in distributions.items()}
    if not axes & set(asked) or any(one is None for one in asked.values()):
        return None
    found = {key: one for key, one in asked.items() if one is not None}
    read = rounds_to_read(continuous, rounds, found)
    if read is not None:
        continuous = with_rounds(continuous, read[-1])
        if continuous.rounds_key not in found:
            names[name_of_rounds(estimator)] = continuous.rounds_key
    return ContinuousRun(search, continuous, continuous.region(found), names, read)


def _parameter(name: str, distribution: Any) -> Parameter | None:
    """A distribution in neutral words; None where it is none of the usual ones."""
    if not hasattr(distribution, "rvs"):
        return Choice(name=name, choices=tuple(plain(value) for value in distribution))
    kind = getattr(getattr(distribution, "dist", None), "name", "")
    low, high = (float(plain(bound)) for bound in distribution.support())
    if kind == "randint":
        return Number(name=name, low=int(low), high=int(high), integer=True)
    if kind in _LOG or kind == "uniform":
        return Number(name=name, low=low, high=high, log=kind in _LOG)
    return None
