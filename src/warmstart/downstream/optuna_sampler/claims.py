"""Who tries what: workers of one study agree through the trials in its storage.

Each trial that is to run a suggested configuration records it as its claim when it begins.
No storage of Optuna's can test and set, but trials are numbered without gaps by all of
them, so the number serves as a ticket: a trial chooses only after every lower one that
runs has chosen, as in a bakery. No two then choose the same, nor from different knowledge.

References
----------
.. [1] Lamport. "A New Solution of Dijkstra's Concurrent Programming Problem." CACM 17,
   1974 (the bakery algorithm).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warmstart.downstream.optuna_sampler.proposers.proposer import Proposal
from warmstart.errors import ArgumentError

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

CLAIM = "warmstart:claim"
"""System attribute of a trial: the configuration it is to run; null where another sampler
decides."""

FIXED = "fixed_params"
"""Optuna's system attribute for what was enqueued."""

_POLL_S = 0.01
_MAX_POLL_S = 0.25


class Claims:
    """The claims on one study, as its storage has them.

    Parameters
    ----------
    patience_s : float
        How long a lower trial that runs and has not chosen is waited for: its process may
        have died, or another sampler decides it.
    """

    def __init__(self, patience_s: float) -> None:
        if not patience_s >= 0:
            raise ArgumentError(f"patience_s is a duration in seconds, got {patience_s!r}")
        self._patience_s = patience_s
        self._first_seen: dict[tuple[int, int], float] = {}

    def await_turn(
        self, study: Study, trial: FrozenTrial, enough: int
    ) -> Sequence[FrozenTrial]:
        """All trials, once every lower one has chosen or `enough` have claimed."""
        poll_s = _POLL_S
        while True:
            trials = all_trials(study)
            if sum(has_claim(other) for other in trials) >= enough:
                return trials
            open_ = [t for t in trials if t.number < trial.number and _is_choosing(t)]
            now = time.monotonic()
            waited = [
                now - self._first_seen.setdefault((study._study_id, t.number), now)
                for t in open_
            ]
            if all(seconds >= self._patience_s for seconds in waited):
                return trials
            time.sleep(poll_s)
            poll_s = min(2 * poll_s, _MAX_POLL_S)

    def claim(self, study: Study, trial: FrozenTrial, claim: Mapping[str, Any] | None) -> bool:
        """Record a claim; false where another trial turns out to have the same.

        That happens only to one that was waited for in vain and chose after all.
        """
        study._storage.set_trial_system_attr(
            trial._trial_id, CLAIM, None if claim is None else dict(claim)
        )
        if claim is None:
            return True
        return all(
            (claim_of(other) or {}).get("id") != claim["id"]
            for other in all_trials(study)
            if other.number != trial.number
        )


def all_trials(study: Study) -> Sequence[FrozenTrial]:
    """Every trial; of a study seen through Hyperband's brackets too."""
    return study._storage.get_all_trials(study._study_id, deepcopy=False)


def has_claim(trial: FrozenTrial) -> bool:
    """Whether a trial was given a configuration."""
    return claim_of(trial) is not None


def claim_of(trial: FrozenTrial) -> dict[str, Any] | None:
    """What a trial was given: ``{"id": …, "values": …}``."""
    claim = trial.system_attrs.get(CLAIM)
    return claim if isinstance(claim, dict) else None


def is_decided(trial: FrozenTrial) -> bool:
    """Whether someone has chosen for this trial already: we, or who enqueued it."""
    attrs = trial.system_attrs
    return CLAIM in attrs or FIXED in attrs or bool(trial.params)


def _is_choosing(trial: FrozenTrial) -> bool:
    return trial.state.name == "RUNNING" and not is_decided(trial)


def proposal_of(claim: Mapping[str, Any]) -> Proposal:
    """What a claim says that a trial runs."""
    return Proposal(configuration_id=claim["id"], values=claim["values"])
