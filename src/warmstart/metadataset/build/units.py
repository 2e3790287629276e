"""What a build has done, in ``units.sqlite``: safe to read and write from many processes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
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
    except sqlite3.Error as error:
        raise HistoryError(f"cannot use {path}: {error}") from error


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
            columns = self._connection.execute("PRAGMA table_info(units)").fetchall()
            if "provenance" not in {row[1] for row in columns}:
                # A build that began before units said where they come from.
                self._connection.execute(
                    "ALTER TABLE units ADD COLUMN provenance TEXT NOT NULL DEFAULT ''"
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        query = "SELECT * FROM units WHERE kind = ?"
        values = [kind]
        if state is not None:
            query, values = f"{query} AND state = ?", [kind, state]
        with _explained(self.path):
            rows = self._connection.execute(f"{query} ORDER BY key", values).fetchall()
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


class BuildLock:
    """Held by the one process that writes a build; released however that process ends.

    SQLite's own file lock does it on every system. Raises `HistoryError` when taken.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path, timeout=0.0, isolation_level=None)
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise HistoryError(f"cannot use {path}: {error}") from error
            raise HistoryError(
                f"another process is building in {path.parent}; wait for it, or stop it"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
