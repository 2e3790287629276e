"""What a search is about and what it was told: plain values that go to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.domain import Schema
from warmstart.errors import ArgumentError
from warmstart.recommend.question.arguments import Acquisition, check_acquisition_name

if TYPE_CHECKING:
    from warmstart.execution.resampling import Resampling
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.pareto.costs import Costs
    from warmstart.recommend.pareto.objectives import CostName


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a search is about; all that its answers depend on besides the results."""

    kind: str | None
    metric: str | None
    metafeatures: dict[str, float] | None
    schema: Schema | None
    pool: tuple[dict[str, Any], ...]
    """Plain values of every configuration that may be asked."""

    pool_ids: tuple[Any, ...]
    learners: tuple[str, ...]
    acquisition: Acquisition
    n_initial: int
    time_budget_s: float | None
    excluded: tuple[Any, ...]
    random_state: int
    speed: float
    model: str = "pmf"
    """Name of the model that decides."""

    strategy: str = "auto"
    """Name of the method that was asked for; "auto" is the recommender's own model."""

    local: bool = False
    """Whether configurations near the best one told may be asked, though in no pool."""

    look: Look | None = None
    """What was measured on parts of the data before the search began."""

    resampling: Resampling = "random"
    """How the new data will be split: what of the base counts."""

    n_rows: float | None = None
    """Rows of the new data, as far as they are known."""

    of_base: bool = False
    """Whether the pool is the base's own, and not one that was handed in."""

    chances: tuple[float, ...] = ()
    """Of each configuration of the pool, to keep the limits; none where there are none."""

    objectives: tuple[CostName, ...] = ()
    """Costs to be low, beside the score."""

    expected_costs: tuple[tuple[float, ...], ...] = ()
    """Of each configuration of the pool, one an objective."""

    cost_spreads: tuple[tuple[float, ...], ...] = ()
    """Standard deviations of their logarithms, likewise."""

    left_out: tuple[str, ...] = ()
    """Every name that was to be left out, whether or not the base has it."""

    def __post_init__(self) -> None:
        check_acquisition_name(self.acquisition)
        if self.n_initial < 1:
            raise ArgumentError(f"n_initial must be at least 1, got {self.n_initial}")

    @property
    def phi(self) -> pd.Series[Any] | None:
        """The meta-features as models take them; None where there are none."""
        known = self.metafeatures
        return None if known is None else pd.Series(known, dtype="float64")

    def costs(self) -> Costs:
        """Of the pool, what a front is chosen by; one with objectives has them."""
        from warmstart.recommend.pareto.costs import Costs

        medians = np.array(self.expected_costs)
        # A search begun by an older version does not know how sure they are.
        spreads = np.array(self.cost_spreads) if self.cost_spreads else np.zeros_like(medians)
        return Costs(
            dict(zip(self.objectives, medians.T, strict=True)),
            dict(zip(self.objectives, spreads.T, strict=True)),
            self.learners,
        )

    def costs_of(self, place: int) -> dict[str, Any]:
        """What is expected of one of the pool that was asked for, by a suggestion's field."""
        costs_of_it: dict[str, Any] = {}
        if place < len(self.expected_costs):
            costs = zip(self.objectives, self.expected_costs[place], strict=True)
            # Seconds of a fit are told of every suggestion.
            costs_of_it = {name: cost for name, cost in costs if name != "fit_s"}
        if place < len(self.chances):
            costs_of_it["p_feasible"] = self.chances[place]
        return costs_of_it

    def to_dict(self) -> dict[str, Any]:
        """Plain values; :meth:`from_dict` reads them back."""
        schema = None if self.schema is None else self.schema.to_dict()
        look = None if self.look is None else self.look.to_dict()
        return {**asdict(self), "schema": schema, "look": look}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Question:
        """Read what :meth:`to_dict` wrote."""
        from warmstart.recommend.look.result import Look

        schema = values["schema"]
        lists = {k: tuple(values[k]) for k in ("pool", "pool_ids", "learners", "excluded")}
        later = ("left_out", "chances", "objectives")
        lists |= {k: tuple(values.get(k, ())) for k in later}
        for name in ("expected_costs", "cost_spreads"):
            lists[name] = tuple(map(tuple, values.get(name, ())))
        return cls(
            **{
                **values,
                **lists,
                "schema": None if schema is None else Schema.from_dict(schema),
                "look": Look.from_dict(look) if (look := values.get("look")) else None,
            }
        )
