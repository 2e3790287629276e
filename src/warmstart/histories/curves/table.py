"""Learning curves in a long table: one row a run and budget."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.errors import HistoryError
from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint, check_kind
from warmstart.histories.runs.options import Meaning, entered
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory, json_text

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_SEVERAL = "whose score at a budget is the mean of several rows"


def read(
    frame: pd.DataFrame,
    *,
    parameters: Sequence[str],
    budget: str,
    score: str,
    kind: BudgetKind = "iterations",
    cost_s: str | None = None,
    full: float | None = None,
    source: str = "curves",
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read runs and their learning curves from a table.

    Rows that agree in task and `parameters` are one run; those at one budget, such as
    repetitions, are averaged. A run's score is that of its largest budget; where others of
    its task went further, it is told as pruned.

    Parameters
    ----------
    frame : DataFrame
        One row a run and budget.
    parameters : sequence of str
        Columns of hyperparameters.
    budget, score : str
        Columns of what was spent, and of the metric then.
    kind : {"iterations", "rows", "folds", "epochs"}
    cost_s : str, optional
        Column of the seconds that a run of this budget takes.
    full : float, optional
        The budget at which a run has ended; the largest of its task by default.
    source : str
        Kind of source, part of what names a run.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`; `task_tag` is a column.

    Raises
    ------
    HistoryError
        If a column is missing, or a budget is not above zero.

    Examples
    --------
    >>> frame = pd.DataFrame({"lr": [0.1, 0.1, 0.3, 0.3], "epoch": [1, 2, 1, 2],
    ...                       "acc": [0.6, 0.8, 0.5, 0.7]})
    >>> history = read(frame, parameters=["lr"], budget="epoch", score="acc", kind="epochs",
    ...                task="mine", metric="accuracy", direction="maximize")
    >>> history.to_frame()["score"].tolist(), len(history.curves())
    ([0.8, 0.7], 4)
    """
    meaning = Meaning(**options)
    check_kind(kind)
    metric, _, direction = meaning.only_metric(f"a table of {source}")
    tag = [] if meaning.task_tag is None else [meaning.task_tag]
    wanted = [*parameters, budget, score, *([cost_s] if cost_s else []), *tag]
    if missing := [name for name in wanted if name not in frame]:
        raise HistoryError(f"no column {missing[0]!r}; there are {list(frame.columns)}")
    by = [*tag, *parameters]
    if not by:
        raise HistoryError("name at least one column of hyperparameters by parameters=")
    numbers = [budget, score, *([cost_s] if cost_s else [])]
    rows = frame[wanted].astype(dict.fromkeys(numbers, "float64")).dropna(subset=[budget])
    if len(rows) and not (rows[budget] > 0).all():
        raise HistoryError(f"budgets are above zero; the least is {rows[budget].min():g}")
    mean = rows.groupby([*by, budget], sort=True, observed=True, dropna=False).mean()
    several = len(mean) < len(rows)

    def curves_of() -> Iterator[tuple[str, str, dict[str, Any], pd.DataFrame]]:
        plain = mean.reset_index()
        for _, curve in plain.groupby(by, sort=False, observed=True, dropna=False):
            given = {name: curve[name].iloc[0] for name in parameters}
            given = {k: v for k, v in given.items() if not _is_missing(v)}
            tags = {name: curve[name].iloc[0] for name in tag}
            task = meaning.task_of(None, tags, "a row")
            values, _ = meaning.values(given, Remarks())
            yield task, f"{task}:{json_text(values)}", values, curve

    largest: dict[str, float] = {}
    for task, _, _, curve in curves_of():
        seen = curve[budget][curve[score].notna()]
        largest[task] = max(largest.get(task, 0.0), float(seen.max()) if len(seen) else 0.0)

    def runs(remarks: Remarks) -> Iterator[Run]:
        for task, name, values, curve in curves_of():
            if several:
                remarks.add(_SEVERAL)
            seen = curve[curve[score].notna()]
            end: Any = seen.iloc[-1] if len(seen) else None
            whole = end is not None and end[budget] >= (full or largest[task])
            learner = meaning.learner_of(values)
            yield Run(
                task=task,
                values=values,
                space=meaning.space_of(learner),
                learner=learner,
                metric=metric,
                direction=direction,
                score=entered(float(end[score]), direction) if whole else math.nan,
                cost_s=float(end[cost_s]) if cost_s and end is not None else math.nan,
                status="ok" if whole else "failed" if end is None else "pruned",
                budget=None if end is None else float(end[budget]),
                sampler=meaning.sampler or "unknown",
                source=source,
                source_run_id=name,
            )

    def curves() -> Iterator[CurvePoint]:
        for _, name, _, curve in curves_of():
            for row in curve.to_dict("records"):
                yield CurvePoint(
                    source=source,
                    source_run_id=name,
                    metric=metric,
                    kind=kind,
                    budget=float(row[budget]),
                    score=entered(float(row[score]), direction),
                    cost_s=float(row[cost_s]) if cost_s else math.nan,
                )

    return RunHistory(source, "a table", runs, meaning.run_prefix, read_curves=curves)


def _is_missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
