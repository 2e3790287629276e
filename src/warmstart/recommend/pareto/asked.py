"""From objectives and limits as they are asked for to a front over the candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError
from warmstart.recommend.pareto.front import Front
from warmstart.recommend.pareto.objectives import CostLimits, read_objectives
from warmstart.recommend.pareto.predicted_costs import predict_costs

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.models.costs.resources import ResourceModel
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.pareto.objectives import CostName

_OWN = ("auto", "pmf")
"""Strategies that know a joint belief, which a front is chosen on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Objectives beside the score, and limits."""

    objectives: tuple[CostName, ...] = ()
    limits: Mapping[CostName, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.objectives or self.limits)

    @property
    def names(self) -> tuple[CostName, ...]:
        """Every cost that is spoken of."""
        return tuple(dict.fromkeys([*self.objectives, *self.limits]))


def read_asked(
    objectives: str | Iterable[str] | None,
    limits: CostLimits,
    *,
    strategy: str,
    time_budget_s: float | None,
    looks: bool,
) -> Asked:
    """Check what is asked for before any work is done.

    Parameters
    ----------
    objectives : str or iterable of str, optional
        Of what a front is asked.
    limits : CostLimits
        What no suggestion may exceed.
    strategy : str
        By which suggestions are asked.
    time_budget_s : float, optional
        Seconds that all may take together.
    looks : bool
        Whether a look is asked for.

    Raises
    ------
    ValueError
        If an objective is not known, or something asked for does not go with objectives.
    """
    asked = Asked(read_objectives(objectives), limits.given())
    if not asked.objectives:
        return asked
    if strategy not in _OWN:
        raise ArgumentError(
            f"objectives are chosen by the joint belief of strategy 'auto' or 'pmf', not by "
            f"{strategy!r}; limits such as max_predict_s= go with every strategy"
        )
    if time_budget_s is not None:
        raise ArgumentError(
            "time_budget_s is shared by all suggestions and does not go with objectives; "
            "limit each of them by max_fit_s="
        )
    if looks:
        raise ArgumentError(
            "a look names what is best in score and does not go with objectives; limits such "
            "as max_predict_s= do"
        )
    return asked


def front_over(
    asked: Asked,
    columns: npt.NDArray[np.intp],
    fitted: Fitted,
    md: MetaDataset,
    resources: Mapping[str, ResourceModel],
    metafeatures: pd.Series[Any] | None,
    speed: float,
) -> tuple[npt.NDArray[np.intp], Front | None, tuple[str, ...]]:
    """Candidates that may be named, what each is expected to cost, and what was left out.

    Parameters
    ----------
    asked : Asked
        Objectives and limits.
    columns : ndarray of int, shape (n_candidates,)
        Columns that may be chosen.
    fitted : Fitted
        What is known of the kind of task.
    md : MetaDataset
    resources : mapping of str to ResourceModel
        What predicts each resource.
    metafeatures : Series, optional
        Of the new task, shape (n_features,) by name.
    speed : float
        Seconds here for one second of the machine the costs were measured on.

    Raises
    ------
    KnowledgeError
        If the base does not know what is asked for, or nothing keeps the limits.
    """
    if not asked:
        return columns, None, ()
    costs = predict_costs(asked.names, fitted, md, resources, metafeatures, speed)
    front = Front(costs.take(columns), asked.objectives, asked.limits)
    kept = front.possible()
    return columns[kept], front.take(kept), front.notes(len(columns), len(kept))
