"""What boosters log of each round: ``evals_result`` of LightGBM, XGBoost and CatBoost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warmstart.errors import HistoryError
from warmstart.histories.runs.curve_points import CurvePoint
from warmstart.histories.runs.directions import usual_name
from warmstart.histories.runs.options import Meaning, entered
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory, json_text

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

Log = Mapping[str, Mapping[str, Sequence[float]]]
"""By dataset and metric, one number a round."""


def read(
    fits: Iterable[tuple[Mapping[str, Any], Any]],
    *,
    dataset: str | None = None,
    every: int = 1,
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read the curves that boosters logged while they were fitted.

    The score of a run is that of its last round: early stopping and the best round are read
    off the curve by whoever wants them.

    Parameters
    ----------
    fits : iterable of (dict, fitted model or dict)
        Hyperparameters of each fit, and what it logged: ``evals_result_`` of LightGBM,
        ``evals_result()`` of XGBoost, ``get_evals_result()`` of CatBoost, the model that has
        it, or the dictionary of ``lightgbm.record_evaluation``.
    dataset : str, optional
        Which of the logged sets, such as "valid_0"; the only one, or the last, by default.
    every : int
        Keeps one round in so many, and the last.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`; `metric_key` is what the
        booster calls the metric, such as "binary_logloss".

    Raises
    ------
    HistoryError
        If a fit logged nothing, or not this set and metric.

    Examples
    --------
    >>> log = {"valid_0": {"auc": [0.6, 0.7, 0.75]}}
    >>> history = read([({"learning_rate": 0.1}, log)], task="mine", metric="roc_auc",
    ...                metric_key="auc", direction="maximize")
    >>> history.to_frame()["score"].tolist(), history.curves()["budget"].to_pylist()
    ([0.75], [1.0, 2.0, 3.0])
    """
    meaning = Meaning(**options)
    metric, key, direction = meaning.only_metric("a booster's log")
    if every < 1:
        raise HistoryError(f"every keeps one round in so many, got {every}")
    told = [
        (number, values, _scores(_log(fit, number), dataset, key, number))
        for number, (values, fit) in enumerate(fits)
    ]

    def named(number: int, values: Mapping[str, Any]) -> str:
        return f"{number}:{json_text(values)}"

    def runs(remarks: Remarks) -> Iterator[Run]:
        for number, given, scores in told:
            values, seed = meaning.values(given, remarks)
            learner, end = meaning.learner_of(values), scores[-1]
            yield Run(
                task=meaning.task_of(None, given, f"fit {number}"),
                values=values,
                space=meaning.space_of(learner),
                learner=learner,
                metric=usual_name(metric),
                direction=direction,
                score=entered(end, direction) if math.isfinite(end) else math.nan,
                status="ok" if math.isfinite(end) else "failed",
                seed=seed,
                sampler=meaning.sampler or "unknown",
                source="boosting",
                source_run_id=named(number, values),
            )

    def curves() -> Iterator[CurvePoint]:
        for number, given, scores in told:
            values, _ = meaning.values(given, Remarks())
            for rounds, score in enumerate(scores, start=1):
                if rounds % every == 0 or rounds == len(scores):
                    yield CurvePoint(
                        source="boosting",
                        source_run_id=named(number, values),
                        metric=usual_name(metric),
                        budget=rounds,
                        score=entered(score, direction),
                    )

    return RunHistory(
        "boosting", "boosters' logs", runs, meaning.run_prefix, read_curves=curves
    )


def _log(fit: Any, number: int) -> Log:
    if isinstance(fit, Mapping):
        return fit
    for name in ("evals_result_", "evals_result", "get_evals_result"):
        found = getattr(fit, name, None)
        if callable(found):
            found = found()
        if found:
            return found  # type: ignore[no-any-return]
    raise HistoryError(
        f"fit {number}, a {type(fit).__name__}, logged no evaluation; fit it with eval_set="
    )


def _scores(log: Log, dataset: str | None, metric: str, number: int) -> list[float]:
    """One number a round, at least one."""
    name = next(reversed(list(log)), "") if dataset is None else dataset
    if name not in log:
        raise HistoryError(f"fit {number} logged no set {name!r}; it has {', '.join(log)}")
    if not log[name].get(metric):
        raise HistoryError(
            f"fit {number} logged no {metric!r} of {name}; it has {', '.join(log[name])}; "
            "say metric_key="
        )
    return [float(value) for value in log[name][metric]]
