"""Whose a folder is: a meta-dataset's, a build's, or somebody else's."""

from __future__ import annotations

from pathlib import Path

from warmstart.errors import HistoryError
from warmstart.metadataset.storage.files import TEMPORARY
from warmstart.metadataset.storage.folders.locking import LOCK
from warmstart.metadataset.storage.folders.settling import MANIFEST, NEXT, is_committed

_KEPT = frozenset({LOCK, f"{LOCK}-journal", NEXT, "README.md"})
"""What does not make a folder something else: ours, and a data card somebody wrote."""


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
