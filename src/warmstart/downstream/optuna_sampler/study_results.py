"""What a study's trials have said so far, read once each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from warmstart.downstream.optuna_sampler.guide import Told
from warmstart.downstream.optuna_sampler.space import SeenSpace
from warmstart.downstream.optuna_sampler.trials import Reader

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

_log = logging.getLogger(__name__)


class StudyResults:
    """What finished trials say, which does not change, and the space they were asked in."""

    def __init__(self, reader: Reader, distributions: Mapping[str, BaseDistribution]) -> None:
        self.space = SeenSpace(reader, distributions)
        self._reader = reader
        self._told: dict[int, Told | None] = {}

    def results(self, trials: Sequence[FrozenTrial], minimize: bool) -> list[Told]:
        """Of all finished trials that can be placed, in their order."""
        finished = [one for one in trials if one.state.is_finished()]
        new = [one for one in finished if one.number not in self._told]
        for one in new:
            self._told[one.number] = self._reader.told(one, minimize)
        if unplaced := sum(self._told[one.number] is None for one in new):
            _log.warning(
                "%d finished trials are not learnt from: their parameters do not say which "
                "configuration they ran",
                unplaced,
            )
        told = (self._told[one.number] for one in finished)
        return [one for one in told if one is not None]
