"""What is known of a define-by-run space from the trials so far: who would be a repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from warmstart.downstream.matching import match
from warmstart.downstream.optuna_claims import FIXED, claim_of

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

    from warmstart.downstream.optuna_trials import Reader

_ENOUGH = 2
"""Hyperparameters an enqueued trial must fix to be taken for a configuration."""


class SeenSpace:
    """The distributions that trials were asked with, by learner and hyperparameter.

    Parameters
    ----------
    reader : Reader
    given : mapping of str to distribution
        What is known beforehand.
    trials : iterable of FrozenTrial
    """

    def __init__(
        self,
        reader: Reader,
        given: Mapping[str, BaseDistribution],
        trials: Iterable[FrozenTrial],
    ) -> None:
        self._reader = reader
        self._asked: dict[Any, dict[str, BaseDistribution]] = {}
        self._any: dict[str, BaseDistribution] = {}
        if given:
            for one in reader.guide.pool:
                self._learn(one.values, given)
        for trial in trials:
            # Others may have more to ask.
            if trial.state.name in ("COMPLETE", "PRUNED") and (claim := claim_of(trial)):
                self._learn(claim["values"], trial.distributions)

    def _learn(
        self, values: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]
    ) -> None:
        for name, distribution in distributions.items():
            key = match(name, values, self._reader.pairs)
            if key is not None:
                self._asked.setdefault(values.get("learner"), {})[key] = distribution
                self._any[key] = distribution

    def illegal(self, *, spare: bool = True) -> set[Any]:
        """Ids of configurations with a choice that the study does not have.

        None where that would be all, unless `spare` is false.
        """
        pool = self._reader.guide.pool
        bad = {
            one.configuration_id
            for one in pool
            if any(
                key in self._any and not self._reader.fit(key, value, self._any[key]).legal
                for key, value in one.values.items()
            )
        }
        return set() if spare and len(bad) == len(pool) else bad

    def like(self, tried: Iterable[Mapping[str, Any]]) -> set[Any]:
        """Ids of configurations that the objective could not tell from one that was tried."""
        had = {self._as_seen(values) for values in tried}
        return {
            one.configuration_id
            for one in self._reader.guide.pool
            if self._as_seen(one.values) in had
        }

    def enqueued(self, trials: Iterable[FrozenTrial]) -> set[Any]:
        """Ids of configurations that were enqueued and have not finished."""
        found: set[Any] = set()
        for trial in trials:
            fixed = trial.system_attrs.get(FIXED)
            if trial.state.is_finished() or not isinstance(fixed, dict):
                continue
            for one in self._reader.guide.pool:
                pairs = [
                    (self._reader.pairs.word(key, one.values[key]), value)
                    for name, value in fixed.items()
                    if (key := match(name, one.values, self._reader.pairs)) is not None
                ]
                if len(pairs) >= _ENOUGH and all(str(a) == str(b) for a, b in pairs):
                    found.add(one.configuration_id)
        return found

    def _as_seen(self, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What the objective sees of a configuration, repaired as it would be."""
        asked = self._asked.get(values.get("learner"))
        if self._any and "learner" not in self._any:
            asked = self._any  # the objective has one learner of its own
        if asked is None:
            return tuple(sorted((key, repr(value)) for key, value in values.items()))
        seen = []
        for key, value in values.items():
            if key in asked:
                fit = self._reader.fit(key, value, asked[key])
                seen.append((key, repr(fit.value) if fit.legal else ""))
        return tuple(sorted(seen))
