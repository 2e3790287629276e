"""Columns of a table of suggestions that are there only where something was asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from warmstart.recommend.answer.explain import chance
from warmstart.report.numbers import number, seconds

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions

_COSTS = {
    "predict_s": ("s/1,000", "seconds to predict 1,000 rows"),
    "size_mb": ("MB", "megabytes of the fitted model"),
    "memory_mb": ("MB to fit", "megabytes that a fit takes at most"),
    "p_feasible": ("kept", "how likely the limits are"),
}
"""Costs of a suggestion, the heads of their columns, and what they mean."""


def measured_column(suggestions: Suggestions, places: int) -> dict[str, list[str]]:
    """What a look measured, with its standard error; no column where nothing was."""
    if not any(s.n_measured for s in suggestions):
        return {}
    cells = [
        f"{number(s.measured, places)} ± {number(s.measured_std, places)}"
        if s.n_measured
        else ""
        for s in suggestions
    ]
    return {"measured": cells}


def cost_columns(suggestions: Suggestions) -> dict[str, list[str]]:
    """Costs that were objectives or limited, and how likely the limits are kept."""
    known = {name for s in suggestions for name in s.costs}
    return {
        head: [
            (chance if name == "p_feasible" else seconds)(s.costs.get(name, math.nan))
            for s in suggestions
        ]
        for name, (head, _) in _COSTS.items()
        if name in known
    }


def cost_notes(suggestions: Suggestions) -> list[str]:
    """What those columns mean; nothing where there are none."""
    known = {name for s in suggestions for name in s.costs}
    meant = [f"{head}: {what}" for name, (head, what) in _COSTS.items() if name in known]
    return [f"{'; '.join(meant)}; all predicted."] if meant else []
