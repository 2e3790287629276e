"""A keeper of an evaluation process, who kills it when it takes too long."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

_WALL_FACTOR = 4.0
"""A limit counts CPU seconds, so that a busy machine times out no more than an idle one;
this many times the limit by the wall clock ends an evaluation that waits for nothing."""


def _cpu_seconds(pid: int) -> float | None:
    """CPU time a process has used, where the system tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watchdog:
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
