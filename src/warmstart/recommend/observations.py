"""What a search is told: checked before anything is learnt from it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.domain import Status, plain_value
from warmstart.errors import HistoryError
from warmstart.metrics import METRICS
from warmstart.recommend.question.arguments import plain_configuration

if TYPE_CHECKING:
    from warmstart.recommend.base.fitted import Fitted

STATUSES: tuple[Status, ...] = ("ok", "failed", "timeout", "memout", "pruned")
"""How an evaluation can end; one that is still running is not told."""

_SLACK = 1e-9
"""What rounding may put above a perfect score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was told of one configuration, once."""

    configuration: dict[str, Any]
    configuration_id: Any
    score: float
    """Higher is better; NaN unless the status is "ok"."""

    cost_s: float = math.nan
    status: Status = "ok"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, None for unknown numbers; :meth:`from_dict` reads them back."""
        return {k: None if v != v else v for k, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Result:
        """Read what :meth:`to_dict` wrote."""
        numbers = {
            k: math.nan if values[k] is None else float(values[k]) for k in ("score", "cost_s")
        }
        return cls(**{**values, **numbers})


def read_values(configuration: Any) -> dict[str, Any] | None:
    """Plain values of a configuration told by its values; None of one told by its id.

    Raises
    ------
    HistoryError
        If a value is infinite or not plain, or it is neither values nor an id.
    """
    if isinstance(configuration, Mapping | pd.Series):
        return plain_configuration(dict(configuration), "the configuration told", HistoryError)
    try:
        hash(configuration)
    except TypeError:
        raise HistoryError(
            "a configuration is told as a Suggestion, a mapping of its values or its id, "
            f"got {type(configuration).__name__}"
        ) from None
    return None


def read_result(
    values: Mapping[str, Any], name: Any, *, score: Any, cost_s: Any, status: Any
) -> Result:
    """A result as it is kept.

    Parameters
    ----------
    values : mapping
        Hyperparameters by name.
    name : hashable
        Id of the configuration.
    score : float
        Higher is better; NaN where there is none.
    cost_s : float, optional
        Seconds it took.
    status : str
        How the evaluation ended.

    Raises
    ------
    HistoryError
        If there is no such status, the score of a success is no finite number, or the
        cost no finite duration; the message names the configuration.
    """
    about = f"configuration {name}"
    if not isinstance(status, str) or status not in STATUSES:
        raise HistoryError(
            f"status of {about} must be one of {', '.join(STATUSES)}, got {status!r}"
        )
    cost = number(cost_s)
    if cost_s is not None and (cost is None or not 0 <= cost < math.inf):
        raise HistoryError(
            f"cost_s of {about} is a duration in seconds, got {cost_s!r}; leave it out "
            "where it is not known"
        )
    found = number(score)
    if status == "ok" and (found is None or not math.isfinite(found)):
        several = np.ndim(score) > 0
        raise HistoryError(
            f"score of {about} must be a finite number, got {score!r}; "
            + (
                "tell the mean of its folds"
                if several
                else 'tell a failure with status="failed"'
            )
        )
    return Result(
        configuration=dict(values),
        configuration_id=plain_value(name),
        score=found if status == "ok" and found is not None else math.nan,
        cost_s=math.nan if cost is None else cost,
        status=status,
    )


def number(value: Any) -> float | None:
    """A real number of any library as Python's; None for anything else.

    Examples
    --------
    >>> number(np.float32(0.5)), number(True), number("1")
    (0.5, 1.0, None)
    """
    if isinstance(value, np.ndarray | np.generic) and np.ndim(value) == 0:
        value = value.item()
    return float(value) if isinstance(value, Real) else None


def beyond_perfect(result: Result, metric: str | None) -> str | None:
    """Say that a score cannot be of the metric, where the metric has a perfect score.

    Parameters
    ----------
    result : Result
    metric : str, optional
        A recorded metric.

    Examples
    --------
    >>> percent = Result(configuration={}, configuration_id="c", score=91.0)
    >>> beyond_perfect(percent, "accuracy").partition("; ")[2]
    'tell a percentage as a fraction.'
    >>> beyond_perfect(percent, None)
    """
    known = METRICS.get(metric or "")
    if known is None or not result.score > known.best + _SLACK:
        return None
    as_what = "loss with a minus sign" if known.is_loss else "percentage as a fraction"
    return (
        f"configuration {result.configuration_id} was told a score of {result.score:g}, but "
        f"{known.name} is at most {known.best:g}; tell a {as_what}."
    )


def doubtful(result: Result, metric: str | None, score: Any) -> str | None:
    """What to warn of in a result as it was told, if anything.

    Parameters
    ----------
    result : Result
        As it is kept.
    metric : str, optional
        A recorded metric.
    score : float, optional
        As it was told.

    Examples
    --------
    >>> failed = Result(
    ...     configuration={}, configuration_id="c", score=math.nan, status="failed")
    >>> doubtful(failed, "r2", 0.5)
    "a score told with status 'failed' is no score and is not used."
    """
    told = number(score)
    if result.status != "ok" and told is not None and math.isfinite(told):
        return f"a score told with status {result.status!r} is no score and is not used."
    return beyond_perfect(result, metric)


def base_digest(fitted: Fitted) -> str:
    """Short hash of the scores an answer rests on: another base gives another one."""
    table = fitted.table
    names = [*map(str, table.task_ids), "", *map(str, table.configuration_ids)]
    digest = hashlib.sha256("\n".join(names).encode())
    digest.update(np.ascontiguousarray(table.scores, dtype="<f8").tobytes())
    return digest.hexdigest()[:16]
