"""The suggestions that no other is expected to beat in everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from warmstart.recommend.pareto.hypervolume import non_dominated

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion

_FIELDS = {"fit_s": "cost_s"}
"""Where a cost is told under another name."""


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
        [[s.score, *(-getattr(s, _FIELDS.get(name, name)) for name in costs)] for s in items]
    ).reshape(len(items), 1 + len(costs))
    front = [item for item, kept in zip(items, non_dominated(points), strict=True) if kept]
    return tuple(sorted(front, key=lambda item: -item.score))
