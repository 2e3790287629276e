"""The configurations of a search: which they are, by values, by id and by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.domain import configuration_id
from warmstart.errors import HistoryError
from warmstart.metadataset.core.configurations import some
from warmstart.recommend.answer.suggestion import Suggestion
from warmstart.recommend.history.identity import ByValues, Point
from warmstart.recommend.observations import read_values

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.question.search_question import Question

Array = np.ndarray[Any, np.dtype[np.float64]]


class Pool:
    """Those of the question, which may be asked, and behind them all that came in later.

    A configuration is its id. One that is told by its values is the one that has them; of
    several it is the one that was asked, and where none was, its id must be told.

    Parameters
    ----------
    fitted : Fitted
        Whose ids a configuration gets that is the base's and not the question's.
    question : Question
    """

    def __init__(self, fitted: Fitted, question: Question) -> None:
        self._fitted, self._question, self._phi = fitted, question, question.phi
        self.values: list[dict[str, Any]] = []
        self.ids: list[Any] = []
        self.learners: list[str] = []
        self.points: list[Point] = []
        self._places: dict[Any, int] = {}
        self._values_read = ByValues()
        self._n_read = 0
        members = zip(question.pool, question.pool_ids, question.learners, strict=True)
        for values, name, learner in members:
            self._append(values, name, learner)
        if question.look is not None:
            self._take_looked(question.look)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def added(self) -> list[dict[str, Any]]:
        """Values of those that are not the question's."""
        return self.values[len(self._question.pool) :]

    def identify(
        self, configuration: Any, pending: Sequence[int] = ()
    ) -> tuple[dict[str, Any], Any]:
        """Values and id of a configuration that is told, asked for, or new.

        Parameters
        ----------
        configuration : Suggestion, mapping or configuration id
        pending : sequence of int
            Places asked and not told yet; of equal values one of these is meant.

        Raises
        ------
        HistoryError
            If it is an id that is not here, its values are those of several, or it is no
            configuration at all.
        """
        learner = ""
        if isinstance(configuration, Suggestion):
            learner = configuration.learner
            if configuration.configuration_id in self._places:
                configuration = configuration.configuration_id
            else:
                configuration = configuration.configuration
        values = read_values(configuration)
        if values is None:
            if configuration not in self._places:
                raise HistoryError(
                    f"configuration {configuration!r} is unknown here; tell its values instead"
                )
            place = self._places[configuration]
            return self.values[place], self.ids[place]
        place = self._find(values, learner, pending)
        if place >= 0:
            return self.values[place], self.ids[place]
        column = self._fitted.known.point(values, learner=learner).column
        if column < 0:
            return values, configuration_id("told", values)
        return values, self._fitted.known.ids[column]

    def _find(self, values: Mapping[str, Any], learner: str, pending: Sequence[int]) -> int:
        """Place of the one that has these values; -1 where none has them."""
        active = {name: value for name, value in values.items() if value is not None}
        for wanted in (values, active):
            found = self._by_values.find(wanted, learner=learner)
            asked = [place for place in pending if place in found]
            if asked or len(found) == 1:
                return (asked or found)[0]
            if found:
                raise HistoryError(
                    f"{dict(values)} is {len(found)} configurations: "
                    f"{some(self.ids[place] for place in found)}; tell the id, or the "
                    "suggestion itself"
                )
        return -1

    def has(self, name: Any) -> bool:
        """Whether an id is here."""
        return name in self._places

    def add(self, configuration: Any) -> int:
        """Place of a configuration that may be new; see :meth:`identify`."""
        return self.place(*self.identify(configuration))

    def place(self, values: dict[str, Any], name: Any) -> int:
        """Place of a configuration, at the end where it was not here.

        Parameters
        ----------
        values : mapping
            Hyperparameters by name.
        name : hashable
            Its id.
        """
        if name not in self._places:
            self._append(values, name, str(values.get("learner", "")))
        return self._places[name]

    def _take_looked(self, look: Look) -> None:
        """Take in what a look measured of the base's configurations and is not here.

        Not to be asked, but what it says of them says something of those that are.
        """
        fitted, here = self._fitted, {point.column for point in self.points}
        for one in look.measurements:
            column = fitted.known.columns.get(one.configuration_id, -1)
            if column >= 0 and column not in here:
                values, learner = fitted.configurations[column], fitted.learners[column]
                self._append(dict(values), one.configuration_id, learner)

    def _append(self, values: dict[str, Any], name: Any, learner: str) -> None:
        self._places[name] = len(self.ids)
        self.values.append(values)
        self.ids.append(name)
        self.learners.append(learner)
        self.points.append(self._fitted.known.point(values, name, learner=learner))

    @property
    def _by_values(self) -> ByValues:
        """Read when first needed: results are told by id as a rule, and pools may be large."""
        for place in range(self._n_read, len(self.values)):
            self._values_read.add(self.values[place], learner=self.learners[place])
        self._n_read = len(self.values)
        return self._values_read

    def index(self, name: Any) -> int:
        """Place of an id that is here."""
        return self._places[name]

    def new_points(self, configurations: Sequence[Mapping[str, Any]]) -> list[Point]:
        """Those that are not here, as models see them."""
        return [
            self._fitted.known.point(values)
            for values in configurations
            if not self._by_values.find(values)
        ]

    def chances(self, n: int) -> Array | None:
        """Probability that each of the first `n` keeps the limits; None where there are none.

        Of what came in later nothing is held against it.
        """
        given = self._question.chances
        return np.r_[given, np.ones(n - len(given))] if given else None

    def costs(self) -> Array:
        """Predicted seconds, shape (n_configs,); of an average configuration where new.

        Zero where the base knows no costs.
        """
        costs = np.full(len(self), np.nan)
        if self._fitted.costs is not None:
            known = self._fitted.costs.predict(self._phi, self._question.speed)
            at = np.array([point.column for point in self.points])
            costs = np.where(at >= 0, known[at], np.median(known))
        return np.asarray(np.nan_to_num(costs, nan=0.0))
