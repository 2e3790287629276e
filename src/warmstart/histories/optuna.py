"""Studies of Optuna, from an RDB or a journal, read through its storage API.

The file is copied first and the copy is opened: opening creates tables, locks and, for a
study of an older Optuna, upgrades the schema.
"""

from __future__ import annotations

import contextlib
import math
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from warmstart._extras import require
from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import first_line, readable
from warmstart.histories.parsing.sqlite_copy import SQLITE, copy_sqlite
from warmstart.histories.runs.options import Meaning, entered, usual_name
from warmstart.histories.runs.schema import Direction, Remarks, Run, RunHistory

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import Options

_STATUS: dict[str, Status] = {
    "COMPLETE": "ok",
    "PRUNED": "pruned",
    "FAIL": "failed",
    "RUNNING": "running",
}
_NO_DATABASES = {
    "redis": "hand in optuna.storages.JournalStorage(JournalRedisBackend(url)) itself",
    "http": "hand in optuna.storages.GrpcStorageProxy(host=…, port=…) itself",
    "https": "hand in optuna.storages.GrpcStorageProxy(host=…, port=…) itself",
}
"""Addresses people have that no database driver takes, and what to hand in instead."""

_STARTED = re.compile(rb'"datetime_start": ?"([^"]+)"')
_ZONE = re.compile(rb"(Z|[+-]\d\d:?\d\d)$")

_SAMPLERS = {"cma": "cmaes", "NSGAII": "nsgaii", "NSGAIII": "nsgaiii", "grid_id": "grid"}
"""Beginnings of the system attributes that some samplers leave on their trials."""


