"""Look at a dataset: which configurations may be tried, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.domain import plain_value
from warmstart.execution.resampling import MIN_ROWS, N_FOLDS
from warmstart.metrics import METRICS
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.fits import LiveFits
from warmstart.recommend.look.measuring.record import Record
from warmstart.recommend.look.measuring.seconds import Seconds
from warmstart.recommend.look.measuring.splits import Divided
from warmstart.recommend.look.result import Look, Measurement
from warmstart.recommend.look.search import LookSearch
from warmstart.recommend.look.underway import Underway
from warmstart.spaces.pipelines.learners import LEARNERS, SPACE
from warmstart.spaces.pipelines.legality import why_illegal
from warmstart.spaces.pipelines.pipeline import build_estimator

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.datasets.dataset import Dataset
    from warmstart.domain import Schema
    from warmstart.recommend.base.fitted import Fitted
    from warmstart.recommend.look.measuring.noise import Averages
    from warmstart.recommend.look.request import Request

Columns = npt.NDArray[np.intp]


def why_not(
    dataset: Dataset | None, fitted: Fitted, columns: Columns, request: Request
) -> str | None:
    """Why nothing can be measured, in words; None where it can.

    Parameters
    ----------
    dataset : Dataset, optional
    fitted : Fitted
        What is known of the kind of task.
    columns : ndarray of int, shape (n_chosen,)
        Configurations of the base.
    request : Request
        What is asked of the look.
    """
    metric = fitted.table.metric
    if dataset is None:
        return "there is no data at hand"
    if metric not in METRICS:
        return f"{metric or 'the score of the base'} is no metric warmstart can compute"
    if not any(_buildable(fitted, int(column)) for column in columns):
        return "the base does not say how to build its configurations"
    if len(dataset.y) < MIN_ROWS:
        return f"{len(dataset.y)} rows are too few to put some aside"
    groups, times = request.groups, request.times
    if groups is not None and len(np.unique(groups)) < N_FOLDS:
        return f"fewer than {N_FOLDS} groups cannot be put aside in turn"
    if groups is None and times is not None and len(np.unique(times)) <= N_FOLDS:
        return f"rows of fewer than {N_FOLDS + 1} times cannot be put aside in turn"
    return None


def look_at(
    dataset: Dataset,
    fitted: Fitted,
    metafeatures: pd.Series[Any] | None,
    columns: Columns,
    request: Request,
    *,
    speed: float,
    random_state: int,
) -> tuple[Look, LookBelief]:
    """Measure configurations on a dataset, those first that promise most.

    Parameters
    ----------
    dataset : Dataset
    fitted : Fitted
    columns : ndarray of int
        Of the base, of what may be suggested. What cannot be fitted to the look's rows is
        judged by the others.
    request : Request
    speed : float
        Seconds here for one second of the base's machine.
    random_state : int
        Of the folds, and of the models that are fitted.

    Returns
    -------
    look : Look
    belief : LookBelief
        Over `columns`, told everything that was measured.
    """
    metric = METRICS[str(fitted.table.metric)]
    belief = LookBelief.of(fitted, metafeatures, [int(column) for column in columns])
    expected = belief.scores()
    data = Divided(
        dataset=dataset,
        groups=request.groups,
        times=request.times,
        random_state=random_state,
    )
    schema = data.schema
    seconds = Seconds.of(
        fitted, metafeatures, [int(c) for c in columns], n_rows=data.n_rows, speed=speed
    )

    def build(index: int) -> Any:
        values = fitted.configurations[columns[index]]
        return build_estimator(values, schema, random_state=random_state)

    record = Record(
        metric.best, data.n_rows // N_FOLDS, metric.lowest, same_rows=data.same_rows
    )
    underway = Underway(
        belief,
        seconds,
        LiveFits(data, build, metric.name, request.n_jobs),
        record,
        _possible(fitted, columns, schema),
        bounds=request.bounds,
        rules=request.rules,
        weight=data.weight,
        parts=lambda division: data.parts(division, metric),
        n_jobs=request.n_jobs,
        progress=request.progress,
    )
    first = belief.promise(np.random.default_rng(random_state))
    ended = LookSearch(underway, first, random_state=random_state).run()
    spent = underway.spent
    found = record.averages() if record.measured else None
    look = Look(
        metric=metric.name,
        measurements=_measurements(record, found, fitted, columns, expected),
        n_rows=data.n_rows,
        n_fits=record.n_fits,
        seconds=spent,
        ended=ended,
        fold_std=np.nan if found is None else found.fold_std,
        level_std=np.nan if found is None else found.level_std,
        row_std=np.nan if found is None else _row_std(found, data.n_rows // N_FOLDS),
        fingerprint=dataset.fingerprint,
    )
    return look, belief


def _row_std(found: Averages, n_scored: int) -> float:
    """Of the score of one row not seen, from how folds of `n_scored` rows differ."""
    return float(np.hypot(found.fold_std, found.shared_std) * np.sqrt(n_scored))


def _buildable(fitted: Fitted, column: int) -> bool:
    return fitted.spaces[column] == SPACE and fitted.learners[column] in LEARNERS


def _possible(fitted: Fitted, columns: Columns, schema: Schema) -> npt.NDArray[np.bool_]:
    """Which configurations can be fitted to as many rows as the look uses."""
    return np.asarray(
        [
            _buildable(fitted, int(column))
            and why_illegal(fitted.configurations[column], schema) is None
            for column in columns
        ]
    )


def _measurements(
    record: Record,
    found: Averages | None,
    fitted: Fitted,
    columns: Columns,
    expected: Sequence[float] | np.ndarray[Any, Any],
) -> tuple[Measurement, ...]:
    place = {index: row for row, index in enumerate(record.measured)}
    rows = []
    for index, scores in record.scores.items():
        column = columns[index]
        row = place.get(index)
        if found is None or row is None:
            status, error = record.failures.get(index, ("timeout", "it did not end in time"))
            result: dict[str, Any] = {"score": np.nan, "status": status, "error": error}
        else:
            result = {
                "score": float(found.means[row]),
                "score_std": float(found.stds[row]),
                "likely": float(found.likely[row]),
                "likely_std": float(found.likely_stds[row]),
                "n_folds": len(scores),
            }
        rows.append(
            Measurement(
                configuration=dict(fitted.configurations[column]),
                configuration_id=plain_value(fitted.table.configuration_ids[column]),
                cost_s=record.seconds(index),
                expected=float(expected[index]),
                **result,
            )
        )
    return tuple(rows)


def notes_on(look: Look) -> list[str]:
    """What a user should know of how the look went."""
    failed = Counter(one.error for one in look.measurements if one.error)
    notes = []
    if failed:
        error, count = failed.most_common(1)[0]
        total = failed.total()
        notes.append(f"{total} configurations failed in the look, {count} with {error}.")
    if look.ended.startswith("interrupted"):
        notes.append("The look was interrupted; the answer rests on what was measured by then.")
    return notes
