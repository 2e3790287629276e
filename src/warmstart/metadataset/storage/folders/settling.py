"""New files of a folder moved to their places, even after a kill in the middle of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Set
from pathlib import Path

from warmstart.metadataset.core.schema import MEASURED
from warmstart.metadataset.storage.files import TEMPORARY

MANIFEST = "manifest.json"


NEXT = ".next"
"""Name of a folder of new files that count already but are not all in their places."""


LISTED = ".files.json"


_TABLES = ("tasks", "configurations", "metafeatures")


_OURS = (*(f"{name}.parquet" for name in _TABLES), "recommender.json", MANIFEST)


_OUR_FOLDERS = (*_TABLES, "evaluations", "models", *MEASURED)


def is_committed(path: Path) -> bool:
    """Whether new files count already that are not all in their places yet."""
    return (path / NEXT / MANIFEST).is_file()


def settle(folder: Path) -> None:
    """Finish what a killed writer began, or clear it away; the lock must be held.

    Every step may be done twice, so a kill in here does no harm either.
    """
    new = folder / NEXT
    if is_committed(folder):
        names: list[str] = json.loads((new / LISTED).read_text("utf-8"))
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
