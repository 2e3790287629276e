"""Storages of Optuna, opened without writing to them."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from warmstart.errors import HistoryError
from warmstart.histories.parsing.reading import first_line
from warmstart.histories.parsing.sqlite_copy import SQLITE, copy_sqlite

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
