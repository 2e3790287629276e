"""The configurations of a search: which they are, by values, by id and by place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.domain import configuration_id, plain_value
from warmstart.errors import HistoryError
from warmstart.recommend.fitted import configuration_key
from warmstart.recommend.suggestions import Suggestion
from warmstart.recommend.told import read_values

if TYPE_CHECKING:
    from warmstart.recommend.fitted import Fitted
    from warmstart.recommend.question import Question

Array = np.ndarray[Any, np.dtype[np.float64]]


class Pool:
    """Those of the question, which may be asked, and behind them all that came in later.

    Parameters
    ----------
    fitted : Fitted
        Whose ids a configuration gets that is the base's and not the question's.
    question : Question
    """

    def __init__(self, fitted: Fitted, question: Question) -> None:
        self._fitted, self._question, self._phi = fitted, question, question.phi
        self.values = list(question.pool)
        self.ids = list(question.pool_ids)
        self.learners = list(question.learners)
        self._places = {name: place for place, name in enumerate(self.ids)}

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
            If it is an id that is not here, or no configuration at all.
        """
        if isinstance(configuration, Suggestion):
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
        active = {name: value for name, value in values.items() if value is not None}
        asked = [place for place in pending if self.values[place] in (values, active)]
        for wanted in (values, active):
            if asked or wanted in self.values:
                place = asked[0] if asked else self.values.index(wanted)
                return self.values[place], self.ids[place]
        known = self._fitted.places.get(configuration_key(values))
        if known is None:
            return values, configuration_id("told", values)
        return values, plain_value(self._fitted.table.configuration_ids[known])

    def place(self, values: dict[str, Any], name: Any) -> int:
        """Place of a configuration, at the end where it was not here."""
        if name not in self._places:
            self.values.append(values)
            self.ids.append(name)
            self._places[name] = len(self.ids) - 1
            self.learners.append(str(values.get("learner", "")))
        return self._places[name]

    def index(self, name: Any) -> int:
        """Place of an id that is here."""
        return self._places[name]

    def costs(self) -> Array:
        """Predicted seconds, shape (n_configs,); of an average configuration where new.

        Zero where the base knows no costs.
        """
        costs = np.full(len(self), np.nan)
        if self._fitted.costs is not None:
            known = self._fitted.costs.predict(self._phi, self._question.speed)
            position = {c: k for k, c in enumerate(self._fitted.table.configuration_ids)}
            at = [position.get(name, -1) for name in self.ids]
            costs = np.where(np.asarray(at) >= 0, known[at], np.median(known))
        return np.asarray(np.nan_to_num(costs, nan=0.0))
