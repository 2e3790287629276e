"""What a build has done, in ``units.sqlite``: safe to read and write from many processes."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from warmstart.errors import HistoryError

if TYPE_CHECKING:
    from typing_extensions import Self

State = Literal["done", "failed"]

_BUSY_S = 60.0
_TABLE = """
CREATE TABLE IF NOT EXISTS units (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, task_id TEXT NOT NULL,
    configuration_ids TEXT NOT NULL, rows INTEGER NOT NULL, digest TEXT NOT NULL,
    error TEXT NOT NULL, provenance TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""


_COLUMNS = (
    "key", "kind", "state", "task_id", "configuration_ids", "rows", "digest", "error",
    "provenance",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecord:
    """One finished step of a build."""

    key: str
    kind: str
    """What was done, such as ``"evaluations"`` or ``"dataset"``."""

    state: State
    task_id: str
    configuration_ids: tuple[str, ...] = ()
    rows: int = 0

    digest: str = ""
    """SHA-256 of the file it wrote."""

    error: str = ""
    """Why it failed; of a done unit, why evaluations in it did, as JSON."""

    provenance: str = ""
    """Where it comes from, as JSON: address, parameters, versions, time."""


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise HistoryError(f"cannot use {path}: {error}") from error


def units_of(path: Path, kinds: Iterable[str]) -> dict[str, list[UnitRecord]]:
    """Units of some kinds, by kind, read without writing to the file or beside it.

    A build may be running there, and the folder may be another user's.

    Raises
    ------
    HistoryError
        If the file is no table of units.
    """
    kinds, has_wal = list(kinds), path.with_name(f"{path.name}-wal").exists()
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        # Without a log nobody writes, and the file is all there is.
        return _read_kinds(path, address if has_wal else f"{address}&immutable=1", kinds)
    except HistoryError:
        if not has_wal:
            raise
    # Reading beside a writer takes shared memory in its folder; a copy does not.
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        with _explained(path):
            for name in (path.name, f"{path.name}-wal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copyfile(path.with_name(name), copy.with_name(name))
        return _read_kinds(path, copy.as_uri(), kinds)


def _read_kinds(path: Path, address: str, kinds: list[str]) -> dict[str, list[UnitRecord]]:
    with _explained(path):
        connection = sqlite3.connect(address, timeout=_BUSY_S, uri=True, isolation_level=None)
    with contextlib.closing(connection):
        return {kind: _read(connection, path, kind) for kind in kinds}


def _read(
    connection: sqlite3.Connection, path: Path, kind: str, state: State | None = None
) -> list[UnitRecord]:
    query, values = f"SELECT {', '.join(_COLUMNS)} FROM units WHERE kind = ?", [kind]
    if state is not None:
        query, values = f"{query} AND state = ?", [kind, state]
    with _explained(path):
        if "provenance" not in _columns(connection):
            query = query.replace("provenance", "''")
        rows = connection.execute(f"{query} ORDER BY key", values).fetchall()
    return [
        UnitRecord(
            key=key,
            kind=kind,
            state=found,
            task_id=task_id,
            configuration_ids=tuple(json.loads(ids)),
            rows=n_rows,
            digest=digest,
            error=error,
            provenance=provenance,
        )
        for key, kind, found, task_id, ids, n_rows, digest, error, provenance in rows
    ]


def _columns(connection: sqlite3.Connection) -> set[str]:
    return {row[1] for row in connection.execute("PRAGMA table_info(units)").fetchall()}


class Units:
    """The table of units of one build; a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _explained(path):
            self._connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=WAL")
            # A unit reported done must survive a power cut, as its file does.
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute(_TABLE)
            if "provenance" not in _columns(self._connection):
                # A build that began before units said where they come from.
                self._connection.execute(
                    "ALTER TABLE units ADD COLUMN provenance TEXT NOT NULL DEFAULT ''"
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def record(self, unit: UnitRecord) -> None:
        """Remember a unit; call it only once the unit's file has its final name."""
        with _explained(self.path):
            self._connection.execute(
                "INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    unit.key,
                    unit.kind,
                    unit.state,
                    unit.task_id,
                    json.dumps(unit.configuration_ids),
                    unit.rows,
                    unit.digest,
                    unit.error,
                    unit.provenance,
                ),
            )

    def forget(self, keys: Iterable[str]) -> None:
        """Have units done again."""
        with _explained(self.path):
            self._connection.executemany(
                "DELETE FROM units WHERE key = ?", [(key,) for key in keys]
            )

    def read(self, kind: str, state: State | None = None) -> list[UnitRecord]:
        """Units of one kind, by key."""
        return _read(self._connection, self.path, kind, state)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock, found out without writing."""
    if not path.exists():
        return False
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", timeout=0.0, uri=True, isolation_level=None
        )
        with contextlib.closing(connection):
            connection.execute("SELECT * FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.Error:
        return False
    return False


class BuildLock:
    """Held by the one process that writes a build; released however that process ends.

    SQLite's own file lock does it on every system. Raises `HistoryError` when it is taken,
    all of `wait_s` seconds.
    """

    def __init__(self, path: Path, *, wait_s: float = 0.0, doing: str = "building in") -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
        except sqlite3.Error as error:
            raise HistoryError(f"cannot use {path}: {error}") from error
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            if "locked" not in str(error):
                raise HistoryError(f"cannot use {path}: {error}") from error
            raise HistoryError(
                f"another process is {doing} {path.parent}; wait for it, or stop it"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
