"""An evaluation process and its keeper, who kills it when it takes too long."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import Any

from warmstart.domain import Configuration
from warmstart.errors import HistoryError
from warmstart.execution.evaluation_protocol import EvaluationProtocol
from warmstart.execution.process.watchdog import Watchdog
from warmstart.execution.tasks import LocalTask

_LOAD_LIMIT_S = 600.0

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Child:
    """One evaluation process: started when needed, replaced when it dies or is killed."""

    def __init__(self, protocol: EvaluationProtocol) -> None:
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

    @property
    def pid(self) -> int | None:
        """Of its process; None where none is alive."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def evaluate(
        self, task: LocalTask, configuration: Configuration, *, fewer: Sequence[int] = ()
    ) -> dict[str, Any]:
        """Cross-validate one configuration; answers with a status, whatever happens.

        Parameters
        ----------
        task : LocalTask
        configuration : Configuration
        fewer : sequence of int
            Numbers of rounds to be told of too, by text under ``fewer``.
        """
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
            "row_rungs": list(self.protocol.row_rungs),
            "fewer": list(fewer),
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
                    "warmstart.execution.process.worker",
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
        watchdog = Watchdog(process, limit_s)
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
