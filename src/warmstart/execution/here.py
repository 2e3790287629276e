"""Executors of one machine: this process, or joblib's processes (loky)."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from warmstart.execution.units import Done


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
    """Joblib's process pool. A dead worker breaks the pool; a new one takes its place.

    Parameters
    ----------
    n_jobs : int
        Processes at a time.
    """

    def __init__(self, n_jobs: int) -> None:
        self.window = n_jobs
        self._pool: Any = None
        self._running: dict[Future[Any], tuple[int, Any]] = {}
        self._handles = itertools.count()

    def submit(self, function: Callable[[Any], Any], argument: Any) -> int:
        """Give a unit to the next free process."""
        handle = next(self._handles)
        try:
            future = self._living().submit(function, argument)
        except BrokenProcessPool:  # not told yet by the units it had, if it had any
            self._pool = None
            future = self._living().submit(function, argument)
        self._running[future] = handle, self._pool
        return handle

    def _living(self) -> Any:
        from joblib.externals.loky import ProcessPoolExecutor

        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.window)
        return self._pool

    def as_completed(self) -> Iterator[Done]:
        """Units as they end; all that a broken pool had, as units whose worker died."""
        while self._running:
            ended, _ = wait(self._running, return_when=FIRST_COMPLETED)
            for future in ended:
                handle, pool = self._running.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    if self._pool is pool:
                        self._pool = None
                    yield Done(handle=handle, died=True)
                elif error is not None:
                    yield Done(handle=handle, error=reason(error))
                else:
                    yield Done(handle=handle, value=future.result())

    def cancel(self) -> None:
        """End the processes, also in the middle of a unit."""
        self._running.clear()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, kill_workers=True)
