"""The child process that fits configurations: ``python -m warmstart.execution.process.worker``.

It reads requests and writes answers, one JSON object a line, so nothing is unpickled. The
data and folds of the last task stay in memory, and its parent may kill it at any moment:
see :mod:`warmstart.execution.process.child`.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import numpy as np
import sklearn

from warmstart.errors import HistoryError
from warmstart.execution.crossvalidation import GiveUpError, cross_validate
from warmstart.execution.loaded_task import LoadedTask, load_task, resolve
from warmstart.execution.measure.resources import PeakMemory

_MEMORY_WORDS = ("bad_alloc", "bad allocation", "unable to allocate", "cannot allocate")


def _failure(error: BaseException) -> dict[str, Any]:
    """How an exception is recorded: what kind of end it was, and its first line."""
    text = f"{type(error).__name__}: {error}".split("\n")[0][:300]
    if isinstance(error, GiveUpError):
        return {"status": "timeout", "error": text}
    if isinstance(error, MemoryError) or any(w in text.lower() for w in _MEMORY_WORDS):
        return {"status": "memout", "error": text}
    return {"status": "failed", "error": text}


class Worker:
    """Answers requests about one task at a time."""

    def __init__(self) -> None:
        self.task: LoadedTask | None = None

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Load a task, or evaluate a configuration on the loaded one."""
        try:
            if request["do"] == "load":
                self.task = None
                self.task = load_task(**request["task"])
                return {"status": "ok", "n_rows": self.task.schema.n_rows}
            task = self.task
            if task is None:
                raise HistoryError("no task is loaded")
            build = resolve(request["builder"])
            memory = PeakMemory()
            answer = cross_validate(
                task,
                lambda: build(request["values"], task.schema, random_state=request["seed"]),
                time_limit_s=request["time_limit_s"],
                measure=request.get("measure", False),
                row_rungs=request.get("row_rungs", ()),
                fewer=request.get("fewer", ()),
            )
            return {**answer, "peak_memory_mb": memory.megabytes()}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a failure is a result
            return _failure(error)


def _address_space() -> int:
    """Bytes of memory this process has mapped; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def limit_memory(memory_limit_mb: float) -> int:
    """Refuse this process more memory than it has now and `memory_limit_mb`.

    Returns
    -------
    int
        Bytes mapped before; 0 where the system has no such limit.
    """
    used = _address_space()
    if not used:
        return 0
    import resource

    limit = used + int(memory_limit_mb * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return used


def _private_stdout() -> IO[str]:
    """A stream to the parent; what libraries print goes to the error log instead."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return answers


def _read_requests(into: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        into.put(line)
    # The parent is gone. Fits can be long; nobody waits for this one.
    os._exit(0)


def main(memory_limit_mb: float) -> None:
    """Serve requests until the parent closes its end."""
    # Ctrl-C is for the parent, which then closes this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _private_stdout()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    sklearn.set_config(assume_finite=True, skip_parameter_validation=True)
    worker, limit = Worker(), memory_limit_mb * 2**20
    at_start = at_load = 0
    while True:
        request = json.loads(requests.get())
        if not at_start:
            # What evaluations need is imported before the limit counts.
            for name in request.get("modules", ()):
                import_module(name)
            at_start = limit_memory(memory_limit_mb) or 1
        elif request["do"] == "load" and _address_space() - at_start > limit / 4:
            answers.write(json.dumps({"status": "retired"}) + "\n")
            return
        answer = worker.answer(request)
        mapped = _address_space()
        if request["do"] == "load":
            at_load = mapped
        # Memory that is not given back would count against the next configuration.
        answer["retire"] = answer["status"] == "memout" or mapped - at_load > limit / 2
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(float(sys.argv[1]))
