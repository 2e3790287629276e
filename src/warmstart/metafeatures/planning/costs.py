"""What a group of meta-features costs, before it is computed: to leave out the dearest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from warmstart.errors import ArgumentError
from warmstart.metafeatures.groups.model_based import TREE_ROWS
from warmstart.metafeatures.landmarks.sample import LANDMARK_COLUMNS, LANDMARK_ROWS
from warmstart.metafeatures.pairs.neighbourhood import PAIR_ROWS
from warmstart.metafeatures.prepared import Prepared

CostClass = Literal["cheap", "moderate", "dear"]
_MODERATE_S, _DEAR_S = 0.05, 0.5


@dataclass(frozen=True, slots=True)
class GroupSize:
    """Of what a group looks at."""

    rows: float
    columns: float
    classes: float

    @property
    def cells(self) -> float:
        return self.rows * self.columns

    @property
    def pairs(self) -> float:
        return min(self.rows, PAIR_ROWS) ** 2

    def landmark(self, per_row: float) -> float:
        """Of learners on the landmarkers' sample."""
        rows, columns = min(self.rows, LANDMARK_ROWS), min(self.columns, LANDMARK_COLUMNS)
        return per_row * rows * float(columns**0.7)


Cost = Callable[[GroupSize], float]
"""CPU seconds on one core of a server of 2020."""

_COSTS: dict[str, Cost] = {
    "general": lambda s: 1e-3 + 2e-8 * s.cells,
    "statistical": lambda s: 1e-3 + 1e-7 * s.cells + 1e-10 * s.cells * s.columns,
    "information": lambda s: 1e-3 + 1e-4 * s.columns + 2e-7 * min(s.rows, 3_000) * s.columns,
    "target": lambda s: 1e-3 + 2e-8 * s.cells,
    "landmarking": lambda s: 2e-2 + s.landmark(1e-5),
    "counts": lambda s: 2e-3 + 3e-7 * s.cells,
    "columns": lambda s: 3e-3 + 1e-6 * s.cells,
    "discriminant": lambda s: 2e-3 + 4e-8 * s.cells * min(s.columns, 200),
    "association": lambda s: 2e-3 + 4e-7 * s.cells + 1.5e-4 * min(s.columns, 50) ** 2,
    "missingness": lambda s: 1e-3 + 5e-8 * s.cells * (1 + s.classes / 10),
    "text-date": lambda s: 1e-3 + 1e-7 * s.rows,
    "order": lambda s: 2e-3 + 3e-7 * s.cells,
    "itemset": lambda s: 2e-3 + 1e-8 * s.rows * min(20 * s.columns, 1_000) ** 1.5,
    "model-based": lambda s: 1e-2 + 4e-6 * min(s.rows, TREE_ROWS) * s.columns,
    "clustering": lambda s: 5e-3 + 5e-8 * s.pairs * (1 + s.columns / 100),
    "concept": lambda s: 5e-3 + 5e-8 * s.pairs * (1 + s.columns / 100),
    "landmarkers": lambda s: 0.1 + s.landmark(5e-5),
    "complexity": lambda s: (
        2e-2
        + 3e-7 * s.pairs
        + (2e-2 + 1e-6 * min(s.rows, 5_000) * s.columns) * min(s.classes, 10) ** 2 / 2
    ),
}


def cost_s(group: str, prepared: Prepared) -> float:
    """CPU seconds that a group will take, by the size of the dataset; 0 for a plugin's."""
    cost = _COSTS.get(group)
    if cost is None:
        return 0.0
    n = min(len(prepared.dataset.y), prepared.max_rows)
    p = max(min(prepared.n_columns, prepared.max_columns), 1)
    k = len(prepared.class_shares) if prepared.is_classification else 1
    return cost(GroupSize(n, p, k))


def cost_class(group: str) -> CostClass:
    """Cheap, moderate or dear, on 10,000 rows of 20 columns and two classes.

    Examples
    --------
    >>> cost_class("general"), cost_class("complexity")
    ('cheap', 'dear')
    """
    seconds = _COSTS[group](GroupSize(10_000, 20, 2)) if group in _COSTS else 0.0
    return "cheap" if seconds < _MODERATE_S else "moderate" if seconds < _DEAR_S else "dear"


def affordable(
    groups: Iterable[str], prepared: Prepared, budget_s: float
) -> tuple[list[str], dict[str, float]]:
    """Groups within a budget, and the seconds of those left out, dearest first.

    The cheapest stays, whatever the budget is; ``ValueError`` if it is not positive.
    """
    if not budget_s > 0:
        raise ArgumentError(f"budget_s must be positive, got {budget_s}")
    wanted = list(groups)
    costs = {group: cost_s(group, prepared) for group in wanted}
    left_out: dict[str, float] = {}
    for group in sorted(wanted, key=lambda group: -costs[group])[:-1]:
        if sum(costs[other] for other in wanted if other not in left_out) <= budget_s:
            break
        left_out[group] = costs[group]
    return [group for group in wanted if group not in left_out], left_out
