"""Folders that are written by one process at a time, and replaced whole or not at all.

New files are written into a folder inside the one they are for. Renaming that to ``.next``
is the moment from which on they count; they are then moved to their places, the manifest
last. A process that is killed in between leaves ``.next``, and whoever opens the folder
next finishes the moving. The folder itself is never renamed: a symlink to it stays one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Set
from pathlib import Path

from warmstart.errors import HistoryError, MetaDatasetError, WarmstartError
from warmstart.metadataset.build.units import BuildLock
from warmstart.metadataset.storage.files import TEMPORARY, sync, write_json

MANIFEST = "manifest.json"
LOCK = "append.lock"
NEXT = ".next"
"""Name of a folder of new files that count already but are not all in their places."""

WAIT_S = 30.0
"""How long a writer waits for another one."""

_TRIES = 20
_LISTED = ".files.json"
_KEPT = frozenset({LOCK, f"{LOCK}-journal", NEXT, "README.md"})
"""What does not make a folder something else: ours, and a data card somebody wrote."""

_TABLES = ("tasks", "configurations", "metafeatures")
_OURS = (*(f"{name}.parquet" for name in _TABLES), "recommender.json", MANIFEST)
_OUR_FOLDERS = (*_TABLES, "evaluations", "models")


@contextlib.contextmanager
def locked(path: Path, *, wait_s: float | None = None) -> Iterator[Path]:
    """Hold the lock of a folder, which is made if need be; what a kill left is put right.

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
    is_new = not folder.exists()
    try:
        with _lock(folder, WAIT_S if wait_s is None else wait_s):
            try:
                settle(folder)
                yield folder
            finally:
                if is_new:
                    # A first writer leaves its files alone, or where it failed nothing.
                    with contextlib.suppress(OSError):
                        (folder / LOCK).unlink()
                        folder.rmdir()
    except OSError as error:
        if isinstance(error, WarmstartError):
            raise
        raise HistoryError(f"cannot write {path}: {error.strerror or error}") from error


@contextlib.contextmanager
def _lock(folder: Path, wait_s: float) -> Iterator[None]:
    for attempt in range(_TRIES):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = BuildLock(folder / LOCK, wait_s=wait_s, doing="writing to")
        except HistoryError:
            if (folder / LOCK).exists() or attempt == _TRIES - 1:
                raise
            continue  # a first writer took its lock away while this one waited for it
        with lock:
            if (folder / LOCK).exists():
                yield
                return
    raise HistoryError(f"cannot lock {folder}: other writers make and remove it all the time")


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
def staged(folder: Path) -> Iterator[Path]:
    """A folder to fill inside `folder`, whose lock is held; in the end its files count."""
    new = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=folder))
    try:
        yield new
        files = [file for file in sorted(new.rglob("*")) if file.is_file()]
        for file in files:
            sync(file)
        write_json([file.relative_to(new).as_posix() for file in files], new / _LISTED)
        new.rename(folder / NEXT)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    settle(folder)


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
