"""An Optuna sampler whose trials are given whole configurations, and answers from them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.downstream.optuna_sampler.claims import claim_of, has_claim, proposal_of
from warmstart.downstream.optuna_sampler.proposers.proposer import Proposal
from warmstart.downstream.optuna_sampler.study_results import StudyResults
from warmstart.downstream.optuna_sampler.trials import UNASKED, UNKNOWN, Reader
from warmstart.errors import ArgumentError, ArgumentTypeError

if TYPE_CHECKING:
    import pandas as pd
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.study import Study
    from optuna.trial import FrozenTrial, TrialState


_optuna = require("optuna", extra="optuna")
_log = logging.getLogger(__name__)

_N_FIRST = 5
"""Trials before the other sampler has its turns."""

REPORT = "warmstart"
"""User attribute of a trial that lists what did not arrive as suggested."""


class WholeConfigurationSampler(_optuna.samplers.BaseSampler):  # type: ignore[misc, name-defined]
    """Answers ``suggest_*`` from the configuration that a trial was given when it began.

    Who decides that, and whether there is one, is up to the sampler that inherits this:
    where a trial was given none, `then` samples it.
    """

    then: BaseSampler
    then_every: int | None
    reader: Reader
    _proposals: dict[int, Proposal]
    _study: tuple[int, StudyResults] | None
    _distributions: dict[str, BaseDistribution]
    _lock: threading.Lock

    def suggested(self, trial: FrozenTrial) -> dict[str, Any] | None:
        """The configuration a trial was given; None where another sampler decided it."""
        claim = claim_of(trial)
        return None if claim is None else dict(claim["values"])

    def report(self, study: Study) -> pd.DataFrame:
        """All that did not arrive as suggested, one row a difference.

        Returns
        -------
        DataFrame
            Columns trial, parameter, suggested, used and reason.
        """
        import pandas as pd

        rows = [
            {"trial": trial.number, **asdict(difference)}
            for trial in study.get_trials(deepcopy=False)
            for difference in self.reader.differences(trial)
        ]
        return pd.DataFrame(rows, columns=["trial", "parameter", "suggested", "used", "reason"])

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Empty where a configuration was given: it answers each question as it is asked."""
        if self._proposal(study, trial) is not None:
            return {}
        return dict(self.then.infer_relative_search_space(study, trial))

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """By the other sampler, where it decides."""
        if self._proposal(study, trial) is not None:
            return {}
        return dict(self.then.sample_relative(study, trial, search_space))

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """What the given configuration says, repaired where the distribution wants it."""
        proposal = self._proposal(study, trial)
        if proposal is not None:
            fit = self.reader.answer(proposal.values, param_name, param_distribution)
            if fit.legal:
                return fit.value
        return self.then.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """Record what did not arrive as suggested."""
        stored = study._storage.get_trial(trial._trial_id)
        with self._lock:
            self._proposals.pop(trial._trial_id, None)
        if differences := self.reader.differences(stored):
            note = {
                "changed": [asdict(one) for one in differences if one.reason != UNASKED],
                "never asked for": {
                    one.parameter: one.suggested for one in differences if one.reason == UNASKED
                },
            }
            study._storage.set_trial_user_attr(trial._trial_id, REPORT, note)
            unknown = [one for one in differences if one.reason == UNKNOWN]
            if stored.params and len(unknown) == len(stored.params):
                _log.warning(
                    "trial %d asked for %s, and the suggestion has none of them; pair the "
                    "names with mapping=",
                    trial.number,
                    ", ".join(stored.params),
                )
        self.then.after_trial(study, trial, state, values)
        if has_claim(stored) and state.name == "COMPLETE" and values is not None:
            self.reader.score(values[0], minimizes(study), trial.number)

    def reseed_rng(self) -> None:
        """Of the other sampler: what this one draws, it draws anew from its seed."""
        self.then.reseed_rng()

    def _proposal(self, study: Study, trial: FrozenTrial) -> Proposal | None:
        with self._lock:
            if trial._trial_id in self._proposals:
                return self._proposals[trial._trial_id]
        # Begun in another process, or by another sampler object.
        claim = claim_of(study._storage.get_trial(trial._trial_id))
        return None if claim is None else proposal_of(claim)

    def _is_left(self, trial: FrozenTrial) -> bool:
        """Whether it is the other sampler's turn, by number: so all workers agree."""
        if self.then_every is None or not self.reader.proposer.learns:
            return False
        after = trial.number - _N_FIRST + 1
        return after > 0 and after % self.then_every == 0

    def _of(self, study: Study) -> StudyResults:
        """What is kept of a study between its trials; of the last one asked about."""
        with self._lock:
            if self._study is None or self._study[0] != id(study._storage) + study._study_id:
                key = id(study._storage) + study._study_id
                self._study = key, StudyResults(self.reader, self._distributions)
            return self._study[1]

    def __getstate__(self) -> dict[str, Any]:
        # Optuna's advice is to pickle a sampler with its study; a lock cannot be.
        return {**self.__dict__, "_lock": None, "_study": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())


def minimizes(study: Study) -> bool:
    return bool(study.direction.name == "MINIMIZE")


def check_turns(n_trials: Any, then_every: Any, then: Any) -> None:
    """Refuse numbers that are none, and what is no sampler.

    Parameters
    ----------
    n_trials : int
        At least 1.
    then_every : int, "auto" or None
        At least 2.
    then : optuna.samplers.BaseSampler, optional

    Raises
    ------
    ArgumentError
        If a number is too low or none.
    ArgumentTypeError
        If `then` is no sampler.
    """
    if isinstance(n_trials, bool) or not isinstance(n_trials, int) or n_trials < 1:
        raise ArgumentError(f"n_trials must be a whole number of at least 1, got {n_trials!r}")
    if then_every not in (None, "auto") and (
        isinstance(then_every, bool) or not isinstance(then_every, int) or then_every < 2
    ):
        raise ArgumentError(
            f"then_every must be a whole number of at least 2, or None, got {then_every!r}"
        )
    if then is not None and not isinstance(then, _optuna.samplers.BaseSampler):
        raise ArgumentTypeError(f"then must be an Optuna sampler, got {type(then).__name__}")
