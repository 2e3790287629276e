"""Stops of trials as they are recorded, and judged again from their records."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from warmstart.errors import HistoryError
from warmstart.models.curves.stopping import Judgement

if TYPE_CHECKING:
    from warmstart.models.curves.stopping import StoppingRule

STOP = "warmstart:stop"
"""User attribute of a pruned trial of Optuna: the record of its stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One trial that was stopped: all that its judgement was made of.

    Examples
    --------
    >>> judged = Judgement(stop=True, probability=0.01, expected=0.7, std=0.02, best=0.9,
    ...                    budget=4.0, gain=1e-5, reason="no gain")
    >>> stop = Stop(trial=7, budgets=(1.0, 4.0), scores=(0.5, 0.6), judgement=judged)
    >>> Stop.from_json(stop.to_json()) == stop
    True
    """

    trial: int | str
    """Its number, or its name where a tuner has no numbers."""

    budgets: tuple[float, ...]
    scores: tuple[float, ...]
    """At these budgets; higher is better."""

    judgement: Judgement
    prior: tuple[float, float] | None = None
    """What was expected of its end beforehand."""

    others: tuple[int | str, ...] = ()
    """Numbers or names of the ended trials whose curves were known, in the order of use."""

    reached: tuple[float, ...] = ()
    """What finished trials were worth, where the rule asks."""

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self.judgement.reason

    def replay(self, rule: StoppingRule) -> Judgement:
        """What a rule says of the same curve, best and prior."""
        return rule.judge(self.budgets, self.scores, self.judgement.best, prior=self.prior)

    def to_json(self) -> str:
        """One line; infinite numbers are words."""
        return json.dumps(_written(asdict(self)), sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Stop:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        HistoryError
            If it is no such record.
        """
        try:
            told = json.loads(text)
            judged: dict[str, Any] = {
                name: float(value) if name not in ("stop", "reason") else value
                for name, value in told["judgement"].items()
            }
            prior = told["prior"]
            return cls(
                trial=told["trial"],
                budgets=tuple(map(float, told["budgets"])),
                scores=tuple(map(float, told["scores"])),
                judgement=Judgement(**judged),
                prior=None if prior is None else (float(prior[0]), float(prior[1])),
                others=tuple(told["others"]),
                reached=tuple(map(float, told.get("reached", ()))),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise HistoryError(f"this is no record of a stop: {text[:80]!r}") from error


def _written(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _written(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_written(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
