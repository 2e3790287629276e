"""Executors of one machine: this process, or joblib's processes (loky)."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from warmstart.execution.executors.base import Done


def reason(error: BaseException) -> str:
    """An exception on one line.

    Examples
    --------
    >>> reason(ValueError("no rows\\n  at all"))
    'ValueError: no rows'
    """
    return f"{type(error).__name__}: {error}".split("\n")[0]


class Serial:
    """Runs each unit in this process when its turn comes."""

    window = 1

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Callable[[Any], Any], Any]] = deque()
        self._handles = itertools.count()

    def submit(self, function: Callable[[Any], Any], argument: Any) -> int:
        """Remember a unit."""
        handle = next(self._handles)
        self._waiting.append((handle, function, argument))
        return handle

    def as_completed(self) -> Iterator[Done]:
        """Run what was submitted, in order."""
        while self._waiting:
            handle, function, argument = self._waiting.popleft()
            try:
                value = function(argument)
            except Exception as error:  # noqa: BLE001 - one bad unit must not end the others
                yield Done(handle=handle, error=reason(error))
            else:
                yield Done(handle=handle, value=value)

    def cancel(self) -> None:
        """Forget what was not run."""
        self._waiting.clear()


class Loky:
    """Joblib's processes (loky), each a pool of its own: a death breaks no other.

    Parameters
    ----------
    n_jobs : int
        Processes at a time.
    """

    def __init__(self, n_jobs: int) -> None:
        self.window = n_jobs
        self._idle: list[Any] = []
        self._running: dict[Future[Any], tuple[int, Any]] = {}
        self._handles = itertools.count()

    def submit(self, function: Callable[[Any], Any], argument: Any) -> int:
        """Give a unit to an idle process, or start one."""
        from joblib.externals.loky import ProcessPoolExecutor

        handle = next(self._handles)
        while self._idle:
            pool = self._idle.pop()
            try:
                self._running[pool.submit(function, argument)] = handle, pool
            except BrokenProcessPool:  # it died while it had nothing to do
                continue
            return handle
        pool = ProcessPoolExecutor(1)
        self._running[pool.submit(function, argument)] = handle, pool
        return handle

    def as_completed(self) -> Iterator[Done]:
        """Units as they end."""
        while self._running:
            ended, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in ended:
                handle, pool = self._running.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    pool.shutdown(wait=True, kill_workers=True)
                    yield Done(handle=handle, died=True)
                    continue
                self._idle.append(pool)
                if error is not None:
                    yield Done(handle=handle, error=reason(error))
                else:
                    yield Done(handle=handle, value=future.result())

    def cancel(self) -> None:
        """End the processes, also in the middle of a unit."""
        pools = [*self._idle, *(pool for _, pool in self._running.values())]
        self._idle.clear()
        self._running.clear()
        for pool in pools:
            pool.shutdown(wait=True, kill_workers=True)
