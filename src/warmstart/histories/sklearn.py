"""Results of scikit-learn's searches: ``cv_results_``, at hand or saved as a table."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import readable
from warmstart.histories.parsing.search_candidates import (
    PARAM,
    candidates_of,
    is_missing,
    numbers_in,
)
from warmstart.histories.parsing.table_files import is_parquet, is_table, separator_of
from warmstart.histories.parsing.written_cells import plain_words
from warmstart.histories.runs.budgets import without_partial
from warmstart.histories.runs.options import Meaning
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory, json_text
from warmstart.histories.runs.values import plain_values

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_COSTS = ("mean_fit_time", "mean_score_time")
_SAMPLERS = {
    "GridSearchCV": "grid",
    "RandomizedSearchCV": "random",
    "HalvingGridSearchCV": "grid",
    "HalvingRandomSearchCV": "random",
    "BayesSearchCV": "skopt",
}


def read(results: Any, **options: Unpack[ReadOptions]) -> RunHistory:
    """Read what a search over hyperparameters left in ``cv_results_``.

    Scorers of scikit-learn are always better high: `direction` is "maximize", and a loss is
    called by its scorer, such as ``neg_log_loss``. Of halving searches only candidates on
    the largest resources have a score; the others are told as pruned. The results carry no
    times and no ids: they are known by their content.

    Parameters
    ----------
    results : search, mapping, DataFrame or path
        A fitted search, its ``cv_results_``, a frame of it, or that frame as CSV or Parquet.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`. `metric_key` is the scorer's
        name in ``mean_test_…``; "score" or the metric's own name without.

    Raises
    ------
    HistoryError
        If these are no results, or of another scorer.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]})
    >>> _ = search.fit(*load_iris(return_X_y=True))
    >>> history = read(search, task="iris", metric="accuracy", direction="maximize")
    >>> history.to_frame()[["values", "sampler"]].values.tolist()
    [['{"max_depth":1}', 'grid'], ['{"max_depth":2}', 'grid']]
    """
    meaning = Meaning(**options)
    metric, key, direction = meaning.only_metric("scikit-learn")
    if direction != "maximize":
        raise HistoryError(
            f'cv_results_ are always better high: say direction="maximize" and, for a loss, '
            f"its scorer's name, such as metric='neg_{metric}'"
        )
    frame, sampler, location = _frame(results)
    with readable(location):
        column = _score_column(frame, key, meaning)

    def runs(remarks: Remarks) -> Iterator[Run]:
        yield from without_partial(
            list(_runs(frame, metric, column, sampler, meaning, remarks)), remarks, "resources"
        )

    return RunHistory("sklearn", location, runs, meaning.run_prefix)


def _frame(results: Any) -> tuple[pd.DataFrame, str, str]:
    """Results as a frame, how candidates were chosen, and where they are."""
    sampler, location = "unknown", type(results).__name__
    if hasattr(results, "cv_results_"):
        sampler = _SAMPLERS.get(type(results).__name__, "unknown")
        results = results.cv_results_
    if isinstance(results, str | Path):
        location, path = str(results), Path(results).expanduser()
        with readable(path, what="is no table of cv_results_"):
            results = _file(path)
    if isinstance(results, pd.DataFrame):
        if twice := [str(n) for n in results.columns[results.columns.duplicated()]]:
            raise HistoryError(f"two columns of {location} are called {twice[0]!r}")
        return results.reset_index(drop=True), sampler, location
    if isinstance(results, Mapping):
        return pd.DataFrame(dict(results)), sampler, location
    raise HistoryError(
        f"results are a fitted search, its cv_results_ or a table of it, got {location}"
    )


def _file(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise HistoryError(f"there are no results at {path}")
    if not is_table(path):
        raise HistoryError(f"{path} is neither CSV nor Parquet by its name; rename it")
    if is_parquet(path):
        found = pd.read_parquet(path)
    else:
        found = pd.read_csv(
            path, sep=separator_of(path), dtype=str, keep_default_na=False, na_values=[""]
        )
    if not any(str(name).startswith("mean_test_") for name in found.columns):
        raise HistoryError(
            f"{path} is no table of cv_results_: no column begins with mean_test_; write "
            "one with pandas.DataFrame(search.cv_results_).to_csv(path)"
        )
    return found


def _score_column(frame: pd.DataFrame, key: str, meaning: Meaning) -> str:
    wanted = [f"mean_test_{key}"]
    if meaning.metric_key is None:
        wanted.append("mean_test_score")
    for column in wanted:
        if column in frame:
            return column
    there = [name for name in map(str, frame) if name.startswith("mean_test_")]
    raise HistoryError(f"there is no {wanted[0]} in the results; there is {', '.join(there)}")


def _runs(
    frame: pd.DataFrame,
    metric: str,
    column: str,
    sampler: str,
    meaning: Meaning,
    remarks: Remarks,
) -> Iterator[Run]:
    frame = _plain(frame, column, remarks)
    scores = numbers_in(frame, column)
    n_folds = sum(
        str(name).startswith("split") and str(name).endswith(column.removeprefix("mean"))
        for name in frame
    )
    costs = numbers_in(frame, _COSTS[0]) + numbers_in(frame, _COSTS[1])
    budgets = numbers_in(frame, "n_resources")
    candidates = candidates_of(frame, remarks)
    digest = hashlib.sha256()
    for values, score in zip(candidates, scores, strict=True):
        digest.update(f"{json_text(plain_values(values))} {score!r}\n".encode())
    remarks.say("scikit-learn's results tell no times")
    for place, given in enumerate(candidates):
        tags = {str(k): v for k, v in frame.iloc[place].items() if not is_missing(v)}
        values, seed = meaning.values(given, remarks)
        learner = meaning.learner_of(values)
        finished = math.isfinite(scores[place])
        remarks.place = f"candidate {place}"
        remarks.add("without a finite score: told as failed", int(not finished))
        cost_s = costs[place] * max(n_folds, 1)
        yield Run(
            task=meaning.task_of(None, tags, f"candidate {place}"),
            values=values,
            space=meaning.space_of(learner),
            learner=learner,
            metric=metric,
            direction="maximize",
            score=scores[place] if finished else math.nan,
            cost_s=cost_s if finished and 0 <= cost_s < math.inf else math.nan,
            status="ok" if finished else "failed",
            seed=seed,
            budget=float(budgets[place]) if np.isfinite(budgets[place]) else None,
            sampler=meaning.sampler or sampler,
            source="sklearn",
            source_run_id=f"{digest.hexdigest()[:16]}/{place}",
        )


def _plain(frame: pd.DataFrame, column: str, remarks: Remarks) -> pd.DataFrame:
    """The frame, its numbers in words written as Python does: of a file saved with commas."""
    numbers = [name for name in (column, *_COSTS, "n_resources") if name in frame]
    columns = [*numbers, *(n for n in map(str, frame) if n.startswith(PARAM))]
    words = {n: [c for c in frame[n] if isinstance(c, str)] for n in columns}
    plain = plain_words(words, numbers, remarks)
    cells = {
        n: [plain[n][c] if isinstance(c, str) else c for c in frame[n]]
        for n in columns
        if any(word != text for word, text in plain[n].items())
    }
    return frame.assign(**{n: pd.Series(given, dtype=object) for n, given in cells.items()})
