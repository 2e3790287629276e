"""A few threads that wait for a server, and stop at once when told to.

The threads of ``concurrent.futures`` are waited for when the interpreter ends, so that one
request that hangs would keep a stopped build alive; these are not.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

_PATIENCE_S = 2.0
_LOOK_S = 0.2

U = TypeVar("U")
R = TypeVar("R")


def run_units(
    units: Iterable[U], work: Callable[[U], R], *, n_workers: int, stop: threading.Event
) -> Generator[tuple[U, R | BaseException], None, None]:
    """Do the work of every unit, a few at a time, and give results as they come.

    Parameters
    ----------
    units : iterable
    work : callable
        Runs in another thread; what it raises is given as the result.
    n_workers : int
        Threads.
    stop : threading.Event
        Set when the iterator is closed early, so that `work` may end early too.
    """
    waiting: queue.Queue[U] = queue.Queue()
    # Bounded, so that results are not made faster than they are taken.
    done: queue.Queue[tuple[U, R | BaseException]] = queue.Queue(maxsize=2 * n_workers)
    n_left = 0
    for unit in units:
        waiting.put(unit)
        n_left += 1

    def take() -> None:
        while not stop.is_set():
            try:
                unit = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                result: R | BaseException = work(unit)
            except BaseException as error:  # noqa: BLE001 - told to the caller, whatever it is
                result = error
            while not stop.is_set():
                try:
                    done.put((unit, result), timeout=_LOOK_S)
                    break
                except queue.Full:
                    continue

    threads = [
        threading.Thread(target=take, daemon=True) for _ in range(min(n_workers, n_left))
    ]
    for thread in threads:
        thread.start()
    try:
        while n_left:
            try:
                # With a timeout, Ctrl-C is noticed on every system.
                found = done.get(timeout=_LOOK_S)
            except queue.Empty:
                continue
            n_left -= 1
            yield found
    finally:
        if n_left:
            stop.set()
            for thread in threads:
                thread.join(_PATIENCE_S)
