"""One process at a time writes into a folder."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from warmstart.errors import HistoryError, WarmstartError
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.storage.folders.settling import settle

LOCK = "append.lock"


WAIT_S = 30.0
"""How long a writer waits for another one."""


class Appeared(HistoryError):  # noqa: N818 - says what happened
    """A folder that was not there was made by another writer meanwhile."""


@contextlib.contextmanager
def locked(path: Path, *, wait_s: float | None = None) -> Iterator[Path]:
    """Hold the lock of a folder; what a kill left in it is put right.

    There is no lock of a folder that is not there: :func:`staged` makes it in one step, or
    says that another writer was first.

    Parameters
    ----------
    path : path
        Also a symlink; the lock is in the folder it leads to.
    wait_s : float, optional
        For another process that holds it, 30 seconds without.

    Yields
    ------
    path
        The folder itself.

    Raises
    ------
    HistoryError
        If another process holds the lock all the time, or the file system refuses.
    """
    folder = Path(os.path.realpath(path))
    try:
        if not folder.exists():
            yield folder
            return
        with _held(folder, WAIT_S if wait_s is None else wait_s):
            settle(folder)
            yield folder
    except OSError as error:
        if isinstance(error, WarmstartError):
            raise
        raise HistoryError(f"cannot write {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def _held(folder: Path, wait_s: float) -> Iterator[None]:
    """The lock file, which is gone again afterwards where nobody can wait for it."""
    with _alone(folder, wait_s) as is_alone:
        lock = BuildLock(folder / LOCK, wait_s=wait_s, doing="writing to")
        try:
            with lock:
                yield
        finally:
            if is_alone:
                for name in (LOCK, f"{LOCK}-journal"):
                    (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(folder: Path, wait_s: float) -> Iterator[bool]:
    """Hold a lock of the folder itself; False where the system knows none."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield False
        return
    place, end = os.open(folder, os.O_RDONLY), time.monotonic() + wait_s
    try:
        while True:
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise HistoryError(
                        f"another process is writing to {folder}; wait for it, or stop it"
                    ) from None
                time.sleep(0.02)
            except OSError:  # a file system without such locks
                is_alone = False
                break
            else:
                is_alone = True
                break
        yield is_alone
    finally:
        os.close(place)
