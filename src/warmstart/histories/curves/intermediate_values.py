"""Intermediate values of Optuna's trials as points of learning curves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from warmstart.histories.optuna_storage import run_id
from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint
from warmstart.histories.runs.directions import usual_name

if TYPE_CHECKING:
    from warmstart.histories.runs.options import Meaning


def points(study: Any, meaning: Meaning, kind: BudgetKind, zoned: bool) -> Iterator[CurvePoint]:
    """Intermediate values of all trials; when each was reported is not recorded."""
    if len(study.directions) > 1:  # such studies take no reports
        return
    trials = [t for t in study.get_trials(deepcopy=False) if t.intermediate_values]
    first = min((min(t.intermediate_values) for t in trials), default=1)
    sign = 1.0 if study.direction.name == "MAXIMIZE" else -1.0
    for trial in trials:
        took = math.nan if trial.duration is None else max(trial.duration.total_seconds(), 0.0)
        last = max(trial.intermediate_values)
        for step, value in sorted(trial.intermediate_values.items()):
            yield CurvePoint(
                source="optuna",
                source_run_id=run_id(study.study_name, trial, zoned),
                metric=usual_name(meaning.metrics[0]),
                kind=kind,
                budget=step + max(1 - first, 0),
                score=sign * value,
                cost_s=took if step == last else math.nan,
            )
