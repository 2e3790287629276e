"""Metrics that experiment trackers logged step by step, as points of learning curves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint
from warmstart.histories.runs.options import entered
from warmstart.histories.runs.schema import Direction

Series = Iterable[tuple[float, float, float]]
"""Step, value as it was logged, and seconds since the run began (NaN where not known)."""


def points(
    runs: Iterable[tuple[str, Series]],
    *,
    source: str,
    metric: str,
    direction: Direction,
    kind: BudgetKind,
) -> Iterator[CurvePoint]:
    """Curves of runs that logged at two steps or more; a single value is no curve.

    Of values logged at one step the last counts. Steps that begin at 0 in any run begin at
    budget 1 in all.

    Parameters
    ----------
    runs : iterable of (str, iterable)
        Name of each run, as it is recorded, and what it logged.
    source, metric : str
    direction : {"maximize", "minimize"}
        Of the metric; scores are higher-is-better.
    kind : {"iterations", "rows", "folds", "epochs"}
    """
    found: dict[str, dict[float, tuple[float, float]]] = {}
    for name, series in runs:
        finite = {
            step: (value, took)
            for step, value, took in series
            if math.isfinite(step) and math.isfinite(value) and step >= 0
        }
        if len(finite) > 1:
            found[name] = finite
    first = min((min(steps) for steps in found.values()), default=1.0)
    shift = 1.0 if first < 1 else 0.0
    for name, steps in found.items():
        for step, (value, took) in sorted(steps.items()):
            yield CurvePoint(
                source=source,
                source_run_id=name,
                metric=metric,
                kind=kind,
                budget=step + shift,
                score=entered(value, direction),
                cost_s=max(took, 0.0) if math.isfinite(took) else math.nan,
            )
