"""Suggestions tried on the data they are for: what was expected beside what was measured."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, DatasetError, HistoryError, SpaceMismatchError
from warmstart.execution.leaderboard import Leaderboard
from warmstart.metrics import find_metric

if TYPE_CHECKING:
    from warmstart.recommend.answer.suggestions import Suggestions

_log = logging.getLogger(__name__)

SCORERS: Mapping[str, str] = {
    "balanced_accuracy": "balanced_accuracy",
    "accuracy": "accuracy",
    "roc_auc": "roc_auc_ovr",
    "log_loss": "neg_log_loss",
    "f1_macro": "f1_macro",
    "r2": "r2",
    "rmse": "neg_root_mean_squared_error",
    "mae": "neg_mean_absolute_error",
}
"""Each metric as scikit-learn scores it, higher always better."""


def cross_validate(
    suggestions: Suggestions,
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    groups: Any = None,
    scoring: Any = None,
    refit: bool = True,
    n_jobs: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Leaderboard:
    """What :meth:`warmstart.Suggestions.cross_validate` does; parameters are there."""
    from sklearn.base import clone

    y, groups = _checked(X, y, groups)
    pipelines = _pipelines(suggestions)
    splitter = _splitter(cv, suggestions, groups)
    scorer = _scorer(scoring, suggestions)
    rows, best, best_score = [], None, -np.inf
    for done, (suggestion, pipeline) in enumerate(zip(suggestions, pipelines, strict=True), 1):
        row = {
            "learner": suggestion.learner,
            **_measured(pipeline, X, y, splitter, groups, scorer, n_jobs),
            "expected": suggestion.score,
            "expected_low": suggestion.score_low,
            "expected_high": suggestion.score_high,
            "cost_s": suggestion.cost_s,
        }
        if row["measured"] > best_score:
            best, best_score = pipeline, row["measured"]
        rows.append(row)
        if progress is not None:
            progress(done, len(pipelines))
    index = pd.RangeIndex(1, len(rows) + 1, name="rank")
    board = Leaderboard(rows, index=index, columns=_COLUMNS)
    # Of equal ones the one suggested earlier.
    board = board.sort_values("measured", ascending=False, kind="stable", na_position="last")
    board.scoring_ = scoring if scoring is not None else suggestions.metric
    board.best_estimator_ = None
    if refit and best is not None:
        board.best_estimator_ = clone(best).fit(X, y)
    return board


_COLUMNS = (
    *("learner", "measured", "measured_std", "expected", "expected_low", "expected_high"),
    *("n_folds", "fit_s", "predict_s", "cost_s", "status", "error"),
)


def _checked(X: Any, y: Any, groups: Any) -> tuple[Any, Any]:
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    y = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    groups = None if groups is None else np.asarray(groups)
    for name, given in (("y", y), ("groups", groups)):
        if given is not None and len(given) != n_rows:
            raise DatasetError(f"X has {n_rows} rows, {name} has {len(given)}")
        if given is not None and (n_missing := int(pd.isna(given).sum())):
            raise DatasetError(
                f"{n_missing} of {n_rows} rows have no value in {name}; leave them out, say "
                f"X[~pd.isna({name})]"
            )
    return y, groups


def _pipelines(suggestions: Suggestions) -> list[Any]:
    """The estimator of each; None for one that cannot be built, unless none can."""
    found: list[Any] = []
    failure: Exception | None = None
    for suggestion in suggestions:
        try:
            found.append(suggestion.estimator())
        except (SpaceMismatchError, ImportError) as error:
            failure = error
            found.append(_NoPipeline(error))
    if failure is not None and all(isinstance(one, _NoPipeline) for one in found):
        raise failure
    return found


class _NoPipeline:
    """In place of a pipeline that cannot be built."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _splitter(cv: Any, suggestions: Suggestions, groups: Any) -> Any:
    if isinstance(cv, bool) or not isinstance(cv, int | np.integer):
        return cv
    if cv < 2:
        raise ArgumentError(f"cv must be at least 2 folds, got {cv}")
    from sklearn import model_selection as ms

    seed = suggestions[0].random_state if len(suggestions) else 0
    classes = suggestions.task_type != "regression"
    if groups is None:
        fold = ms.StratifiedKFold if classes else ms.KFold
    elif classes:
        fold = ms.StratifiedGroupKFold
    else:
        return ms.GroupKFold(cv)
    return fold(cv, shuffle=True, random_state=seed)


def _scorer(scoring: Any, suggestions: Suggestions) -> Any:
    if scoring is None:
        scoring = suggestions.metric
    if isinstance(scoring, str):
        with contextlib.suppress(HistoryError):  # a name that only scikit-learn knows
            scoring = SCORERS[find_metric(scoring, suggestions.task_type or "binary").name]
        from sklearn.metrics import get_scorer

        scorer = get_scorer(scoring)
        if scoring == SCORERS["roc_auc"] and suggestions.task_type == "binary":
            scorer = get_scorer("roc_auc")  # decision functions will do
        return scorer
    return scoring


def _measured(
    pipeline: Any, X: Any, y: Any, splitter: Any, groups: Any, scorer: Any, n_jobs: int | None
) -> dict[str, Any]:
    nothing = {"measured": np.nan, "measured_std": np.nan, "n_folds": 0, "status": "failed"}
    nothing |= {"fit_s": np.nan, "predict_s": np.nan}
    if isinstance(pipeline, _NoPipeline):
        return {**nothing, "error": str(pipeline.error)}
    from sklearn import model_selection as ms

    began = time.perf_counter()
    try:
        found = ms.cross_validate(
            pipeline,
            X,
            y,
            cv=splitter,
            groups=groups,
            scoring=scorer,
            n_jobs=n_jobs,
            error_score="raise",
        )
    except Exception as error:  # noqa: BLE001 - a learner may fail in any way
        _log.warning("%s failed: %s", pipeline[-1], error)
        seconds = time.perf_counter() - began
        return {**nothing, "fit_s": seconds, "error": f"{type(error).__name__}: {error}"}
    scores = found["test_score"]
    spread = scores.std(ddof=1) / np.sqrt(len(scores)) if len(scores) > 1 else np.nan
    return {
        "measured": float(scores.mean()),
        "measured_std": float(spread),
        "n_folds": len(scores),
        "fit_s": float(found["fit_time"].mean()),
        "predict_s": float(found["score_time"].mean()),
        "status": "ok",
        "error": "",
    }
