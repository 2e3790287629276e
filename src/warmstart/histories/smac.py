"""Run histories of SMAC3, read from their JSON; SMAC itself is not needed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.domain import Status
from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import json_object, readable
from warmstart.histories.parsing.times import utc_of_count
from warmstart.histories.runs.budgets import without_partial
from warmstart.histories.runs.directions import usual_name
from warmstart.histories.runs.options import Meaning
from warmstart.histories.runs.remarks import Remarks
from warmstart.histories.runs.schema import Direction, Run, RunHistory
from warmstart.histories.runs.values import number, seconds, whole

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from warmstart.histories.runs.options import ReadOptions

_STATUS: dict[int, Status] = {0: "running", 1: "ok", 2: "failed", 3: "timeout", 4: "memout"}
_NAMED: dict[str, Status] = {
    "RUNNING": "running",
    "SUCCESS": "ok",
    "CRASHED": "failed",
    "ABORT": "failed",
    "TIMEOUT": "timeout",
    "MEMOUT": "memout",
    "MEMORYOUT": "memout",
    "CAPPED": "timeout",
    "STOP": "pruned",
    "DONOTADVANCE": "pruned",
}
_FIELDS = "config_id instance seed budget cost time status starttime endtime additional_info"
_NEEDED = ("config_id", "cost", "status")
_SAMPLERS = ("sobol", "random", "lhd", "latin", "factorial", "default")


def read(path: str | Path, **options: Unpack[ReadOptions]) -> RunHistory:
    """Read a run history of SMAC3.

    SMAC minimizes: `direction` must say so, and `metric` must be what was minimized. Runs of
    several seeds and instances are repeats of one configuration. Runs below the largest
    budget are told as pruned.

    Parameters
    ----------
    path : path
        ``runhistory.json``, or a folder that holds one or several.
    **options :
        As in :class:`~warmstart.histories.runs.options.Meaning`; several metrics for several
        objectives. ``task_tag="instance"`` has each instance be a task; `task` may map the
        name of a scenario to its task.

    Raises
    ------
    HistoryError
        If there is no history, or it is of no layout known.

    References
    ----------
    .. [1] Lindauer et al. "SMAC3: A Versatile Bayesian Optimization Package for
       Hyperparameter Optimization." JMLR 23, 2022.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> history = pathlib.Path(tempfile.mkdtemp(), "runhistory.json")
    >>> run = {"config_id": 1, "cost": 0.2, "time": 1.5, "status": 1, "seed": 0}
    >>> _ = history.write_text(json.dumps({"data": [run], "configs": {"1": {"depth": 3}}}))
    >>> runs = read(history, task="churn", metric="error", direction="minimize").to_frame()
    >>> runs[["values", "score"]].to_dict("list")
    {'values': ['{"depth":3}'], 'score': [-0.2]}
    """
    place, meaning = Path(path).expanduser(), Meaning(**options)
    with readable(path):
        files = [place] if place.is_file() else sorted(place.rglob("runhistory.json"))
    if not files:
        raise HistoryError(f"there is no runhistory.json at {place}")
    minimized: list[Direction] = ["minimize"] * len(meaning.metrics)
    if meaning.direction is None:
        raise HistoryError('SMAC minimizes what it is told: say direction="minimize"')
    meaning.directions_of(minimized, "SMAC")

    def runs(remarks: Remarks) -> Iterator[Run]:
        scenarios = {file: _scenario(file) for file in files}
        names = Counter(scenarios.values())
        for file, scenario in scenarios.items():
            # Several seeds of a scenario are several histories of one name.
            inside = file.parent.relative_to(place).as_posix() if names[scenario] > 1 else ""
            name = f"{scenario}/{inside}" if inside else scenario
            found = list(_runs(file, scenario, name, meaning, remarks))
            yield from without_partial(found, remarks, "units")

    return RunHistory("smac", str(place), runs, meaning.run_prefix)


def _runs(
    file: Path, scenario: str, name: str, meaning: Meaning, remarks: Remarks
) -> Iterator[Run]:
    remarks.place = file.name
    history = json_object(file, "is no run history of SMAC")
    rows, configs = history.get("data"), history.get("configs")
    if not isinstance(rows, list) or not isinstance(configs, dict):
        raise HistoryError(f"{file} is no run history of SMAC: it lacks data and configs")
    origins = history.get("config_origins") or {}
    for place, row in enumerate(rows):
        remarks.place = f"run {place} of {file.name}"
        fields = _fields(row, file, place)
        config = str(fields["config_id"])
        if config not in configs:
            raise HistoryError(f"run {place} of {file} is of unknown configuration {config}")
        task = meaning.task_of(
            scenario, {"instance": fields["instance"], "scenario": scenario}, f"run {place}"
        )
        values, _ = meaning.values(configs[config], remarks)
        learner = meaning.learner_of(values)
        status = _status(fields["status"], file)
        costs = fields["cost"] if isinstance(fields["cost"], list) else [fields["cost"]]
        if status != "ok":
            # Still running or crashed, SMAC keeps one number, or none, for all objectives.
            costs = [math.nan] * len(meaning.metrics)
        if len(costs) != len(meaning.metrics):
            raise HistoryError(
                f"run {place} of {file} has {len(costs)} costs, metric names "
                f"{len(meaning.metrics)}"
            )
        losses = [number(cost) for cost in costs]
        if status == "ok" and not all(map(math.isfinite, losses)):
            status = "failed"
            remarks.add("told as failed: their cost is infinite")
        began, budget = number(fields["starttime"] or 0.0), number(fields["budget"])
        where = (config, fields["instance"], fields["seed"], fields["budget"], began)
        for metric, loss in zip(meaning.metrics, losses, strict=True):
            yield Run(
                task=task,
                values=values,
                space=meaning.space_of(learner),
                learner=learner,
                metric=usual_name(metric),
                direction="minimize",
                score=0.0 - loss if status == "ok" else math.nan,
                cost_s=seconds(fields["time"] or 0.0),
                timestamp=utc_of_count(began) if began else "",
                status=status,
                seed=whole(fields["seed"]),
                budget=budget if math.isfinite(budget) and budget else None,
                sampler=meaning.sampler or _sampler(str(origins.get(config, ""))),
                source="smac",
                source_run_id="/".join([name, *map(str, where)]),
            )


def _scenario(file: Path) -> str:
    """Name of the scenario beside a history; that of its folder without."""
    try:
        beside = json.loads(file.with_name("scenario.json").read_text(encoding="utf-8"))
        return str(beside["name"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return file.parent.name


def _fields(row: Any, file: Path, place: int) -> Mapping[str, Any]:
    """A run's fields by name, from an object, a list, or (key, value) of SMAC before 2.0."""
    if isinstance(row, Mapping):
        if missing := [name for name in _NEEDED if name not in row]:
            raise HistoryError(f"run {place} of {file} has no {missing[0]!r}")
        return {**dict.fromkeys(_FIELDS.split()), **row}
    if isinstance(row, list) and len(row) == 2 and all(isinstance(part, list) for part in row):
        key, value = row
        if len(key) < 4 or len(value) < 3:
            raise HistoryError(f"run {place} of {file} is of no layout known: {str(row)[:80]}")
        (config, instance, seed, budget, *_), (cost, time, status, *more) = key, value
        began, ended, info = [*more, None, None, None][:3]
        row = [config, instance, seed, budget, cost, time, status, began, ended, info]
    names = _FIELDS.split()
    if isinstance(row, list) and len(row) == len(names) + 1:
        names.insert(names.index("status"), "cpu_time")
    if not isinstance(row, list) or len(row) != len(names):
        raise HistoryError(f"run {place} of {file} is of no layout known: {str(row)[:80]}")
    return dict(zip(names, row, strict=True))


def _status(given: Any, file: Path) -> Status:
    if isinstance(given, Mapping):
        name = str(given.get("__enum__", "")).rpartition(".")[2]
        if name in _NAMED:
            return _NAMED[name]
    elif isinstance(given, int) and given in _STATUS:
        return _STATUS[given]
    raise HistoryError(f"{file} has status {given!r}, which is none of SMAC's")


def _sampler(origin: str) -> str:
    """Where SMAC says a configuration comes from."""
    origin = origin.lower()
    if origin.startswith("initial design") or "random" in origin:
        return next((name for name in _SAMPLERS if name in origin), "initial-design")
    return "smac"
