"""Files that may be compressed, opened by their names."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from warmstart.errors import DatasetError

PACKED_SUFFIXES = frozenset({".gz", ".bz2", ".xz", ".zip"})
_MEGABYTE = 1_000_000


@contextmanager
def opened(path: Path, *, max_mb: float = math.inf) -> Iterator[IO[bytes]]:
    """A file's bytes, unpacked.

    Parameters
    ----------
    path : Path
    max_mb : float
        Megabytes that a compressed file may unpack to: two of them can hold two thousand.

    Raises
    ------
    DatasetError
        From a read beyond `max_mb`.
    OSError
        If a zip file holds several files.
    """
    openers: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    suffix = path.suffix.lower()
    if suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if len(names) != 1:
                raise OSError(f"it holds {len(names)} files; unpack it and pass one of them")
            with archive.open(names[0]) as file:
                yield _limited(file, path, max_mb)
    elif suffix in openers:
        with openers[suffix](path, "rb") as file:
            yield _limited(file, path, max_mb)
    else:
        with path.open("rb") as file:
            yield file


def _limited(file: IO[bytes], path: Path, max_mb: float) -> IO[bytes]:
    if math.isinf(max_mb):
        return file
    return io.BufferedReader(_Limited(file, path, max_mb))


class _Limited(io.RawIOBase):
    """A stream that ends in an error where it has given more than it may."""

    def __init__(self, file: IO[bytes], path: Path, max_mb: float) -> None:
        self._file, self._path, self._max_mb = file, path, max_mb
        self._left = int(max_mb * _MEGABYTE)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._file.read(len(buffer))
        self._left -= len(found)
        if self._left < 0:
            raise DatasetError(
                f"{self._path} unpacks to more than {self._max_mb:g} MB; allow more with "
                f"max_unpacked_mb={4 * self._max_mb:g}, or unpack it"
            )
        buffer[: len(found)] = found
        return len(found)
