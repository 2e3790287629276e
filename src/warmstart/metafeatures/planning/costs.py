"""What a group of meta-features costs, before it is computed: to leave out the dearest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from warmstart.errors import ArgumentError
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.registry import group_module

CostClass = Literal["cheap", "moderate", "dear"]
_MODERATE_S, _DEAR_S = 0.05, 0.5


def cost_s(group: str, prepared: Prepared) -> float:
    """CPU seconds that a group will take, by the size of the dataset; 0 for a plugin's.

    They are of one core of a server of 2020.
    """
    module = group_module(group)
    if module is None:
        return 0.0
    n = min(len(prepared.dataset.y), prepared.max_rows)
    p = max(min(prepared.n_columns, prepared.max_columns), 1)
    k = len(prepared.class_shares) if prepared.is_classification else 1
    return float(module.cost_s(GroupSize(n, p, k)))


def cost_class(group: str) -> CostClass:
    """Cheap, moderate or dear, on 10,000 rows of 20 columns and two classes.

    Examples
    --------
    >>> cost_class("general"), cost_class("complexity")
    ('cheap', 'dear')
    """
    module = group_module(group)
    seconds = 0.0 if module is None else module.cost_s(GroupSize(10_000, 20, 2))
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
