"""Optuna's trials read as configurations and results, and what became of each suggestion."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warmstart.domain import Status, plain_value
from warmstart.downstream.names.inverse import match, read_mapping
from warmstart.downstream.optuna_sampler.claims import claim_of
from warmstart.downstream.optuna_sampler.proposers.proposer import Observation, Proposer
from warmstart.downstream.optuna_sampler.stopped import end_of_stopped, rounds_of
from warmstart.downstream.optuna_sampler.values import FittedValue, answer
from warmstart.downstream.sklearn_search.usual_values import typical
from warmstart.errors import KnowledgeError

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

UNASKED = "never asked for"
"""Reason of what the objective has no parameter for."""

UNKNOWN = "not in the suggestion"
"""Reason of what the suggestion has no value for."""

_STATUS: dict[str, Status] = {"COMPLETE": "ok", "FAIL": "failed", "PRUNED": "pruned"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One hyperparameter that did not arrive as suggested."""

    parameter: str
    """The study's name, or the suggestion's where the objective never asked for it."""

    suggested: Any
    used: Any
    reason: str


class Reader:
    """Knows what a study's parameters mean in the configurations of a proposer.

    Parameters
    ----------
    proposer : Proposer
    mapping : mapping, optional
        See :func:`warmstart.downstream.names.inverse.read_mapping`.
    to_score : callable, optional
        From an objective value to a score in the proposer's metric, higher better.

    Raises
    ------
    SpaceMismatchError
        If the mapping names what no configuration has.
    """

    def __init__(
        self,
        proposer: Proposer,
        mapping: Mapping[str, Any] | None = None,
        to_score: Callable[[float], float] | None = None,
    ) -> None:
        self.proposer = proposer
        continuous = proposer.continuous
        template = {} if continuous is None else continuous.template
        self.keys = list(
            dict.fromkeys([*(key for one in proposer.pool for key in one.values), *template])
        )
        self.pairs = read_mapping(mapping, self.keys)
        self._to_score = to_score
        by_learner: dict[Any, list[Mapping[str, Any]]] = {}
        for one in proposer.pool:
            by_learner.setdefault(one.values.get("learner"), []).append(one.values)
        self._usual = {learner: typical(members) for learner, members in by_learner.items()}
        self._keys_of = {
            learner: list(dict.fromkeys(key for values in members for key in values))
            for learner, members in by_learner.items()
        }
        if template:  # what a study does not ask for is as the estimator has it
            self._usual[template.get("learner")] = dict(template)
            self._keys_of[template.get("learner")] = list(template)

    def answer(
        self, values: Mapping[str, Any], name: str, distribution: BaseDistribution
    ) -> FittedValue:
        """What a suggestion says to one question of the objective."""
        key = match(name, values, self.pairs)
        if key is None:
            return FittedValue(None, UNKNOWN, legal=False)
        return self.fit(key, values[key], distribution)

    def fit(self, key: str, value: Any, distribution: BaseDistribution) -> FittedValue:
        """A value of a configuration, in the study's words, in a distribution of the study."""
        return answer(self.pairs.word(key, value), distribution)

    def differences(self, trial: FrozenTrial) -> list[Difference]:
        """All that a trial did other than was suggested; empty for trials not ours."""
        claim = claim_of(trial)
        if claim is None:
            return []
        values, found, asked = claim["values"], [], set()
        for name, used in trial.params.items():
            key = match(name, values, self.pairs)
            asked.add(key)
            fit = self.answer(values, name, trial.distributions[name])
            if not fit.legal or fit.value != used:
                reason = fit.reason if not fit.legal else "decided by the study"
                found.append(
                    Difference(
                        parameter=name,
                        suggested=None if key is None else values[key],
                        used=used,
                        reason=reason,
                    )
                )
            elif fit.reason:
                assert key is not None  # a legal answer has one
                found.append(
                    Difference(
                        parameter=name, suggested=values[key], used=used, reason=fit.reason
                    )
                )
        found += [
            Difference(parameter=key, suggested=value, used=None, reason=UNASKED)
            for key, value in values.items()
            if key not in asked and key not in self.pairs.left_out
        ]
        return found

    def observation(self, trial: FrozenTrial, minimize: bool) -> Observation | None:
        """A finished trial as a result; None where it cannot be placed in the space.

        Raises
        ------
        KnowledgeError
            If its value cannot be a score in the metric.
        """
        values = self._configuration(trial, minimize)
        if values is None:
            return None
        status = _STATUS[trial.state.name]
        score, value = math.nan, trial.value if status == "ok" else None
        if status == "pruned":
            value = end_of_stopped(trial, minimize, self._reads_off)
            status = status if value is None else "ok"
        if value is not None:
            score = self.score(value, minimize, trial.number)
        if status == "ok" and not math.isfinite(score):
            status, score = "failed", math.nan
        duration = trial.duration
        claim = claim_of(trial)
        as_given = claim is not None and values == claim["values"]
        return Observation(
            number=trial.number,
            configuration_id=claim["id"] if claim is not None and as_given else None,
            values=values,
            score=score,
            status=status,
            cost_s=math.nan if duration is None else max(duration.total_seconds(), 0.0),
        )

    @property
    def _reads_off(self) -> bool:
        continuous = self.proposer.continuous
        return continuous is not None and continuous.rounds is not None

    def score(self, value: float, minimize: bool, number: int) -> float:
        """An objective value as a score in the proposer's metric.

        A value to be minimised is how far the score is from perfect: 1 - accuracy, or a
        loss itself.
        """
        ideal = self.proposer.ideal
        if self._to_score is not None:
            score = float(self._to_score(value))
        elif minimize:
            score = (ideal or 0.0) - value
        else:
            score = value
        if ideal is not None and math.isfinite(score) and score > ideal + 1e-9:
            raise KnowledgeError(
                f"trial {number} returned {value:g}, read as a {self.proposer.metric} of "
                f"{score:g}, above {ideal:g}; name the metric of the objective by metric=, or "
                "say how its value becomes a score, higher better, by to_score="
            )
        return score

    def _configuration(self, trial: FrozenTrial, minimize: bool) -> dict[str, Any] | None:
        """What a trial ran, in the configurations' own names."""
        claim = claim_of(trial)
        values = self._usual_values(trial) if claim is None else dict(claim["values"])
        if values is None:
            return None
        known = dict(values)
        for name, used in trial.params.items():
            key = match(name, self._allowed(known), self.pairs)
            if key is None:
                if self.proposer.continuous is not None:
                    values[name] = plain_value(used)
                continue
            fit = self.fit(key, known[key], trial.distributions[name]) if key in known else None
            if fit is None or not fit.means_the_same or fit.value != used:
                values[key] = plain_value(self.spelling(key, used, trial.distributions[name]))
        continuous, rounds = self.proposer.continuous, rounds_of(trial, minimize)
        if rounds is not None and continuous is not None and continuous.rounds is not None:
            values[continuous.rounds_key] = int(rounds)
        return values

    def _allowed(self, values: Mapping[str, Any]) -> Sequence[str]:
        return self._keys_of.get(values.get("learner"), self.keys)

    def usual(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The usual configuration of a configuration's learner."""
        return self._usual.get(values.get("learner"), {})

    def _usual_values(self, trial: FrozenTrial) -> dict[str, Any] | None:
        """The usual configuration of the learner a trial was about, if it is known."""
        if len(self._usual) == 1:
            return dict(next(iter(self._usual.values())))
        for name, used in trial.params.items():
            if match(name, self.keys, self.pairs) == "learner":
                spelt = self.spelling("learner", used, trial.distributions[name])
                return dict(self._usual[spelt]) if spelt in self._usual else None
        return None

    def spelling(self, key: str, used: Any, distribution: BaseDistribution) -> Any:
        """The pool's own word for a choice that the study calls otherwise."""
        for one in self.proposer.pool:
            if key in one.values:
                fit = self.fit(key, one.values[key], distribution)
                if fit.means_the_same and fit.value == used:
                    return one.values[key]
        return self.pairs.meaning(key, used)
