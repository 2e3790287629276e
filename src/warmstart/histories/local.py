"""Run histories made here: configurations cross-validated in child processes.

Every fit happens in a child (:mod:`warmstart.histories.worker`) that can be killed, so a
configuration that hangs, crashes or takes all memory costs one evaluation and becomes a
row with a status. The children stay alive between evaluations, because starting one costs
more than most fits.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import logging
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from warmstart.domain import Configuration, Evaluation, Status, TaskType, check_task_type
from warmstart.errors import HistoryError
from warmstart.histories.metrics import default_metric
from warmstart.histories.resampling import MAX_ROWS
from warmstart.histories.worker import BUILDER, LOADER

_log = logging.getLogger(__name__)

EVALUATOR_VERSION = "1"
"""Changes whenever the same configuration on the same task would score differently."""

_LOAD_LIMIT_S = 600.0
_WALL_FACTOR = 4.0
"""A limit counts CPU seconds, so that a busy machine times out no more than an idle one;
this many times the limit by the wall clock ends an evaluation that waits for nothing."""

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTask:
    """A dataset file to evaluate on, and what is known of it."""

    task_id: str
    name: str
    family: str
    task_type: TaskType

    path: Path
    """A Parquet or CSV file."""

    target: str
    source: str = "local"
    source_id: str = ""
    licence: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        check_task_type(self.task_type)
        if not self.task_id:
            raise HistoryError(f"task_id of {self.path} must not be empty")


def read_tasks(path: str | Path) -> list[LocalTask]:
    """Read a task list: a CSV file with a column for each field of `LocalTask`.

    ``task_id``, ``task_type``, ``path`` and ``target`` are needed; paths are relative to
    the list. Other columns are ignored.

    Raises
    ------
    HistoryError
        If the list cannot be read, lacks a column, or names a task twice.
    """
    path = Path(path)
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"cannot read the task list {path}: {error}") from error
    tasks: dict[str, LocalTask] = {}
    for number, row in enumerate(rows, start=2):
        given = {key: value for key, value in row.items() if key and value}
        for needed in ("task_id", "task_type", "path", "target"):
            if needed not in given:
                raise HistoryError(f"line {number} of {path} has no {needed}")
        optional = ("name", "family", "source", "source_id", "licence", "description")
        task = LocalTask(
            task_id=given["task_id"],
            task_type=check_task_type(given["task_type"]),
            path=path.parent / given["path"],
            target=given["target"],
            **{
                "name": given["task_id"],
                "family": given["task_id"],
                **{key: given[key] for key in optional if key in given},
            },
        )
        if task.task_id in tasks:
            raise HistoryError(f"line {number} of {path} repeats task {task.task_id!r}")
        tasks[task.task_id] = task
    return list(tasks.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one evaluation may take, all folds together."""

    time_limit_s: float = 60.0
    """CPU seconds; by the wall clock four times as many."""

    memory_limit_mb: float = 2048.0
    """Memory beyond what an idle child has, where the system can limit it."""

    def __post_init__(self) -> None:
        for name in ("time_limit_s", "memory_limit_mb"):
            if not getattr(self, name) > 0:
                raise HistoryError(f"{name} must be positive, got {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """How configurations are evaluated: what a history must say of itself."""

    limits: Limits = field(default_factory=Limits)
    max_rows: int = MAX_ROWS
    seed: int = 0

    sampler: str = ""
    """How the configurations were chosen."""

    builder: str = BUILDER
    """``"module:function"`` from values and schema to an estimator."""

    loader: str = LOADER
    """``"module:function"`` from a path to a dataset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Configurations evaluated together on one task: the step a resumed run repeats."""

    task: LocalTask
    configurations: tuple[Configuration, ...]

    @property
    def key(self) -> str:
        """Short hash of what is evaluated; the same unit has the same key in every run."""
        parts = [self.task.task_id, *(c.configuration_id for c in self.configurations)]
        return hashlib.sha256(json.dumps([EVALUATOR_VERSION, *parts]).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResult:
    """What came of a unit."""

    unit: Unit
    evaluations: list[Evaluation]

    errors: dict[str, str]
    """Why, for each configuration that did not end well; by configuration_id."""

    problem: str = ""
    """Why the task could not be evaluated at all; then there are no evaluations."""


def _cpu_seconds(pid: int) -> float | None:
    """CPU time a process has used, where the system tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Child:
    """One evaluation process: started when needed, replaced when it dies or is killed."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._process: subprocess.Popen[str] | None = None
        self._loaded: str | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child

    def load(self, task: LocalTask) -> dict[str, Any]:
        """Have the child hold a task's data; answers ``{"status": "ok"}`` if it does."""
        request = {
            "do": "load",
            "modules": [name.partition(":")[0] for name in (self.protocol.builder,)],
            "task": {
                "path": str(task.path),
                "target": task.target,
                "task_type": task.task_type,
                "max_rows": self.protocol.max_rows,
                "loader": self.protocol.loader,
            },
        }
        answer = self._ask(request, _LOAD_LIMIT_S)
        if answer["status"] == "retired":  # too much memory kept from other tasks
            self._end()
            answer = self._ask(request, _LOAD_LIMIT_S)
        self._loaded = task.task_id if answer["status"] == "ok" else None
        return answer

    def evaluate(self, task: LocalTask, configuration: Configuration) -> dict[str, Any]:
        """Cross-validate one configuration; answers with a status, whatever happens."""
        if self._process is None or self._process.poll() is not None:
            self._loaded = None
        if self._loaded != task.task_id and (answer := self.load(task))["status"] != "ok":
            raise HistoryError(f"cannot load {task.path}: {answer['error']}")
        limit = self.protocol.limits.time_limit_s
        request = {
            "do": "evaluate",
            "builder": self.protocol.builder,
            "values": dict(configuration.values),
            "seed": self.protocol.seed,
            "time_limit_s": limit,
        }
        return self._ask(request, limit)

    def close(self) -> None:
        """End the process; from any thread, also while another waits for an answer."""
        with self._lock:
            self._closed = True
        self._end()
        self._log.close()

    def _start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, **dict.fromkeys(_THREADS, "1")}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        environment["PYTHONWARNINGS"] = "ignore"
        # Allocators that reserve address space they do not use would hit the limit.
        environment["ARROW_DEFAULT_MEMORY_POOL"] = "system"
        environment["MALLOC_ARENA_MAX"] = "2"
        with self._lock:
            if self._closed:
                raise HistoryError("the evaluation was stopped")
            self._loaded = None
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "warmstart.histories.worker",
                    str(self.protocol.limits.memory_limit_mb),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=environment,
                text=True,
                encoding="utf-8",
                bufsize=1,
            )
            return self._process

    def _end(self) -> None:
        with self._lock:
            process, self._process, self._loaded = self._process, None, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()

    def _ask(self, request: dict[str, Any], limit_s: float) -> dict[str, Any]:
        process = self._process
        if process is None or process.poll() is not None:
            self._end()
            process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        self._log.seek(0)
        self._log.truncate()
        watchdog = _Watchdog(process, limit_s)
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, ValueError):
            line = ""
        finally:
            watchdog.stop()
        if line.endswith("\n"):
            answer: dict[str, Any] = json.loads(line)
            if watchdog.fired or answer.pop("retire", False):
                self._end()
            return answer
        return self._post_mortem(process, fired=watchdog.fired, limit_s=limit_s)

    def _post_mortem(
        self, process: subprocess.Popen[str], *, fired: bool, limit_s: float
    ) -> dict[str, Any]:
        """Tell from how the child ended what to record."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        code = process.returncode
        with self._lock:
            if self._closed:
                raise HistoryError("the evaluation was stopped")
            self._log.seek(0)
            said = self._log.read()[-2000:].decode(errors="replace").strip()
        self._end()
        if fired:
            return {"status": "timeout", "error": f"took more than {limit_s:g} s"}
        last = said.splitlines()[-1][:200] if said else "it said nothing"
        # Nobody here sent that signal: the system takes memory back that way.
        if code == -9 or any(word in said.lower() for word in ("memory", "bad_alloc")):
            return {"status": "memout", "error": f"child ended with {code}: {last}"}
        return {"status": "failed", "error": f"child ended with {code}: {last}"}


class _Watchdog:
    """Kills a process that has used up its time while we wait for its answer."""

    def __init__(self, process: subprocess.Popen[str], limit_s: float) -> None:
        self.fired = False
        self._process, self._limit_s = process, limit_s
        self._start, self._used = time.monotonic(), _cpu_seconds(process.pid)
        self._timer = self._wait(limit_s)

    def _wait(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self._check)
        timer.daemon = True
        timer.start()
        return timer

    def _check(self) -> None:
        used = _cpu_seconds(self._process.pid)
        left = 0.0
        if used is not None and self._used is not None:
            waited = time.monotonic() - self._start
            left = min(
                self._limit_s - (used - self._used), _WALL_FACTOR * self._limit_s - waited
            )
        if left > 0:
            self._timer = self._wait(max(left, 0.02))
            return
        self.fired = True
        self._process.kill()

    def stop(self) -> None:
        self._timer.cancel()


def _evaluations(
    task: LocalTask, configuration: Configuration, answer: dict[str, Any], protocol: Protocol
) -> list[Evaluation]:
    """One row a metric; one row in the task's default metric for a failure."""
    status: Status = answer["status"]
    scores = answer.get("scores") or {default_metric(task.task_type).name: (math.nan, math.nan)}
    return [
        Evaluation(
            task_id=task.task_id,
            configuration_id=configuration.configuration_id,
            metric=metric,
            score=score,
            score_std=std,
            n_folds=answer.get("n_folds", 0),
            cost_s=answer.get("cost_s", math.nan),
            predict_cost_s=answer.get("predict_cost_s", math.nan),
            status=status,
            seed=protocol.seed,
            sampler=protocol.sampler,
            timestamp=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            source_run_id=run_id(task.task_id, configuration.configuration_id),
        )
        for metric, (score, std) in scores.items()
    ]


