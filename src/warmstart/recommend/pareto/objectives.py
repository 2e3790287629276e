"""What is asked for beside the score: objectives, hard limits, one number out of two."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from warmstart.errors import ArgumentError

Array = npt.NDArray[np.float64]

Objective = Literal["score", "predict_s", "fit_s", "size_mb", "memory_mb"]
"""The metric; seconds to predict 1,000 rows and of one fit; megabytes of the fitted model and
at most while fitting. All but the score are better when lower."""

CostName = Literal["predict_s", "fit_s", "size_mb", "memory_mb"]

UNITS: Mapping[str, str] = {
    "predict_s": "seconds to predict 1,000 rows",
    "fit_s": "seconds of one fit",
    "size_mb": "megabytes of the fitted model",
    "memory_mb": "megabytes at most while fitting",
}

_MOST_COSTS = 2


def read_objectives(objectives: str | Iterable[str] | None) -> tuple[CostName, ...]:
    """The costs among what is to be optimised; the score always is.

    Parameters
    ----------
    objectives : str or iterable of str, optional
        Names; in one word between commas.

    Raises
    ------
    ValueError
        If one is not known, none but the score is left out of a list, or there are more
        than two costs.

    Examples
    --------
    >>> read_objectives(("score", "predict_s")), read_objectives("score,size_mb")
    (('predict_s',), ('size_mb',))
    >>> read_objectives(None)
    ()
    """
    if objectives is None:
        return ()
    if isinstance(objectives, str):
        objectives = [name.strip() for name in objectives.split(",")]
    named = list(objectives)
    for name in named:
        if name not in get_args(Objective):
            raise ArgumentError(
                f"objectives are some of {get_args(Objective)}, got {name!r} in {named!r}"
            )
    if "score" not in named:
        raise ArgumentError(
            f"objectives must hold 'score', got {named!r}: what is cheap but good for "
            "nothing is no suggestion"
        )
    costs = tuple(dict.fromkeys(name for name in named if name != "score"))
    if len(costs) > _MOST_COSTS:
        raise ArgumentError(
            f"at most {_MOST_COSTS} objectives beside the score, got {costs}; make the "
            "others limits, such as max_size_mb="
        )
    return costs  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLimits:
    """What a configuration may cost at most; None where it does not matter.

    Examples
    --------
    >>> CostLimits(max_predict_s=0.01, max_size_mb=1).given()
    {'predict_s': 0.01, 'size_mb': 1}
    """

    max_predict_s: float | None = None
    """Seconds to predict 1,000 rows on one core of this machine."""

    max_fit_s: float | None = None
    """Seconds of one fit on one core of this machine."""

    max_size_mb: float | None = None
    """Megabytes of the fitted pipeline on disk."""

    max_memory_mb: float | None = None
    """Megabytes that a fit may take beyond what was taken before it."""

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is None:
                continue
            real = isinstance(value, (int, float, np.integer, np.floating))
            if isinstance(value, bool) or not real or not 0 < value < math.inf:
                raise ArgumentError(
                    f"{limit.name} must be a positive number ({UNITS[limit.name[4:]]}) or "
                    f"None, got {value!r}"
                )

    def given(self) -> dict[CostName, float]:
        """Limits that were set, by the cost they bound."""
        named = ((limit.name[4:], getattr(self, limit.name)) for limit in fields(self))
        return {name: value for name, value in named if value is not None}  # type: ignore[misc]


def scalarised(score: Any, cost: Any, target: float, weight: float = -0.07) -> Array:
    r"""One number for a score and a cost: :math:`s\,(c / T)^w`.

    Parameters
    ----------
    score : array
        Higher is better, not negative.
    cost : array
        Of the same shape, positive.
    target : float
        A cost that is neither rewarded nor punished.
    weight : float
        A cost twice as high is worth :math:`2^w` of the score: 5 % at -.07.

    Raises
    ------
    ValueError
        If the target is not positive, a score is negative or the weight positive.

    References
    ----------
    .. [1] Tan et al. "MnasNet: Platform-Aware Neural Architecture Search for Mobile."
       CVPR 2019.

    Examples
    --------
    >>> scalarised([0.9, 0.9], [1.0, 2.0], target=1.0).round(3).tolist()
    [0.9, 0.857]
    """
    scores, costs = np.asarray(score, dtype=float), np.asarray(cost, dtype=float)
    if not target > 0:
        raise ArgumentError(f"target must be a positive cost, got {target}")
    if weight > 0:
        raise ArgumentError(f"weight must not be positive, or dear is good; got {weight}")
    if (scores < 0).any():
        raise ArgumentError(
            f"scalarised scores must not be negative, got {np.nanmin(scores)}: a lower cost "
            "would make them worse"
        )
    result: Array = scores * (costs / target) ** weight
    return result
