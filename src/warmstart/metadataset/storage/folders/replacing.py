"""Folders that are written by one process at a time, and replaced whole or not at all.

New files are written into a folder inside the one they are for. Renaming that to ``.next``
is the moment from which on they count; they are then moved to their places, the manifest
last. A process that is killed in between leaves ``.next``, and whoever opens the folder
next finishes the moving. The folder itself is never renamed: a symlink to it stays one.
"""

from __future__ import annotations

import contextlib
import glob
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from warmstart.errors import HistoryError, MetaDatasetError
from warmstart.metadataset.storage.files import TEMPORARY, sync, write_json
from warmstart.metadataset.storage.folders.locking import Appeared, locked
from warmstart.metadataset.storage.folders.owners import refuse_others
from warmstart.metadataset.storage.folders.settling import (
    LISTED,
    MANIFEST,
    NEXT,
    is_committed,
    settle,
)


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
    if only_new and (folder / MANIFEST).is_file():
        raise Appeared(f"{folder} was made by another process meanwhile; try again")
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
        write_json([file.relative_to(new).as_posix() for file in files], new / LISTED)
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
