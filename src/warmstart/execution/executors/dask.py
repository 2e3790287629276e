"""Dask as an executor: a cluster that runs already, or workers on this machine."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from warmstart._extras import require
from warmstart.errors import HistoryError
from warmstart.execution.executors.base import Done
from warmstart.execution.executors.local import reason

_CONNECT_S = 20


class Dask:
    """Runs units as futures of Dask, which moves them when workers come and go.

    Parameters
    ----------
    scheduler : str, optional
        Address such as ``tcp://host:8786`` of a cluster whose workers see the same files
        and have warmstart installed.
    n_workers : int, optional
        Without a scheduler: processes on this machine, listening on 127.0.0.1 alone.

    Raises
    ------
    HistoryError
        If the scheduler cannot be reached.
    """

    def __init__(self, scheduler: str | None = None, n_workers: int = 2) -> None:
        require("dask", extra="dask")
        distributed = require("distributed", extra="dask")
        from dask import config

        self._distributed, self._cluster = distributed, None
        # A worker's death is told at once, and what to do about it is decided in one place.
        with config.set({"distributed.scheduler.allowed-failures": 0}):
            if scheduler is None:
                self._cluster = distributed.LocalCluster(
                    n_workers=n_workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",
                )
        try:
            self._client = distributed.Client(
                self._cluster or scheduler, timeout=_CONNECT_S, set_as_default=False
            )
        except (OSError, ValueError) as error:
            raise HistoryError(
                f"cannot reach a Dask scheduler at {scheduler!r}: {reason(error)}"
            ) from error
        self._futures: dict[Any, int] = {}
        self._handles = itertools.count()

    @property
    def window(self) -> int:
        """The workers' threads: none has a second unit waiting, which it would lose too."""
        n_threads: int = sum(self._client.nthreads().values())
        return max(1, n_threads)

    def submit(self, function: Callable[[Any], Any], argument: Any) -> int:
        """Send a unit to the scheduler."""
        handle = next(self._handles)
        self._futures[self._client.submit(function, argument, pure=False)] = handle
        return handle

    def as_completed(self) -> Iterator[Done]:
        """Units as they end."""
        while self._futures:
            try:
                with self._client.as_current():
                    ended = self._distributed.wait(
                        list(self._futures), return_when="FIRST_COMPLETED"
                    ).done
            except self._distributed.CancelledError as gone:
                raise HistoryError(
                    "the Dask scheduler is gone; the same command goes on from here"
                ) from gone
            for future in ended:
                handle = self._futures.pop(future)
                error = future.exception()
                if isinstance(error, self._distributed.KilledWorker):
                    yield Done(handle=handle, died=True)
                elif error is not None:
                    yield Done(handle=handle, error=reason(error))
                else:
                    yield Done(handle=handle, value=future.result())
                future.release()

    def cancel(self) -> None:
        """Cancel what runs; close what was opened here, leave a cluster of others alone."""
        if self._futures:
            self._client.cancel(list(self._futures))
            self._futures.clear()
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()
