"""Storages of Optuna, opened without writing to them."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import first_line
from warmstart.histories.parsing.sqlite_copy import SQLITE, copy_sqlite

_STARTED = re.compile(rb'"datetime_start": ?"([^"]+)"')
_ZONE = re.compile(rb"(Z|[+-]\d\d:?\d\d)$")

_NO_DATABASES = {
    "redis": "hand in optuna.storages.JournalStorage(JournalRedisBackend(url)) itself",
    "http": "hand in optuna.storages.GrpcStorageProxy(host=…, port=…) itself",
    "https": "hand in optuna.storages.GrpcStorageProxy(host=…, port=…) itself",
}
"""Addresses people have that no database driver takes, and what to hand in instead."""


def shown_location(storage: Any) -> str:
    """A storage for messages; a URL without its password."""
    text = str(storage)
    scheme, separator, rest = text.partition("://")
    if not separator or "@" not in rest:
        return text
    user = rest.partition("@")[0].partition(":")[0]
    return f"{scheme}://{user}@{rest.rpartition('@')[2]}"


def check_location(location: str) -> None:
    if "://" in location and not location.startswith("sqlite"):
        scheme = location.partition("://")[0]
        if scheme in _NO_DATABASES:
            raise HistoryError(
                f"{shown_location(location)} is no storage of Optuna; {_NO_DATABASES[scheme]}"
            )
        return
    path = _sqlite_path(location)
    if not path.is_file():
        raise HistoryError(f"there is no Optuna storage {path}")


def _sqlite_path(location: str) -> Path:
    """File of an SQLite URL such as ``sqlite:///a.db``, or of a plain path."""
    if not location.startswith("sqlite"):
        return Path(location).expanduser()
    return Path(unquote(location.partition("://")[2].removeprefix("/").partition("?")[0]))


@contextlib.contextmanager
def open_storage(storage: Any) -> Iterator[Any]:
    """The storage itself, or one on a copy of its file."""
    from optuna.storages import BaseStorage, JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    if isinstance(storage, BaseStorage):
        yield storage
        return
    location = str(storage)
    if "://" in location and not location.startswith("sqlite"):
        # A server's database cannot be copied; nothing is created in it or upgraded.
        try:
            storage = RDBStorage(location, skip_table_creation=True)
        except Exception as error:
            # Its driver is not installed, the server is not there, or refuses.
            raise HistoryError(
                f"{shown_location(location)} cannot be read: {first_line(error)}; is the "
                "server up, and the Python driver its URL names installed?"
            ) from error
        yield storage
        return
    path = _sqlite_path(location)
    with tempfile.TemporaryDirectory(prefix="warmstart-") as folder:
        copy = Path(folder) / "copy"
        with path.open("rb") as file:
            head = file.read(len(SQLITE))
        if head != SQLITE:
            if head[:1] != b"{":
                raise HistoryError(f"{path} is neither an SQLite file nor an Optuna journal")
            shutil.copyfile(path, copy)
            try:
                journal = JournalStorage(JournalFileBackend(str(copy)))
            except Exception as error:
                raise HistoryError(
                    f"{path} is damaged: its operations cannot be replayed: {first_line(error)}"
                ) from error
            yield journal
            return
        copy_sqlite(path, copy)
        with _own_copy(copy, path) as rdb:
            yield rdb


@contextlib.contextmanager
def _own_copy(copy: Path, path: Path) -> Iterator[Any]:
    """A storage on our copy, with the schema of the Optuna that is installed."""
    from optuna.storages import RDBStorage

    try:
        # Missing tables are the upgrade's to make; it stumbles over those already there.
        rdb = RDBStorage(
            f"sqlite:///{copy}", skip_compatibility_check=True, skip_table_creation=True
        )
        if rdb.get_current_version() != rdb.get_head_version():
            rdb.upgrade()
    except Exception as error:
        raise HistoryError(f"{path} holds no study this Optuna can read: {error}") from error
    try:
        yield rdb
    finally:
        rdb.remove_session()
        rdb.engine.dispose()


def run_id(study_name: str, trial: Any, zoned: bool) -> str:
    """Name of a trial: numbers begin again in every study, and studies may share a name."""
    began = trial.datetime_start
    named = utc(began if zoned or began is None else began.replace(tzinfo=timezone.utc))
    return f"{study_name}/{trial.number}@{named}"


def utc(time: datetime | None) -> str:
    """Optuna's local times, which name no zone, in UTC."""
    try:
        return "" if time is None else time.astimezone(timezone.utc).isoformat()
    except (OverflowError, ValueError):  # year 1 or 9999
        return ""


def is_zoned(opened: Any, storage: Any) -> bool:
    """Whether the storage knows the moment of its times: Optuna 4 wrote local ones, no zone.

    Those are the same digits wherever they are read, so the digits name the run.
    """
    from optuna import __version__ as version
    from optuna.storages import JournalStorage

    if isinstance(opened, JournalStorage) and isinstance(storage, str | Path):
        with Path(storage).expanduser().open("rb") as file:
            first = next(filter(None, (_STARTED.search(line) for line in file)), None)
        return first is None or _ZONE.search(first[1]) is not None
    return int(version.partition(".")[0]) >= 5
