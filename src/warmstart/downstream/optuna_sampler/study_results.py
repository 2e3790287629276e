"""What a study's trials have said so far, read once each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from warmstart.downstream.optuna_sampler.claims import claim_of, proposal_of
from warmstart.downstream.optuna_sampler.proposers.proposer import Observation, Proposal
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
        self._observations: dict[int, Observation | None] = {}

    def results(self, trials: Sequence[FrozenTrial], minimize: bool) -> list[Observation]:
        """Of all finished trials that can be placed, in their order."""
        finished = [one for one in trials if one.state.is_finished()]
        new = [one for one in finished if one.number not in self._observations]
        for one in new:
            self._observations[one.number] = self._reader.observation(one, minimize)
        if unplaced := sum(self._observations[one.number] is None for one in new):
            _log.warning(
                "%d finished trials are not learnt from: their parameters do not say which "
                "configuration they ran",
                unplaced,
            )
        known = (self._observations[one.number] for one in finished)
        return [one for one in known if one is not None]

    def open_to(
        self, others: Sequence[FrozenTrial], minimizes: bool
    ) -> tuple[list[Observation], list[Proposal], set[str]]:
        """Results, what runs, and ids of configurations that would be a repeat or illegal."""
        results = self.results(others, minimizes)
        self.space.learn(others)
        claims = [(other, claim) for other in others if (claim := claim_of(other))]
        running = [proposal_of(claim) for t, claim in claims if not t.state.is_finished()]
        closed = {claim["id"] for _, claim in claims} | self.space.illegal()
        closed |= self.space.tried(
            [*(claim["values"] for _, claim in claims), *(one.values for one in results)]
        )
        return results, running, closed - {one.configuration_id for one in running}
