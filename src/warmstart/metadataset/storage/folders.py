"""Folders that are written by one process at a time, and replaced whole or not at all.

New files are written into a folder inside the one they are for. Renaming that to ``.next``
is the moment from which on they count; they are then moved to their places, the manifest
last. A process that is killed in between leaves ``.next``, and whoever opens the folder
next finishes the moving. The folder itself is never renamed: a symlink to it stays one.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator, Set
from pathlib import Path

from warmstart.errors import HistoryError, MetaDatasetError, WarmstartError
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.core.schema import MEASURED
from warmstart.metadataset.storage.files import TEMPORARY, sync, write_json

MANIFEST = "manifest.json"
LOCK = "append.lock"
NEXT = ".next"
"""Name of a folder of new files that count already but are not all in their places."""

WAIT_S = 30.0
"""How long a writer waits for another one."""

_LISTED = ".files.json"
_KEPT = frozenset({LOCK, f"{LOCK}-journal", NEXT, "README.md"})
"""What does not make a folder something else: ours, and a data card somebody wrote."""

_TABLES = ("tasks", "configurations", "metafeatures")
_OURS = (*(f"{name}.parquet" for name in _TABLES), "recommender.json", MANIFEST)
_OUR_FOLDERS = (*_TABLES, "evaluations", "models", *MEASURED)


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


@contextlib.contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """A new folder to fill, whose files take the place of those of `path` if nothing goes
    wrong.

    Raises
    ------
    HistoryError
        If `path` holds something that is not a meta-dataset, another process is writing
        there, or the file system refuses.
    """
    refuse_others(path)
    with locked(path) as folder, staged(folder) as new:
        refuse_others(folder)
        yield new


def refuse_others(path: Path) -> None:
    """Raise if a folder holds something that is not a finished meta-dataset.

    Raises
    ------
    HistoryError
    """
    if path.is_file():
        raise HistoryError(f"{path} is a file; name a folder")
    if is_build(path) or holds_others(path):
        raise HistoryError(f"{path} holds something other than a finished meta-dataset")


def is_build(path: Path) -> bool:
    """Whether a folder is that of a build, which keeps its own files."""
    return (path / "units.sqlite").exists()


def holds_others(path: Path) -> bool:
    """Whether a path is a file, or a folder of files that are no meta-dataset's."""
    if not path.is_dir():
        return path.exists()
    names = {found.name for found in path.iterdir()}
    others = {name for name in names - _KEPT if not name.startswith(TEMPORARY)}
    return bool(others) and MANIFEST not in others and not is_committed(path)


def is_committed(path: Path) -> bool:
    """Whether new files count already that are not all in their places yet."""
    return (path / NEXT / MANIFEST).is_file()


@contextlib.contextmanager
def staged(folder: Path, *, only_new: bool = False) -> Iterator[Path]:
    """A folder to fill, whose files count for `folder` in the end.

    Parameters
    ----------
    folder : path
        Its lock is held, unless it is not there yet.
    only_new : bool
        Whether what another writer makes meanwhile may not be replaced.

    Raises
    ------
    Appeared
        If it may not, and there is something.
    """
    is_new = not folder.exists()
    if is_new:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_dead(folder)
        new = Path(
            tempfile.mkdtemp(prefix=f"{_beside(folder)}{os.getpid()}-", dir=folder.parent)
        )
    else:
        new = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder))
    try:
        yield new
        files = [file for file in sorted(new.rglob("*")) if file.is_file()]
        for file in files:
            sync(file)
        if is_new and _made(new, folder):
            return
        write_json([file.relative_to(new).as_posix() for file in files], new / _LISTED)
        if not is_new:
            new.rename(folder / NEXT)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    if not is_new:
        settle(folder)
    elif only_new:
        shutil.rmtree(new, ignore_errors=True)
        raise Appeared(f"{folder} was made by another process meanwhile; try again")
    else:
        with locked(folder):
            new.rename(folder / NEXT)
            settle(folder)


def _made(new: Path, folder: Path) -> bool:
    """Rename a new folder to its place; False where somebody else's is there by now."""
    new.chmod(0o777 & ~_umask())
    try:
        new.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        return False
    return True


def _beside(folder: Path) -> str:
    """How the name of a folder begins that is to become `folder`."""
    return f"{TEMPORARY}{folder.name}-{platform.node()}-"


def _remove_dead(folder: Path) -> None:
    """Remove what processes of this machine that are gone left beside a folder."""
    for left in folder.parent.glob(f"{glob.escape(_beside(folder))}*"):
        pid = left.name.removeprefix(_beside(folder)).partition("-")[0]
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (ValueError, OSError):
            continue  # somebody else's


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def settle(folder: Path) -> None:
    """Finish what a killed writer began, or clear it away; the lock must be held.

    Every step may be done twice, so a kill in here does no harm either.
    """
    new = folder / NEXT
    if is_committed(folder):
        names: list[str] = json.loads((new / _LISTED).read_text("utf-8"))
        for name in names:
            if name != MANIFEST and (new / name).exists():
                _move(new / name, folder / name)
        _drop_all_but(folder, set(names))
        _move(new / MANIFEST, folder / MANIFEST)
    for left in [new, *sorted(folder.glob(f"**/{TEMPORARY}*"), reverse=True)]:
        _drop(left)


def _move(file: Path, place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(file, place)  # noqa: PTH105 - says that it replaces


def _drop_all_but(folder: Path, kept: Set[str]) -> None:
    """Remove files of the meta-dataset that was there; what others put there stays."""
    old = [folder / name for name in _OURS]
    for name in _OUR_FOLDERS:
        old += sorted((folder / name).rglob("*"), reverse=True)
        old.append(folder / name)
    for path in old:
        if path.is_dir() and not path.is_symlink():
            with contextlib.suppress(OSError):  # not empty
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in kept:
            path.unlink(missing_ok=True)


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def finish(path: Path) -> None:
    """Have a folder that a killed writer left half moved be whole, before it is read.

    Raises
    ------
    MetaDatasetError
        If it cannot be written to.
    """
    new = path / NEXT
    if not is_committed(path):
        return
    try:
        with locked(path):
            pass
    except HistoryError as error:
        raise MetaDatasetError(
            f"{path} was left while it was being replaced, and its new files are in {new}; "
            f"open it once where it can be written: {error}"
        ) from error
