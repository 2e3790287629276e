"""Answers of a server as they came, one compressed file a request: never ask twice."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import threading
import time
import zlib
from pathlib import Path

from warmstart.errors import HistoryError

_TEMPORARY = ".writing-"


class CacheError(HistoryError):
    """The file system refuses to keep an answer; nothing can go on without."""


class PageCache:
    """A folder of raw answers by server and path; neither holds an API key.

    Several threads and, one after another, several processes may use it.

    Parameters
    ----------
    folder : path
    max_age_s : float
        Answers older than this count as not there.
    """

    def __init__(self, folder: Path, *, max_age_s: float = math.inf) -> None:
        self.folder, self._max_age_s = folder, max_age_s

    def path(self, server: str, request: str) -> Path:
        """Where the answer to a request is or would be."""
        name = hashlib.sha256(f"{server}\n{request}".encode()).hexdigest()[:32]
        return self.folder / name[:2] / f"{name}.xml.gz"

    def read(self, server: str, request: str) -> bytes | None:
        """The answer, or None where there is none or its file is damaged."""
        path = self.path(server, request)
        try:
            if time.time() - path.stat().st_mtime > self._max_age_s:
                return None
            return gzip.decompress(path.read_bytes())
        except (FileNotFoundError, gzip.BadGzipFile, EOFError, zlib.error):
            return None
        except OSError as error:
            raise CacheError(f"cannot read {self.folder}: {error}") from error

    def write(self, server: str, request: str, packed: bytes) -> None:
        """Keep an answer, already compressed.

        Raises
        ------
        CacheError
            If the file system refuses: read-only, full.
        """
        path = self.path(server, request)
        temporary = path.with_name(
            f"{_TEMPORARY}{os.getpid()}-{threading.get_ident()}-{path.name}"
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A page lost in a power cut is asked for again, so nothing waits for the disk.
            temporary.write_bytes(packed)
            os.replace(temporary, path)  # noqa: PTH105 - says that it replaces
        except OSError as error:
            temporary.unlink(missing_ok=True)
            why = error.strerror or error
            raise CacheError(
                f"cannot write {path}: {why}; nothing already written is lost"
            ) from error
