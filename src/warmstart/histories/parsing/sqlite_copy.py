"""Copies of SQLite files that may be in use, without touching them."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

from warmstart.errors import HistoryError

SQLITE = b"SQLite format 3\0"
_HEAD = 20


def copy_sqlite(path: Path, copy: Path) -> None:
    """Copy a consistent snapshot of a database, with what its write-ahead log holds.

    Raises
    ------
    HistoryError
        If it is no SQLite database or cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(SQLITE):
        raise HistoryError(f"{path} is no SQLite file")
    in_wal_mode = head[18:20] == b"\2\2"
    if in_wal_mode and not path.with_name(path.name + "-wal").exists():
        # Nobody has it open; a connection would leave its log beside it.
        shutil.copyfile(path, copy)
        return
    try:
        with (
            contextlib.closing(
                sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
            ) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.DatabaseError as error:
        raise HistoryError(f"{path} cannot be read as an SQLite database: {error}") from error
