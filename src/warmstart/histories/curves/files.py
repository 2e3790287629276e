"""Learning curves in files: tables of scores by budget, and logs of boosters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.errors import HistoryError
from warmstart.histories.curves import boosting, lcdb, table
from warmstart.histories.parsing.reading import lines_of, readable
from warmstart.histories.parsing.table_files import column_names, is_parquet, separator_of
from warmstart.histories.runs.curve_points import BudgetKind

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions
    from warmstart.histories.runs.schema import RunHistory


def read_curves(
    location: str | Path,
    *,
    params: Sequence[str],
    budget: str = "budget",
    cost: str | None = None,
    budget_kind: BudgetKind = "iterations",
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read runs and curves from a CSV or Parquet file, one row a run and budget.

    Parameters
    ----------
    location : path
    params : sequence of str
        Columns of hyperparameters.
    budget, cost : str
        Columns of what was spent, and of the seconds that a run of this budget takes.
    budget_kind : {"iterations", "rows", "folds", "epochs"}
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`; `metric_key` is the column of
        scores, where it is not called as the metric, and `task_tag` that of tasks.

    Raises
    ------
    HistoryError
        If there is no such file or column, or a budget is not above zero.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "curves.csv")
    >>> _ = file.write_text("lr,epoch,acc\\n0.1,1,0.6\\n0.1,2,0.8\\n")
    >>> history = read_curves(file, params=["lr"], budget="epoch", budget_kind="epochs",
    ...                       task="mine", metric="accuracy", metric_key="acc",
    ...                       direction="maximize")
    >>> history.curves()["score"].to_pylist()
    [0.6, 0.8]
    """
    metric = options.get("metric") or ()
    named = [metric] if isinstance(metric, str) else list(metric)
    score = options.get("metric_key") or (named[0] if named else "")
    return table.read(
        _frame(location),
        parameters=list(params),
        budget=budget,
        score=score,
        cost_s=cost,
        kind=budget_kind,
        **options,
    )


def read_logs(
    location: str | Path, *, logged_set: str | None = None, **options: Unpack[ReadOptions]
) -> RunHistory:
    """Read what boosters logged of each round, from a file of one JSON object a line.

    Parameters
    ----------
    location : path
        Each line ``{"params": {...}, "evals_result": {...}}``, the second as LightGBM, XGBoost
        or CatBoost give it: by set and metric one number a round.
    logged_set : str, optional
        Which of the logged sets, such as "valid_0"; the last by default.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`; `metric_key` is what the
        booster calls the metric.

    Raises
    ------
    HistoryError
        If a line is no such object, or logged not this set and metric.
    """
    path = Path(location).expanduser()
    fits: list[tuple[dict[str, Any], Any]] = []
    with readable(path):
        if not path.is_file():
            raise HistoryError(f"there is no file {path} of boosters' logs")
        lines = lines_of(path)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            fits.append((dict(told["params"]), dict(told["evals_result"])))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise HistoryError(
                f'line {number} of {path} is no object with "params" and "evals_result": '
                f"{line[:80]}"
            ) from error
    if not fits:
        raise HistoryError(f"{path} is empty")
    return boosting.read(fits, dataset=logged_set, **options)


def read_lcdb(location: str | Path, **options: Unpack[ReadOptions]) -> RunHistory:
    """Read a table of LCDB, as :func:`warmstart.histories.curves.lcdb.read` does.

    Parameters
    ----------
    location : path
    **options :
        Of them `metric` and, for the column of scores, `metric_key`. Tasks are OpenML's.

    Raises
    ------
    HistoryError
        If a task is named, or the file is no table of LCDB.
    """
    for name in ("task", "task_tag", "learner", "space"):
        if options.get(name):
            raise HistoryError(f"a table of LCDB says itself what --{name} would")
    metric = options.get("metric") or "accuracy"
    named = [metric] if isinstance(metric, str) else list(metric)
    return lcdb.read(location, metric=named[0], on=options.get("metric_key") or "score_test")


def _frame(location: str | Path) -> pd.DataFrame:
    path = Path(location).expanduser()
    column_names(path)  # says what is wrong with a file that is no table
    with readable(path):
        if is_parquet(path):
            return pd.read_parquet(path)
        frame: pd.DataFrame = pd.read_csv(path, sep=separator_of(path))
        return frame
