"""Studies of Optuna, from an RDB or a journal, read through its storage API.

The file is copied first and the copy is opened: opening creates tables, locks and, for a
study of an older Optuna, upgrades the schema.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warmstart._extras import require
from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.curves.intermediate_values import points
from warmstart.histories.optuna_storage import (
    check_location,
    is_zoned,
    open_storage,
    run_id,
    shown_location,
    utc,
)
from warmstart.histories.parsing.reading import readable
from warmstart.histories.runs.curve_points import BudgetKind, CurvePoint, check_kind
from warmstart.histories.runs.directions import usual_name
from warmstart.histories.runs.options import Meaning, entered
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Direction, Run, RunHistory

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_STATUS: dict[str, Status] = {
    "COMPLETE": "ok",
    "PRUNED": "pruned",
    "FAIL": "failed",
    "RUNNING": "running",
}


_SAMPLERS = {"cma": "cmaes", "NSGAII": "nsgaii", "NSGAIII": "nsgaiii", "grid_id": "grid"}
"""Beginnings of the system attributes that some samplers leave on their trials."""


def read(
    storage: Any,
    *,
    study: str | Sequence[str] | None = None,
    constants: Sequence[str] = (),
    budget_kind: BudgetKind = "iterations",
    **options: Unpack[ReadOptions],
) -> RunHistory:
    """Read the trials of Optuna's studies.

    A pruned trial is a row with a status and no score: its last intermediate value is not
    comparable. One that breaks the study's constraints is told as failed. Trials that never
    started are left out and counted. Nothing is written to the storage: a file is copied,
    and the copy opened. A trial has the same id in every time zone, also one of Optuna 4,
    which kept local times.

    Parameters
    ----------
    storage : path, URL, storage or study
        An SQLite file or a journal (told apart by their first bytes), the URL of another
        database, or an Optuna storage or study at hand.
    study : str or sequence of str, optional
        Which studies; all of them without, where `task` or `task_tag` tells them apart.
    constants : sequence of str
        User attributes, of the study or of the trial, that hold hyperparameters.
    budget_kind : {"iterations", "rows", "folds", "epochs"}
        What the steps of intermediate values count: those are the learning curves. Where a
        study counts from 0, its first step is budget 1.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`. The direction is recorded in
        the study: one given here is compared with it.

    Returns
    -------
    RunHistory

    Raises
    ------
    HistoryError
        If there is no such storage or study, it cannot be read, or a study names no task.
    MissingExtraError
        If Optuna is not installed.

    Examples
    --------
    >>> import optuna
    >>> optuna.logging.set_verbosity(optuna.logging.WARNING)
    >>> study = optuna.create_study(direction="maximize", study_name="mine")
    >>> study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    >>> history = read(study, task="toy", metric="accuracy")
    >>> history.to_frame()["status"].tolist()
    ['ok', 'ok', 'ok']
    """
    optuna = require("optuna", extra="optuna")
    meaning = Meaning(**options)
    check_kind(budget_kind)
    names = [study] if isinstance(study, str) else None if study is None else list(study)
    if isinstance(storage, optuna.study.Study):
        names, storage = [storage.study_name], storage._storage
    if not isinstance(storage, optuna.storages.BaseStorage):
        with readable(shown_location(storage)):
            check_location(str(storage))

    def runs(remarks: Remarks) -> Iterator[Run]:
        with open_storage(storage) as opened:
            zoned = is_zoned(opened, storage)
            for name in _wanted(opened, names, meaning, storage, remarks):
                remarks.place = f"study {name!r}"
                loaded = optuna.load_study(study_name=name, storage=opened)
                yield from _trials(loaded, meaning, constants, remarks, zoned)

    def curves() -> Iterator[CurvePoint]:
        with open_storage(storage) as opened:
            zoned = is_zoned(opened, storage)
            for name in _wanted(opened, names, meaning, storage, Remarks()):
                loaded = optuna.load_study(study_name=name, storage=opened)
                yield from points(loaded, meaning, budget_kind, zoned)

    return RunHistory(
        "optuna", shown_location(storage), runs, meaning.run_prefix, read_curves=curves
    )


def _wanted(
    opened: Any,
    names: Sequence[str] | None,
    meaning: Meaning,
    storage: Any,
    remarks: Remarks,
) -> list[str]:
    known = sorted(study.study_name for study in opened.get_all_studies())
    if not known:
        raise HistoryError(f"{shown_location(storage)} holds no study")
    if names is not None:
        if unknown := [name for name in names if name not in known]:
            raise HistoryError(
                f"there is no study {unknown[0]!r}; there are {', '.join(known)}"
            )
        return list(names)
    if isinstance(meaning.task, str) and len(known) > 1:
        raise HistoryError(
            f"{shown_location(storage)} holds {len(known)} studies "
            f"({', '.join(known[:5])} …) and task= names one task: name the studies that "
            "are of it, or a task for each"
        )
    if isinstance(meaning.task, Mapping):
        if unknown := [name for name in meaning.task if name not in known]:
            raise HistoryError(
                f"task= names study {unknown[0]!r}, which is not there; there are "
                f"{', '.join(known)}"
            )
        for name in known:
            if name not in meaning.task:
                remarks.say(f"study {name} was left out: task= names no task for it")
        return [name for name in known if name in meaning.task]
    return known


def _trials(
    study: Any, meaning: Meaning, constants: Sequence[str], remarks: Remarks, zoned: bool
) -> Iterator[Run]:
    name, attributes = study.study_name, study.user_attrs
    where = f"study {name!r}"
    recorded: list[Direction] = [
        "maximize" if d.name == "MAXIMIZE" else "minimize" for d in study.directions
    ]
    directions = meaning.directions_of(recorded, where)
    of_study = {key: attributes[key] for key in constants if key in attributes}
    tagged_trials = meaning.task_tag is not None and meaning.task_tag not in attributes
    task = "" if tagged_trials else meaning.task_of(name, attributes, where)
    for trial in study.get_trials(deepcopy=False):
        remarks.place = f"trial {trial.number} of {where}"
        status = _STATUS.get(trial.state.name)
        if status is None:
            remarks.add("left out: queued, never started")
            continue
        if tagged_trials:
            task = meaning.task_of(name, trial.user_attrs, f"trial {trial.number} of {where}")
        given = dict(trial.params)
        for key in constants:
            if key in trial.user_attrs:
                given.setdefault(key, trial.user_attrs[key])
            elif key in of_study:
                given.setdefault(key, of_study[key])
        values, seed = meaning.values(given, remarks)
        learner = meaning.learner_of(values)
        began = trial.datetime_start
        duration = trial.duration
        cost_s = math.nan if duration is None else max(duration.total_seconds(), 0.0)
        reached = trial.last_step if status == "pruned" else None
        scores = trial.values if status == "ok" else None
        if scores is not None and not all(map(math.isfinite, scores)):
            status, scores = "failed", None
            remarks.add("told as failed: their value is infinite")
        if scores is not None and not all(c <= 0.0 for c in trial.constraints.values()):
            status, scores = "failed", None
            remarks.add("told as failed: they break the study's constraints")
        for k, (metric, direction) in enumerate(zip(meaning.metrics, directions, strict=True)):
            yield Run(
                task=task,
                values=values,
                space=meaning.space_of(learner),
                learner=learner,
                metric=usual_name(metric),
                direction=direction,
                score=math.nan if scores is None else entered(scores[k], direction),
                cost_s=cost_s,
                timestamp=utc(began),
                status=status,
                seed=seed,
                budget=None if reached is None else float(reached),
                sampler=meaning.sampler or _sampler_of(trial),
                source="optuna",
                source_run_id=run_id(name, trial, zoned),
            )


def _sampler_of(trial: Any) -> str:
    """What the trial's attributes say of the sampler; TPE, the default, leaves no trace."""
    if "fixed_params" in trial.system_attrs:
        return "enqueued"
    for beginning, sampler in _SAMPLERS.items():
        if any(key.startswith(beginning) for key in trial.system_attrs):
            return sampler
    return "unknown"