def run_id(task_id: str, configuration_id: str) -> str:
    """The key of one local evaluation: the same in every run of the same evaluator.

    Examples
    --------
    >>> run_id("iris", "0123456789abcdef")
    'local:iris:0123456789abcdef:1'
    """
    return f"local:{task_id}:{configuration_id}:{EVALUATOR_VERSION}"


def evaluate_unit(unit: Unit, child: Child, tick: Callable[[], None]) -> UnitResult:
    """Evaluate one unit's configurations in turn."""
    rows: list[Evaluation] = []
    errors: dict[str, str] = {}
    try:
        for configuration in unit.configurations:
            answer = child.evaluate(unit.task, configuration)
            rows += _evaluations(unit.task, configuration, answer, child.protocol)
            if answer["status"] != "ok":
                errors[configuration.configuration_id] = answer["error"]
            tick()
    except HistoryError as error:
        return UnitResult(unit=unit, evaluations=[], errors={}, problem=str(error))
    return UnitResult(unit=unit, evaluations=rows, errors=errors)


def evaluate_units(
    units: Iterable[Unit],
    protocol: Protocol,
    *,
    n_jobs: int = 1,
    tick: Callable[[], None] = lambda: None,
) -> Iterator[UnitResult]:
    """Evaluate units in parallel, yielding each as it is done.

    The threads only wait, each for a child of its own; the fits are in the children.
    Closing the generator, or an exception such as Ctrl-C where it is consumed, ends them.
    """
    from joblib import Parallel, delayed

    children: list[Child] = []
    mine = threading.local()
    stopped = threading.Event()

    def run(unit: Unit) -> UnitResult:
        if stopped.is_set():
            return UnitResult(unit=unit, evaluations=[], errors={}, problem="stopped")
        if not hasattr(mine, "child"):
            mine.child = Child(protocol)
            children.append(mine.child)
        return evaluate_unit(unit, mine.child, tick)

    pool = Parallel(n_jobs, backend="threading", return_as="generator_unordered", batch_size=1)
    results = pool(delayed(run)(unit) for unit in units)
    try:
        yield from results
    finally:
        stopped.set()
        for child in children:
            child.close()
        results.close()


