"""Narrowed ranges: where in each hyperparameter's range the predicted-good region lies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.special import ndtr

from warmstart._extras import require
from warmstart.domain import plain_value
from warmstart.errors import ArgumentError
from warmstart.spaces.pipelines.learners import LEARNERS

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestion import Suggestion

Array = np.ndarray[Any, np.dtype[np.float64]]

_WIDE = 20.0
"""Ratio of largest to smallest from which an unknown positive number is on a log scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRange:
    """A number, from `low` to `high`, both included."""

    low: float
    high: float
    log: bool = False
    """Whether it is meant on a log scale."""

    integer: bool = False

    mass: float = 1.0
    """Share of the weight of all suggestions that have the hyperparameter inside."""

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ArgumentError(f"a range goes from low to high, got {self.low} to {self.high}")
        if self.log and not self.low > 0:
            raise ArgumentError(f"a range on a log scale is positive, got low={self.low}")

    def __contains__(self, value: object) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high  # type: ignore[operator]

    def to_optuna(self) -> Any:
        """The range as an Optuna distribution."""
        kinds = require("optuna.distributions", extra="optuna")
        if self.integer:
            return kinds.IntDistribution(int(self.low), int(self.high), log=self.log)
        return kinds.FloatDistribution(self.low, self.high, log=self.log)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceSubset:
    """Some of the values of a choice, the heaviest first."""

    choices: tuple[Any, ...]
    mass: float = 1.0
    """Share of the weight of all suggestions that have one of them."""

    def __post_init__(self) -> None:
        if not self.choices:
            raise ArgumentError("a subset has at least one choice")

    def __contains__(self, value: object) -> bool:
        return any(type(c) is type(value) and c == value for c in self.choices)

    def to_optuna(self) -> Any:
        """The subset as an Optuna distribution."""
        kinds = require("optuna.distributions", extra="optuna")
        return kinds.CategoricalDistribution(self.choices)


Narrowed: TypeAlias = NumberRange | ChoiceSubset


class Ranges(Mapping[str, Narrowed]):
    """Narrowed ranges by hyperparameter; a mapping that does not change.

    A hyperparameter that only some suggestions have, such as ``lightgbm:num_leaves``, has a
    range over those that do.
    """

    def __init__(self, ranges: Mapping[str, Narrowed]) -> None:
        self._ranges = dict(ranges)

    def __getitem__(self, name: str) -> Narrowed:
        return self._ranges[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ranges)

    def __len__(self) -> int:
        return len(self._ranges)

    def __repr__(self) -> str:
        return f"Ranges({self._ranges!r})"

    def to_optuna(self) -> dict[str, Any]:
        """Optuna distributions by name."""
        return {name: one.to_optuna() for name, one in self.items()}


def weights_of(suggestions: Sequence[Suggestion]) -> Array:
    r"""How much each suggestion counts, shape (n_suggestions,), summing to one.

    Proportional to the predicted probability that it does at least as well as the best is
    expected to, :math:`1 - \Phi((m^* - m_i) / s_i)` with medians m and standard deviations
    s. All count the same where no score is predicted.
    """
    medians = np.array([s.score for s in suggestions], dtype=float)
    stds = np.array([s.score_std for s in suggestions], dtype=float)
    if not (np.isfinite(medians).all() and np.isfinite(stds).all()):
        return np.full(len(medians), 1 / len(medians))
    worth = ndtr((medians - medians.max()) / np.maximum(stds, 1e-12))
    return np.asarray(worth / worth.sum())


def narrow(suggestions: Sequence[Suggestion], quantile: float) -> Ranges:
    """Ranges that hold at least a share of the weight of the suggestions.

    Parameters
    ----------
    suggestions : sequence of Suggestion
    quantile : float
        Share, in (0, 1]. Numbers keep the central part of the weight, choices the heaviest
        values. A larger share never gives a smaller range.

    Raises
    ------
    ValueError
        If the share is none, or there is nothing to learn from.
    """
    if not 0 < quantile <= 1:
        raise ArgumentError(f"quantile is a share of the weight in (0, 1], got {quantile!r}")
    if not suggestions:
        raise ArgumentError("there are no suggestions to learn ranges from")
    weights = weights_of(suggestions)
    names = dict.fromkeys(name for s in suggestions for name in s.configuration)
    task_types = {s.schema.task_type for s in suggestions if s.schema is not None}
    on_log = log_scales({s.learner for s in suggestions}, *task_types)
    found: dict[str, Narrowed] = {}
    for name in names:
        rows = [i for i, s in enumerate(suggestions) if name in s.configuration]
        values = [plain_value(suggestions[i].configuration[name]) for i in rows]
        share = weights[rows] / weights[rows].sum()
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            found[name] = _number(values, share, quantile, on_log.get(name))
        else:
            found[name] = heaviest(values, share, quantile)
    return Ranges(found)


def _number(
    values: Sequence[float], weights: Array, quantile: float, log: bool | None
) -> NumberRange:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) - weights[order]
    above = 1.0 - below - weights[order]
    outside = (1.0 - quantile) / 2 + 1e-12
    # The outermost points with no more than their tail's share beyond them.
    first = int(np.flatnonzero(below <= outside).max())
    last = int(np.flatnonzero(above <= outside).min())
    low, high = (values[order[i]] for i in sorted((first, last)))
    inside = [w for v, w in zip(values, weights, strict=True) if low <= v <= high]
    return NumberRange(
        low=low,
        high=high,
        log=is_wide(values) if log is None else log,
        integer=all(isinstance(v, int) for v in values),
        mass=min(1.0, math.fsum(inside)),
    )


def heaviest(values: Sequence[Any], weights: Array, quantile: float) -> ChoiceSubset:
    """The fewest values of a choice that hold a share of weights of shape (n,) and sum 1.

    Parameters
    ----------
    values : sequence, length n_values
        In any order.
    weights : ndarray, shape (n_values,)
        Of the values.
    quantile : float
        Share of the weight to hold at least, in (0, 1].
    """
    total: dict[tuple[str, Any], float] = {}
    for value, weight in zip(values, weights, strict=True):
        key = type(value).__name__, value
        total[key] = total.get(key, 0.0) + float(weight)
    kept, mass = [], 0.0
    for key in sorted(total, key=lambda k: -total[k]):
        if mass >= quantile - 1e-12:
            break
        kept.append(key[1])
        mass += total[key]
    return ChoiceSubset(choices=tuple(kept), mass=min(1.0, mass))


def is_wide(values: Sequence[float]) -> bool:
    """Whether numbers are read on a log scale where nothing says how they are meant."""
    return min(values) > 0 and max(values) / min(values) >= _WIDE


def log_scales(learners: set[str], *task_types: Any) -> dict[str, bool]:
    """Whether each number of the tabular space is on a log scale."""
    known = sorted(learners & set(LEARNERS))
    if not known:
        return {}
    from warmstart.spaces.pipelines.tabular import hyperparameters

    scales: dict[str, bool] = {}
    for learner in known:
        for task_type in task_types or ("binary", "regression"):
            if LEARNERS[learner].supports(task_type):
                for hp in hyperparameters(learner, task_type):
                    if hasattr(hp, "log"):
                        scales[hp.name] = bool(hp.log)
    return scales
