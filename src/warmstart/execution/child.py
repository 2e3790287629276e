"""An evaluation process and its keeper, who kills it when it takes too long."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warmstart.domain import Configuration
from warmstart.errors import HistoryError
from warmstart.execution.resampling import MAX_ROWS
from warmstart.execution.tasks import LocalTask

BUILDER = "warmstart.spaces.pipelines.pipeline:build_estimator"
LOADER = "warmstart.datasets.load:load_dataset"

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

    measure: bool = True
    """Whether sizes of models and curves of boosters are recorded beside the scores."""

    builder: str = BUILDER
    """``"module:function"`` from values and schema to an estimator."""

    loader: str = LOADER
    """``"module:function"`` from a path to a dataset."""


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
        self.n_rows = 0
        """Of the loaded task, after the cap."""

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
                "groups": task.groups,
                "time": task.time,
                "resampling": task.resampling,
            },
        }
        answer = self._ask(request, _LOAD_LIMIT_S)
        if answer["status"] == "retired":  # too much memory kept from other tasks
            self._end()
            answer = self._ask(request, _LOAD_LIMIT_S)
        self._loaded = task.task_id if answer["status"] == "ok" else None
        self.n_rows = int(answer.get("n_rows", 0))
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
            "measure": self.protocol.measure,
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
                    "warmstart.execution.worker",
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
        self._stopped = False
        self._lock = threading.Lock()
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
        with self._lock:  # an answer may arrive at this very moment
            if self._stopped:
                return
            if left > 0:
                self._timer = self._wait(max(left, 0.02))
                return
            self.fired = True
            self._process.kill()

    def stop(self) -> None:
        """Let the process live; `fired` does not change any more."""
        with self._lock:
            self._stopped = True
        self._timer.cancel()
