"""What is known of a define-by-run space from the trials so far: who would be a repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from warmstart.domain import plain_value
from warmstart.downstream.names.inverse import match
from warmstart.downstream.optuna_sampler.claims import FIXED, claim_of
from warmstart.downstream.optuna_sampler.values import FittedValue, answer_in, parameter_of
from warmstart.errors import SpaceMismatchError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

    from warmstart.downstream.optuna_sampler.trials import Reader
    from warmstart.spaces.space import Parameter

_ENOUGH = 2
"""Hyperparameters an enqueued trial must fix to be taken for a configuration."""


class SeenSpace:
    """The distributions that trials were asked with, by learner and hyperparameter.

    Parameters
    ----------
    reader : Reader
    given : mapping of str to distribution
        What is known beforehand.
    """

    def __init__(self, reader: Reader, given: Mapping[str, BaseDistribution]) -> None:
        self._reader, self._given = reader, sorted(given)
        self._asked: dict[Any, dict[str, BaseDistribution]] = {}
        self._any: dict[str, BaseDistribution] = {}
        self._parameters: dict[BaseDistribution, Parameter] = {}
        self._learnt: set[int] = set()
        self._tried: dict[frozenset[Any], Mapping[str, Any]] = {}
        self._waiting: list[Mapping[str, Any]] = []
        self._forget()
        if given and (continuous := reader.proposer.continuous) is not None:
            self._note(continuous.template, given)
        elif given:
            for one in reader.proposer.pool:
                self._note(one.values, given)

    def _forget(self) -> None:
        """What depends on the distributions seen is found anew."""
        self._had: set[Any] | None = None
        self._seen: dict[frozenset[Any], tuple[tuple[str, str], ...]] = {}
        self._bad: set[Any] | None = None
        self._answers: dict[tuple[str, BaseDistribution, Any, type], FittedValue] = {}
        self.kept: dict[str, Any] = {}
        """What others make of the space, until it changes."""

    def learn(self, trials: Iterable[FrozenTrial]) -> None:
        """Take note of the distributions of all trials of the study so far."""
        self._waiting = _waiting(trials := list(trials))
        for trial in trials:
            if trial.number in self._learnt or not trial.state.is_finished():
                continue
            self._learnt.add(trial.number)
            # Others may have more to ask.
            if trial.state.name in ("COMPLETE", "PRUNED") and (claim := claim_of(trial)):
                self._note(claim["values"], trial.distributions)

    def _note(
        self, values: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]
    ) -> None:
        asked = self._asked.setdefault(values.get("learner"), {})
        for name, distribution in distributions.items():
            key = match(name, values, self._reader.pairs)
            if key is None and self._reader.proposer.continuous is not None:
                key = name  # searched as well, though no table says anything of it
            if key is None:
                continue
            if asked.get(key) != distribution or self._any.get(key) != distribution:
                asked[key] = self._any[key] = distribution
                self._parameters[distribution] = parameter_of(distribution)
                self._forget()
        if not asked:
            del self._asked[values.get("learner")]

    def _fit(self, key: str, value: Any, distribution: BaseDistribution) -> FittedValue:
        """As the reader fits, once for each value."""
        known = key, distribution, value, type(value)
        if known not in self._answers:
            word = self._reader.pairs.word(key, value)
            self._answers[known] = answer_in(word, self._parameters[distribution])
        return self._answers[known]

    def refuse_none_legal(self) -> None:
        """Raise if the distributions given allow none of the configurations.

        Raises
        ------
        SpaceMismatchError
        """
        n_pool = len(self._reader.proposer.pool)
        if len(self.illegal(spare=False)) == n_pool:
            raise SpaceMismatchError(
                f"the distributions {self._given} allow none of the {n_pool} configurations"
            )

    def illegal(self, *, spare: bool = True) -> set[Any]:
        """Ids of configurations with a choice that the study does not have.

        None where that would be all, unless `spare` is false.
        """
        pool = self._reader.proposer.pool
        if self._bad is None:
            self._bad = {
                one.configuration_id
                for one in pool
                if any(
                    key in self._any and not self._fit(key, value, self._any[key]).legal
                    for key, value in one.values.items()
                )
            }
        return set() if spare and len(self._bad) == len(pool) else set(self._bad)

    def tried(self, values: Iterable[Mapping[str, Any]]) -> set[Any]:
        """Take note of what was tried.

        Returns
        -------
        set
            Ids of configurations that the objective could not tell from one of these, or
            from one that was enqueued and has not finished.
        """
        for one in values:
            self._tried.setdefault(frozenset(one.items()), one)
        self._had = None
        return {
            one.configuration_id
            for one in self._reader.proposer.pool
            if not self.is_new(one.values)
        }

    def parameters(self) -> Mapping[str, Parameter]:
        """What the study searches, as far as it is known; by keys, else by its own names."""
        continuous = self._reader.proposer.continuous
        asked = None if continuous is None else self._distributions(continuous.template)
        return {key: self._parameters[of] for key, of in (asked or {}).items()}

    def as_run(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the study would run of a configuration; None where it lacks a choice.

        What the objective does not ask for is as usual.
        """
        asked = self._distributions(values)
        if asked is None:
            return dict(values)
        run = {**values, **{k: v for k, v in self._reader.usual(values).items() if k in values}}
        for key, distribution in asked.items():
            if key not in values:
                continue
            fit = self._fit(key, values[key], distribution)
            if not fit.legal:
                return None
            run[key] = values[key]
            if not fit.means_the_same:
                run[key] = plain_value(self._reader.spelling(key, fit.value, distribution))
        return run

    def is_new(self, values: Mapping[str, Any]) -> bool:
        """Whether the objective never saw its like, nor will by what is enqueued."""
        if self._had is None:
            self._had = {self._as_seen(one) for one in self._tried.values()}
        return self._as_seen(values) not in self._had and not any(
            self._is_fixed(values, fixed) for fixed in self._waiting
        )

    def _is_fixed(self, values: Mapping[str, Any], fixed: Mapping[str, Any]) -> bool:
        pairs = [
            (self._reader.pairs.word(key, values[key]), value)
            for name, value in fixed.items()
            if (key := match(name, values, self._reader.pairs)) is not None
        ]
        return len(pairs) >= _ENOUGH and all(str(a) == str(b) for a, b in pairs)

    def _distributions(
        self, values: Mapping[str, Any]
    ) -> Mapping[str, BaseDistribution] | None:
        """Those that a configuration's hyperparameters were asked with, if any were."""
        if self._any and "learner" not in self._any:
            return self._any  # the objective has one learner of its own
        return self._asked.get(values.get("learner"))

    def _as_seen(self, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        """What the objective sees of a configuration, repaired as it would be."""
        known = frozenset(values.items())
        if known not in self._seen:
            self._seen[known] = self._look(values)
        return self._seen[known]

    def _look(self, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        asked = self._distributions(values)
        if asked is None:
            return tuple(sorted((key, repr(value)) for key, value in values.items()))
        seen = []
        for key, value in values.items():
            if key in asked:
                fit = self._fit(key, value, asked[key])
                seen.append((key, repr(fit.value) if fit.legal else ""))
        return tuple(sorted(seen))


def _waiting(trials: Iterable[FrozenTrial]) -> list[Mapping[str, Any]]:
    """What is enqueued and has not finished."""
    fixed = [trial.system_attrs.get(FIXED) for trial in trials if not trial.state.is_finished()]
    return [one for one in fixed if isinstance(one, dict)]
