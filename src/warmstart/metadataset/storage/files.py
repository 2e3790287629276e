"""Writing files so that a kill or a full disk leaves the old file or the new one, whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warmstart.errors import HistoryError

TEMPORARY = ".writing-"
"""How the names of files begin that are not whole yet; what a kill leaves is removed."""


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a temporary file beside `path`, then rename it to `path`.

    Raises
    ------
    HistoryError
        If the file system refuses: read-only, full, no such folder. `path` is as before.
    """
    # Another thread, or a machine that shares the folder, may write the same file.
    temporary = path.with_name(f"{TEMPORARY}{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        sync(temporary)
        os.replace(temporary, path)  # noqa: PTH105 - says that it replaces
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise HistoryError(
            f"cannot write {path}: {error.strerror or error}; nothing already written is lost"
        ) from error


def remove_leftovers(folder: Path) -> None:
    """Delete temporary files that a killed process left in `folder`."""
    for path in folder.glob(f"**/{TEMPORARY}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file survive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sorted_table(table: pa.Table, by: Sequence[str]) -> pa.Table:
    """The rows in ascending order of some columns."""
    return table.sort_by([(name, "ascending") for name in by])


def write_parquet(table: pa.Table, path: Path, *, sort_by: Sequence[str]) -> None:
    """Write a table, rows sorted: the same rows give the same bytes.

    Notes
    -----
    Measured numbers hardly compress as they are; their bytes, split by significance, do.
    """
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    others = [name for name in table.schema.names if name not in floats]
    ordered = sorted_table(table, sort_by)

    def write(temporary: Path) -> None:
        pq.write_table(
            ordered,
            temporary,
            compression="zstd",
            compression_level=9,
            use_dictionary=others,
            use_byte_stream_split=floats,
        )

    write_atomically(path, write)


def write_json(value: Any, path: Path) -> None:
    """Write plain values as JSON with sorted keys."""
    text = json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n"
    write_atomically(path, lambda temporary: _write_text(temporary, text))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()
