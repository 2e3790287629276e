"""What a meta-feature is: a name, a group, the tasks it applies to and a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from warmstart.domain import TaskType

if TYPE_CHECKING:
    from warmstart.metafeatures.prepared import Prepared

ANY_TASK: frozenset[TaskType] = frozenset({"binary", "multiclass", "regression"})
CLASSIFICATION: frozenset[TaskType] = frozenset({"binary", "multiclass"})
REGRESSION: frozenset[TaskType] = frozenset({"regression"})

SUMMARIES: dict[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "Min": lambda values: float(values.min()),
    "Max": lambda values: float(values.max()),
    "Mean": lambda values: float(values.mean()),
    "STD": lambda values: float(values.std()),
}
"""How one number a column becomes one number a dataset, with auto-sklearn's suffixes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number describing a dataset; the built-in :class:`warmstart.protocols.MetaFeature`.

    Examples
    --------
    >>> doubled = Feature(name="DoubleRows", group="general", description="Twice the rows.",
    ...                   formula=lambda prepared: 2.0 * prepared.n_rows)
    >>> doubled.name, sorted(doubled.task_types)
    ('DoubleRows', ['binary', 'multiclass', 'regression'])
    """

    name: str
    group: str
    formula: Callable[[Prepared], float]
    description: str
    """One sentence: what it measures and its unit."""

    task_types: frozenset[TaskType] = ANY_TASK

    def __call__(self, prepared: Prepared) -> float:
        """Its value on one dataset; finite."""
        return float(self.formula(prepared))


def summaries(
    prefix: str,
    group: str,
    values: Callable[[Prepared], npt.NDArray[np.float64]],
    what: str,
    *,
    which: Iterable[str] = tuple(SUMMARIES),
    task_types: frozenset[TaskType] = ANY_TASK,
) -> tuple[Feature, ...]:
    """One meta-feature a summary (Min, Max, Mean, STD) of `values`; 0 where there are none."""

    def one(suffix: str) -> Feature:
        summary = SUMMARIES[suffix]

        def formula(prepared: Prepared) -> float:
            found = values(prepared)
            return summary(found) if found.size else 0.0

        return Feature(
            name=f"{prefix}{suffix}",
            group=group,
            formula=formula,
            description=f"{_SPELLED[suffix]} of {what}; 0 without any.",
            task_types=task_types,
        )

    return tuple(one(suffix) for suffix in which)


_SPELLED = {"Min": "Minimum", "Max": "Maximum", "Mean": "Mean", "STD": "Standard deviation"}
