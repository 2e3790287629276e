"""Answers of a server as they came, one compressed file a request: never ask twice."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from pathlib import Path

from warmstart.errors import HistoryError

_TEMPORARY = ".writing-"


class PageCache:
    """A folder of raw answers by server and path; neither holds an API key.

    Several threads and, one after another, several processes may use it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, server: str, request: str) -> Path:
        """Where the answer to a request is or would be."""
        name = hashlib.sha256(f"{server}\n{request}".encode()).hexdigest()[:32]
        return self.folder / name[:2] / f"{name}.xml.gz"

    def read(self, server: str, request: str) -> bytes | None:
        """The answer, or None where there is none or its file is damaged."""
        try:
            return gzip.decompress(self.path(server, request).read_bytes())
        except (FileNotFoundError, gzip.BadGzipFile, EOFError, zlib.error):
            return None
        except OSError as error:
            raise HistoryError(f"cannot read {self.folder}: {error}") from error

    def write(self, server: str, request: str, packed: bytes) -> None:
        """Keep an answer, already compressed.

        Raises
        ------
        HistoryError
            If the file system refuses: read-only, full.
        """
        path = self.path(server, request)
        temporary = path.with_name(f"{_TEMPORARY}{os.getpid()}-{path.name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A page lost in a power cut is asked for again, so nothing waits for the disk.
            temporary.write_bytes(packed)
            os.replace(temporary, path)  # noqa: PTH105 - says that it replaces
        except OSError as error:
            temporary.unlink(missing_ok=True)
            why = error.strerror or error
            raise HistoryError(
                f"cannot write {path}: {why}; nothing already written is lost"
            ) from error
