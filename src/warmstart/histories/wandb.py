"""Runs of Weights & Biases: a CSV export, or a project asked through its API."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories import table
from warmstart.histories.curves.logged import points
from warmstart.histories.parsing.table_files import column_names, is_table
from warmstart.histories.parsing.times import utc_of
from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint, check_kind
from warmstart.histories.runs.options import Meaning, entered
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.histories.runs.values import number, plain_values, seconds
from warmstart.histories.table_columns import STATUS_WORDS, ColumnRoles, MetricColumn

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_STATES: Mapping[str, Status] = {**STATUS_WORDS, "preempted": "failed", "preempting": "running"}


def read(
    location: str | Path,
    *,
    params: Sequence[str] | str = (),
    api: Any = None,
    step: str = "_step",
    budget_kind: BudgetKind = "epochs",
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read a project's runs, and through the API the curves of those that logged by steps.

    Parameters
    ----------
    location : path or "entity/project"
        A table of runs exported as CSV, or a project that W&B's API is asked for.
    params : sequence of str, or prefix
        Columns of a CSV export that are hyperparameters: the export does not tell them from
        results. Not needed with the API, which keeps them apart.
    api : wandb.Api, optional
        At hand; made with the user's own settings without.
    step : str
        What the runs logged beside the metric that says how far they were, such as "epoch".
    budget_kind : {"iterations", "rows", "folds", "epochs"}
        What it counts.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`. `task_tag` is a column of the
        export, or a key of a run's config.

    Raises
    ------
    HistoryError
        If the export or a column is not there.
    MissingExtraError
        If a project is named and wandb is not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> export = pathlib.Path(tempfile.mkdtemp(), "export.csv")
    >>> _ = export.write_text("Name,State,depth,auc\\ncalm-river-1,finished,3,0.9\\n")
    >>> runs = read(export, params=["depth"], task="churn", metric="roc_auc", metric_key="auc",
    ...             direction="maximize")
    >>> runs.to_frame()["score"].tolist()
    [0.9]
    """
    meaning = Meaning(**options)
    metric, key, direction = meaning.only_metric("W&B")
    check_kind(budget_kind)
    path = Path(location).expanduser()
    if is_table(path) or path.is_file():
        if not params:
            raise HistoryError(
                f"{path} does not tell hyperparameters from results: name them by params="
            )
        names = column_names(path)
        roles = ColumnRoles(
            measures=(MetricColumn(column=key, metric=metric, direction=direction),),
            params=params if isinstance(params, str) else tuple(params),
            words=_STATES,
            **{
                meaning_of: column
                for meaning_of, column in _EXPORTED.items()
                if column in names
            },
        )
        return table.read_as("wandb", path, roles, meaning)
    project = str(location)
    if path.suffix and "/" not in project:
        raise HistoryError(
            f"there is no export {path}; a project of W&B is named entity/project"
        )
    if api is None:
        api = require("wandb", extra="wandb").Api()

    def runs(remarks: Remarks) -> Iterator[Run]:
        for run in sorted(api.runs(project), key=lambda run: (str(run.created_at), run.id)):
            remarks.place = f"run {run.id}"
            yield _as_run(run, meaning, remarks)

    def curves() -> Iterator[CurvePoint]:
        logged = ((str(run.id), _series(run, key, step)) for run in api.runs(project))
        yield from points(
            logged, source="wandb", metric=metric, direction=direction, kind=budget_kind
        )

    return RunHistory("wandb", project, runs, meaning.run_prefix, read_curves=curves)


def _series(run: Any, key: str, step: str) -> Iterator[tuple[float, float, float]]:
    """Everything a run logged of a metric, not the sample that charts are drawn from."""
    for row in run.scan_history(keys=list(dict.fromkeys([step, key, "_runtime"]))):
        told = plain_values(dict(row))
        yield number(told.get(step)), number(told.get(key)), seconds(told.get("_runtime"))


_EXPORTED = {"run_id": "ID", "status": "State", "timestamp": "Created", "cost": "Runtime"}
"""Columns of an export besides config and summary."""


def _as_run(run: Any, meaning: Meaning, remarks: Remarks) -> Run:
    metric, key, direction = meaning.only_metric("W&B")
    config = {name: v for name, v in dict(run.config).items() if not name.startswith("_")}
    summary = plain_values(dict(run.summary))
    task = meaning.task_of(None, plain_values(config), f"run {run.id}")
    if meaning.task_tag is not None:
        config.pop(meaning.task_tag, None)
    values, seed = meaning.values(config, remarks)
    learner = meaning.learner_of(values)
    status, value = _STATES.get(str(run.state).lower(), "failed"), number(summary.get(key))
    if status == "ok" and not math.isfinite(value):
        status = "failed"
        remarks.add(f"without a finite {key}: told as failed")
    took = summary.get("_runtime", summary.get("_wandb/runtime"))
    return Run(
        task=task,
        values=values,
        space=meaning.space_of(learner),
        learner=learner,
        metric=metric,
        direction=direction,
        score=entered(value, direction) if status == "ok" else math.nan,
        cost_s=seconds(took),
        timestamp=utc_of(run.created_at),
        status=status,
        seed=seed,
        sampler=meaning.sampler or "unknown",
        source="wandb",
        source_run_id=str(run.id),
    )