def read(
    storage: Any,
    *,
    study: str | Sequence[str] | None = None,
    constants: Sequence[str] = (),
    **options: Unpack[Options],
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
    names = [study] if isinstance(study, str) else None if study is None else list(study)
    if isinstance(storage, optuna.study.Study):
        names, storage = [storage.study_name], storage._storage
    if not isinstance(storage, optuna.storages.BaseStorage):
        with readable(_shown(storage)):
            _check_location(str(storage))

    def runs(remarks: Remarks) -> Iterator[Run]:
        with _opened(storage) as opened:
            zoned = _is_zoned(opened, storage)
            for name in _wanted(opened, names, meaning, storage, remarks):
                remarks.place = f"study {name!r}"
                loaded = optuna.load_study(study_name=name, storage=opened)
                yield from _trials(loaded, meaning, constants, remarks, zoned)

    return RunHistory("optuna", _shown(storage), runs, meaning.run_prefix)


def _shown(storage: Any) -> str:
    """A storage for messages; a URL without its password."""
    text = str(storage)
    scheme, separator, rest = text.partition("://")
    if not separator or "@" not in rest:
        return text
    user = rest.partition("@")[0].partition(":")[0]
    return f"{scheme}://{user}@{rest.rpartition('@')[2]}"


def _check_location(location: str) -> None:
    if "://" in location and not location.startswith("sqlite"):
        scheme = location.partition("://")[0]
        if scheme in _NO_DATABASES:
            raise HistoryError(
                f"{_shown(location)} is no storage of Optuna; {_NO_DATABASES[scheme]}"
            )
        return
    path = _sqlite_path(location)
    if not path.is_file():
        raise HistoryError(f"there is no Optuna storage {path}")


def _sqlite_path(location: str) -> Path:
    """File of an SQLite URL such as ``sqlite:///a.db``, or of a plain path."""
    if not location.startswith("sqlite"):
        return Path(location).expanduser()
    return Path(unquote(location.partition("://")[2].removeprefix("/").partition("?")[0]))


@contextlib.contextmanager
def _opened(storage: Any) -> Iterator[Any]:
    """The storage itself, or one on a copy of its file."""
    from optuna.storages import BaseStorage, JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    if isinstance(storage, BaseStorage):
        yield storage
        return
    location = str(storage)
    if "://" in location and not location.startswith("sqlite"):
        # A server's database cannot be copied; nothing is created in it or upgraded.
        try:
            storage = RDBStorage(location, skip_table_creation=True)
        except Exception as error:
            # Its driver is not installed, the server is not there, or refuses.
            raise HistoryError(
                f"{_shown(location)} cannot be read: {first_line(error)}; is the server up, "
                "and the Python driver its URL names installed?"
            ) from error
        yield storage
        return
    path = _sqlite_path(location)
    with tempfile.TemporaryDirectory(prefix="warmstart-") as folder:
        copy = Path(folder) / "copy"
        with path.open("rb") as file:
            head = file.read(len(SQLITE))
        if head != SQLITE:
            if head[:1] != b"{":
                raise HistoryError(f"{path} is neither an SQLite file nor an Optuna journal")
            shutil.copyfile(path, copy)
            try:
                journal = JournalStorage(JournalFileBackend(str(copy)))
            except Exception as error:
                raise HistoryError(
                    f"{path} is damaged: its operations cannot be replayed: {first_line(error)}"
                ) from error
            yield journal
            return
        copy_sqlite(path, copy)
        with _own_copy(copy, path) as rdb:
            yield rdb


@contextlib.contextmanager
def _own_copy(copy: Path, path: Path) -> Iterator[Any]:
    """A storage on our copy, with the schema of the Optuna that is installed."""
    from optuna.storages import RDBStorage

    try:
        # Missing tables are the upgrade's to make; it stumbles over those already there.
        rdb = RDBStorage(
            f"sqlite:///{copy}", skip_compatibility_check=True, skip_table_creation=True
        )
        if rdb.get_current_version() != rdb.get_head_version():
            rdb.upgrade()
    except Exception as error:
        raise HistoryError(f"{path} holds no study this Optuna can read: {error}") from error
    try:
        yield rdb
    finally:
        rdb.remove_session()
        rdb.engine.dispose()


def _wanted(
    opened: Any,
    names: Sequence[str] | None,
    meaning: Meaning,
    storage: Any,
    remarks: Remarks,
) -> list[str]:
    known = sorted(study.study_name for study in opened.get_all_studies())
    if not known:
        raise HistoryError(f"{_shown(storage)} holds no study")
    if names is not None:
        if unknown := [name for name in names if name not in known]:
            raise HistoryError(
                f"there is no study {unknown[0]!r}; there are {', '.join(known)}"
            )
        return list(names)
    if isinstance(meaning.task, str) and len(known) > 1:
        raise HistoryError(
            f"{_shown(storage)} holds {len(known)} studies ({', '.join(known[:5])} …) and "
            "task= names one task: name the studies that are of it, or a task for each"
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
        named = _utc(began if zoned or began is None else began.replace(tzinfo=timezone.utc))
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
                timestamp=_utc(began),
                status=status,
                seed=seed,
                budget=None if reached is None else float(reached),
                sampler=meaning.sampler or _sampler_of(trial),
                source="optuna",
                # Numbers begin again in every study, and studies may share a name.
                source_run_id=f"{name}/{trial.number}@{named}",
            )


def _utc(time: datetime | None) -> str:
    """Optuna's local times, which name no zone, in UTC."""
    try:
        return "" if time is None else time.astimezone(timezone.utc).isoformat()
    except (OverflowError, ValueError):  # year 1 or 9999
        return ""


def _is_zoned(opened: Any, storage: Any) -> bool:
    """Whether the storage knows the moment of its times: Optuna 4 wrote local ones, no zone.

    Those are the same digits wherever they are read, so the digits name the run.
    """
    from optuna import __version__ as version
    from optuna.storages import JournalStorage

    if isinstance(opened, JournalStorage) and isinstance(storage, str | Path):
        with Path(storage).expanduser().open("rb") as file:
            first = next(filter(None, (_STARTED.search(line) for line in file)), None)
        return first is None or _ZONE.search(first[1]) is not None
    return int(version.partition(".")[0]) >= 5


def _sampler_of(trial: Any) -> str:
    """What the trial's attributes say of the sampler; TPE, the default, leaves no trace."""
    if "fixed_params" in trial.system_attrs:
        return "enqueued"
    for beginning, sampler in _SAMPLERS.items():
        if any(key.startswith(beginning) for key in trial.system_attrs):
            return sampler
    return "unknown"
