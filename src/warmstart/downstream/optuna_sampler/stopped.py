"""What a sampler learns from trials that were stopped before their end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from warmstart.downstream.optuna_sampler.proposers.proposer import ROUNDS
from warmstart.models.curves.records import STOP, Stop

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


def end_of_stopped(trial: FrozenTrial, minimize: bool, reads_off: bool) -> float | None:
    """The value that a pruned trial counts with; None where nothing is known of its end.

    Parameters
    ----------
    trial : FrozenTrial
    minimize : bool
    reads_off : bool
        Whether a trial is worth its best over rounds: then that is what it has reached, with
        the rounds of :func:`rounds_of`. Else it is the end that
        :class:`~warmstart.downstream.PreviousCurvesPruner` expected when it stopped it.
    """
    told = [v for v in trial.intermediate_values.values() if math.isfinite(v)]
    if told and reads_off:
        return min(told) if minimize else max(told)
    record = trial.user_attrs.get(STOP)
    if record is None:
        return None
    expected = Stop.from_json(record).judgement.expected
    return -expected if minimize else expected


def rounds_of(trial: FrozenTrial, minimize: bool) -> int | None:
    """With how many rounds a trial reached its value; of a pruned one, its best report."""
    said = trial.user_attrs.get(ROUNDS)
    if said is not None or trial.state.name != "PRUNED":
        return None if said is None else int(said)
    told = {k: v for k, v in trial.intermediate_values.items() if k > 0 and math.isfinite(v)}
    if not told:
        return None
    return int((min if minimize else max)(told, key=told.__getitem__))
