"""Result folders of Ray Tune, read from their JSON; neither Ray nor a pickle is opened."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.budgets import without_partial
from warmstart.histories.options import Meaning, entered
from warmstart.histories.schema import Remarks, Run, RunHistory
from warmstart.histories.values import plain_values

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.options import Options


def read(folder: str | Path, **options: Unpack[Options]) -> RunHistory:
    """Read the trials of an experiment of Ray Tune.

    The last report of a trial counts. A trial that left an error is failed; one that never
    reported is running; one that was stopped before the iterations others had is pruned.
    Nested hyperparameters and metrics are named with a slash: ``model/depth``.

    Parameters
    ----------
    folder : path
        Of an experiment, or one that holds several; every trial below it is read.
    **options :
        As in :class:`~warmstart.histories.options.Meaning`. `task` may map the names of
        experiment folders to tasks; `task_tag` is a key of the results or of the config.

    Raises
    ------
    HistoryError
        If no trial is there, or none reported the metric.

    References
    ----------
    .. [1] Liaw et al. "Tune: A Research Platform for Distributed Model Selection and
       Training." ICML AutoML workshop 2018.
    """
    root, meaning = Path(folder).expanduser(), Meaning(**options)
    meaning.only_metric("Ray Tune")
    trials = sorted({file.parent for file in root.rglob("params.json")})
    if not trials:
        raise HistoryError(f"{root} holds no trial of Ray Tune: there is no params.json in it")

    def runs(remarks: Remarks) -> Iterator[Run]:
        found = [_run(trial, root, meaning, remarks) for trial in trials]
        if not any(run.status == "ok" for run in found):
            there = list(_last_report(trials[0], Remarks()))
            raise HistoryError(
                f"no trial in {root} reported {meaning.only_metric('Ray Tune')[1]!r}; the "
                f"first has {', '.join(there[:20]) or 'nothing'}"
            )
        yield from without_partial(found, remarks, "iterations")

    return RunHistory("ray", str(root), runs)


def _run(trial: Path, root: Path, meaning: Meaning, remarks: Remarks) -> Run:
    metric, key, direction = meaning.only_metric("Ray Tune")
    report = dict(_last_report(trial, remarks))
    config = _json(trial / "params.json")
    experiment = root.name if trial.parent == root else trial.parent.name
    where = f"trial {trial.name}"
    task = meaning.task_of(experiment, {**plain_values(config), **report}, where)
    if meaning.task_tag is not None:
        config.pop(meaning.task_tag, None)
    values, seed = meaning.values(config, remarks)
    learner = meaning.learner_of(values)
    value, score = report.get(key), math.nan
    status: Status = "running" if not report else "failed"
    if (trial / "error.txt").exists() or (trial / "error.pkl").exists():
        status = "failed"
    elif isinstance(value, int | float) and math.isfinite(value):
        status, score = "ok", entered(float(value), direction)
    elif report:
        remarks.add(f"without a finite {key}: told as failed")
    iterations, cost_s = report.get("training_iteration"), report.get("time_total_s")
    return Run(
        task=task,
        values=values,
        space=meaning.space_of(learner),
        learner=learner,
        metric=metric,
        direction=direction,
        score=score,
        cost_s=math.nan if cost_s is None else max(float(cost_s), 0.0),
        timestamp=_began(report),
        status=status,
        seed=seed,
        budget=None if iterations is None else float(iterations),
        sampler=meaning.sampler or "unknown",
        source="ray",
        # A trial's folder is named after its id, its number, its parameters and its start.
        source_run_id=f"{experiment}/{trial.name}",
    )


def _last_report(trial: Path, remarks: Remarks) -> Any:
    """Names and values of the last whole line of results; empty where there is none."""
    path = trial / "result.json"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in reversed(lines):
        try:
            report = json.loads(line)
        except ValueError:
            remarks.add("whose last report was cut off: the one before it counts")
            continue
        report.pop("config", None)
        flat: dict[str, Any] = plain_values(report)
        return flat
    return {}


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise HistoryError(f"{path} is damaged: {error}") from error
    return dict(found)


def _began(report: dict[str, Any]) -> str:
    """When the trial began: reports tell when they were made, and how long it had run."""
    if "timestamp" not in report:
        return ""
    seconds = float(report["timestamp"]) - float(report.get("time_total_s") or 0.0)
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()
