"""Result folders of Ray Tune, read from their JSON; neither Ray nor a pickle is opened."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import json_object, lines_of, readable
from warmstart.histories.parsing.times import utc_of_count
from warmstart.histories.runs.budgets import without_partial
from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint, check_kind
from warmstart.histories.runs.options import Meaning, entered
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Run, RunHistory
from warmstart.histories.runs.values import number, plain_values, seconds

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_FILES = ("params.json", "result.json")


def read(
    folder: str | Path,
    *,
    budget_kind: BudgetKind = "iterations",
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read the trials of an experiment of Ray Tune.

    The last report of a trial counts, and has its configuration where there is no
    ``params.json``. A trial that left an error is failed; one that never
    reported is running; one that was stopped before the iterations others had is pruned.
    Nested hyperparameters and metrics are named with a slash: ``model/depth``.

    Parameters
    ----------
    folder : path
        Of an experiment, or one that holds several; every trial below it is read.
    budget_kind : {"iterations", "rows", "folds", "epochs"}
        What ``training_iteration`` counts: all reports of a trial are its learning curve.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`. `task` may map the names of
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
    check_kind(budget_kind)
    with readable(folder):
        files = [file for name in _FILES for file in root.rglob(name)]
        trials = sorted({file.parent for file in files if file.is_file()})
    if not trials:
        raise HistoryError(
            f"{root} holds no trial of Ray Tune: there is no params.json or result.json in it"
        )
    experiments = {
        trial: root.name if trial.parent == root else trial.parent.name for trial in trials
    }
    counts = Counter(f"{experiments[trial]}/{trial.name}" for trial in trials)

    def named(trial: Path) -> str:
        # A trial's folder is named after its id, number, parameters and start, unless
        # the user named it: then two experiments of one name may share it.
        name = f"{experiments[trial]}/{trial.name}"
        return trial.relative_to(root).as_posix() if counts[name] > 1 else name

    def runs(remarks: Remarks) -> Iterator[Run]:
        found: list[Run] = []
        there: list[str] = []
        for trial in trials:
            remarks.place = f"trial {trial.relative_to(root)}"
            config, report = _config_and_report(trial, remarks)
            there = there or list(report)
            if config is None:
                remarks.add("left out: neither params.json nor a report has the configuration")
                continue
            found.append(
                _run(trial, named(trial), experiments[trial], config, report, meaning, remarks)
            )
        if not any(run.status == "ok" for run in found):
            raise HistoryError(
                f"no trial in {root} reported {meaning.only_metric('Ray Tune')[1]!r}; the "
                f"first has {', '.join(there[:20]) or 'nothing'}"
            )
        yield from without_partial(found, remarks, "iterations")

    def curves() -> Iterator[CurvePoint]:
        for trial in trials:
            yield from _points(trial, named(trial), budget_kind, meaning)

    return RunHistory("ray", str(root), runs, meaning.run_prefix, read_curves=curves)


def _config_and_report(
    trial: Path, remarks: Remarks
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Configuration and last report of a trial; every report holds the configuration too."""
    report = _last_report(trial, remarks)
    inside = report.pop("config", None)
    path = trial / "params.json"
    if path.is_file():
        config: dict[str, Any] | None = json_object(path)
    else:
        config = inside if isinstance(inside, dict) else None
    return config, plain_values(report)


def _run(
    trial: Path,
    name: str,
    experiment: str,
    config: dict[str, Any],
    report: dict[str, Any],
    meaning: Meaning,
    remarks: Remarks,
) -> Run:
    metric, key, direction = meaning.only_metric("Ray Tune")
    where = f"trial {trial.name}"
    task = meaning.task_of(experiment, {**plain_values(config), **report}, where)
    if meaning.task_tag is not None:
        config.pop(meaning.task_tag, None)
    values, seed = meaning.values(config, remarks)
    learner = meaning.learner_of(values)
    value, score = number(report.get(key)), math.nan
    status: Status = "running" if not report else "failed"
    if (trial / "error.txt").exists() or (trial / "error.pkl").exists():
        status = "failed"
    elif math.isfinite(value):
        status, score = "ok", entered(value, direction)
    elif report:
        remarks.add(f"without a finite {key}: told as failed")
    iterations = number(report.get("training_iteration"))
    return Run(
        task=task,
        values=values,
        space=meaning.space_of(learner),
        learner=learner,
        metric=metric,
        direction=direction,
        score=score,
        cost_s=seconds(report.get("time_total_s")),
        timestamp=_began(report),
        status=status,
        seed=seed,
        budget=iterations if math.isfinite(iterations) else None,
        sampler=meaning.sampler or "unknown",
        source="ray",
        source_run_id=name,
    )


def _last_report(trial: Path, remarks: Remarks) -> dict[str, Any]:
    """The last whole line of results; empty where there is none."""
    path = trial / "result.json"
    lines = lines_of(path) if path.is_file() else []
    for place, line in reversed(list(enumerate(lines, start=1))):
        if not line.strip():
            continue
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            remarks.add("whose last report was cut off: the one before it counts")
            continue
        if not isinstance(report, dict):
            raise HistoryError(f"line {place} of {path} is none of Ray's: {line[:80]}")
        return report
    return {}


def _points(trial: Path, name: str, kind: BudgetKind, meaning: Meaning) -> Iterator[CurvePoint]:
    """Every whole report with the metric and its iteration; the last of an iteration counts."""
    metric, key, direction = meaning.only_metric("Ray Tune")
    path = trial / "result.json"
    found: dict[float, CurvePoint] = {}
    for line in lines_of(path) if path.is_file() else ():
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        report = plain_values(told) if isinstance(told, dict) else {}
        value, budget = number(report.get(key)), number(report.get("training_iteration"))
        if math.isfinite(value) and math.isfinite(budget) and budget > 0:
            found[budget] = CurvePoint(
                source="ray",
                source_run_id=name,
                metric=metric,
                kind=kind,
                budget=budget,
                score=entered(value, direction),
                cost_s=seconds(report.get("time_total_s")),
            )
    yield from found.values()


def _began(report: dict[str, Any]) -> str:
    """When the trial began: reports tell when they were made, and how long it had run."""
    took = seconds(report.get("time_total_s"))
    return utc_of_count(number(report.get("timestamp")) - (0.0 if math.isnan(took) else took))