def chunked(
    task: LocalTask, configurations: Sequence[Configuration], size: int
) -> Iterator[Unit]:
    """Units of at most `size` configurations of one task."""
    for start in range(0, len(configurations), size):
        yield Unit(task=task, configurations=tuple(configurations[start : start + size]))


def evaluate_locally(
    tasks: Sequence[LocalTask],
    configurations: Sequence[Configuration],
    *,
    protocol: Protocol | None = None,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Evaluation]:
    """Cross-validate every configuration on every task.

    Parameters
    ----------
    tasks, configurations
        What to evaluate, in this order.
    protocol : Protocol, optional
        Limits, row cap, seed.
    n_jobs : int
        Children at a time; each uses one core.
    progress : callable, optional
        Called with the evaluations done and those there are.

    Yields
    ------
    Evaluation
        One for each metric; for a failure one in the task's default metric.

    Raises
    ------
    HistoryError
        If a task's data cannot be loaded.
    """
    total, done, lock = len(tasks) * len(configurations), 0, threading.Lock()

    def tick() -> None:
        nonlocal done
        with lock:
            done += 1
            if progress is not None:
                progress(done, total)

    units = (unit for task in tasks for unit in chunked(task, configurations, 25))
    for result in evaluate_units(units, protocol or Protocol(), n_jobs=n_jobs, tick=tick):
        if result.problem:
            raise HistoryError(f"{result.unit.task.task_id}: {result.problem}")
        yield from result.evaluations
