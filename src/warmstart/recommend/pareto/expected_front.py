"""The suggestions that no other is expected to beat, and their order for a price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.hypervolume import non_dominated
from warmstart.recommend.pareto.objectives import UNITS, scalarised

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion
    from warmstart.recommend.pareto.objectives import CostName

_FIELDS = {"fit_s": "cost_s"}
"""Where a cost is told under another name."""


def cost_told(suggestion: Suggestion, name: str) -> float:
    """An expected cost of a suggestion, by the name of an objective; NaN if it is not told."""
    return float(getattr(suggestion, _FIELDS.get(name, name)))


def traded_off(
    items: Sequence[Suggestion], target: float, cost: CostName, weight: float
) -> tuple[Suggestion, ...]:
    """Suggestions by falling :func:`~warmstart.recommend.pareto.objectives.scalarised` score.

    Parameters
    ----------
    items : sequence of Suggestion
    target : float
        A cost that is neither rewarded nor punished.
    cost : str
        Name of an objective.
    weight : float
        Power of the cost, at most 0.

    Raises
    ------
    ValueError
        If there is no such cost, it was not asked for, or as `scalarised` says.
    """
    if cost not in UNITS:
        raise ArgumentError(f"cost must be one of {tuple(UNITS)}, got {cost!r}")
    costs = np.array([cost_told(item, cost) for item in items])
    if not np.isfinite(costs).all():
        raise ArgumentError(
            f"{cost} is not known of every suggestion; ask with objectives=('score', {cost!r})"
        )
    worth = scalarised([item.score for item in items], costs, target, weight)
    return tuple(items[k] for k in np.argsort(-worth, kind="stable"))


def expected_front(
    items: Sequence[Suggestion], objectives: Sequence[str]
) -> tuple[Suggestion, ...]:
    """Suggestions on the expected front, by falling score.

    Parameters
    ----------
    items : sequence of Suggestion
    objectives : sequence of str
        "score" and costs; seconds of a fit where there is no cost.
    """
    costs = [name for name in objectives if name != "score"] or ["fit_s"]
    points = np.array(
        [[s.score, *(-cost_told(s, name) for name in costs)] for s in items]
    ).reshape(len(items), 1 + len(costs))
    front = [item for item, kept in zip(items, non_dominated(points), strict=True) if kept]
    return tuple(sorted(front, key=lambda item: -item.score))
