"""A search anywhere in a study's space, led by the surfaces of tables known before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.models.surfaces.belief import Places, SurfaceBelief
from warmstart.models.surfaces.region import Region
from warmstart.models.surfaces.sources import Sources, most_telling
from warmstart.recommend.acquisition.next_point import ByAcquisition
from warmstart.recommend.history.training_scores import IN_TARGET_UNITS

if TYPE_CHECKING:
    from warmstart.recommend.question.arguments import Acquisition

Array = np.ndarray[Any, np.dtype[np.float64]]
Values = Mapping[str, Any]
Allowed = Callable[[dict[str, Any]], "dict[str, Any] | None"]
"""From a point of a region to the configuration that would be run; None where none may be."""

N_SPREAD = 1024
_N_CENTRES, _N_NEAR = 3, 32
"""Best results whose surroundings are looked at, and how many configurations there."""

_SCALES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Quantiles of other tables' spreads that a task's own may be."""

_AT_ONCE = 16


class BySurfaces:
    """Where other tables are best on average first, then expected improvement.

    Parameters
    ----------
    sources : Sources
    metric : str, optional
        Of the scores that are told.
    acquisition : str
    random_state : int
    """

    def __init__(
        self,
        sources: Sources,
        *,
        metric: str | None,
        acquisition: Acquisition = "ei",
        random_state: int = 0,
    ) -> None:
        self.sources, self._metric = sources, metric
        self._acquisition, self._seed = acquisition, random_state
        self._region: Region | None = None
        self._spread: list[dict[str, Any]] = []
        self._known: dict[int, Places] = {}
        self._at: Places | None = None

    def propose(
        self,
        region: Region,
        allowed: Allowed,
        known: Sequence[Values],
        scores: Mapping[int, float],
        pending: Sequence[int] = (),
        n_asked: int = 0,
    ) -> dict[str, Any] | None:
        """The next configuration; None where none that was looked at is allowed.

        Parameters
        ----------
        region : Region
            The study's own space.
        allowed : callable
            Makes a point of the region a whole configuration.
        known : sequence of mapping
            Configurations that results are of; may grow, but none may change.
        scores : mapping of int to float
            By place in `known`.
        pending : sequence of int
            Places asked and not told; expected to turn out as predicted.
        n_asked : int
            What is random depends on it.
        """
        if region != self._region:
            self._region, self._known = region, {}
            self._spread = region.spread(N_SPREAD, self._seed)
            self._at = region.places(self._spread, self.sources)
        assert self._at is not None  # set with the region
        trying = [place for place in pending if place not in scores]
        scores = _telling(scores)
        found, places = self._spread, self._at
        rng = np.random.default_rng([self._seed, n_asked, 2])
        best = sorted(scores, key=lambda place: -scores[place])[:_N_CENTRES]
        centres = [region.box.own(known[place]) for place in best]
        near = [one for centre in centres for one in region.moves(centre, _N_NEAR, rng)]
        if near:
            found, places = [*found, *near], places.joined(region.places(near, self.sources))
        for place in (*scores, *trying):
            places = places.joined(self._place(region, place, known[place]))
        state = self._state(region, places, list(scores.values()), len(trying), len(found))
        return _first(state, found, allowed)

    def _state(
        self,
        region: Region,
        places: Places,
        observed: Sequence[float],
        n_trying: int,
        n_found: int,
    ) -> ByAcquisition:
        """The belief about what was found, then told, then is tried, told all that is known."""
        belief = SurfaceBelief(
            places,
            region.kernel(self.sources.kernel),
            self._scales(observed),
            floor=self.sources.floor,
        )
        state = ByAcquisition(belief, self._acquisition, random_state=self._seed)
        for row, score in enumerate(observed, start=n_found):
            state.tell(row, score)
        for row in range(n_found + len(observed), n_found + len(observed) + n_trying):
            state.tell(row, float(belief.mean()[row]))
        return state

    def _scales(self, observed: Sequence[float]) -> Array:
        """What the task's spread may be: other tables' spreads, and that of its own results."""
        own = float(np.std(observed)) if len(observed) > 1 else 0.0
        if self._metric in IN_TARGET_UNITS:
            return own * np.array([0.5, 1.0, 2.0]) if own > 0 else np.ones(1)
        known: Array = np.quantile(self.sources.spreads, _SCALES)
        return np.r_[known, own] if own > 0 else known

    def _place(self, region: Region, place: int, values: Values) -> Places:
        if place not in self._known:
            self._known[place] = region.places([region.box.own(values)], self.sources)
        return self._known[place]


def _telling(scores: Mapping[int, float]) -> Mapping[int, float]:
    """Results that say most, so that a long study's next trial costs no more than before."""
    places, values = list(scores), np.array(list(scores.values()))
    rows = most_telling(values, np.arange(len(values))).tolist()
    return {places[row]: scores[places[row]] for row in rows}


def _first(
    state: ByAcquisition, found: Sequence[dict[str, Any]], allowed: Allowed
) -> dict[str, Any] | None:
    """The first in order of worth that the study would run and has not."""
    done, n = 0, _AT_ONCE
    while done < len(found):
        order = state.batch(n)
        for row in order[done:]:
            if row < len(found) and (run := allowed(dict(found[row]))) is not None:
                return run
        if len(order) < n:
            return None
        done, n = n, 4 * n
    return None
