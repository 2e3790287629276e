"""A data file, and how to read it where its content does not say."""

from __future__ import annotations

import codecs
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

from warmstart.datasets.checks import near_misses
from warmstart.errors import DatasetError, DatasetNotFoundError

DATA_SUFFIXES = frozenset(
    {".csv", ".tsv", ".txt", ".data", ".dat", ".parquet", ".pq", ".arff"}
    | {".feather", ".arrow", ".xlsx", ".xlsm", ".xls", ".ods", ".jsonl", ".ndjson", ".json"}
)

MAX_UNPACKED_MB = 4_096.0
"""Megabytes that a compressed file may unpack to unless more is allowed."""

STDIN = "-"
_STANDARD_INPUT = "standard input"
_SERVER_TIMEOUT_S = 30
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    r"""A data file; what is None is found out from its content.

    Parameters
    ----------
    path : path
        ``"-"`` is standard input; a web address is downloaded.
    separator : str, optional
        One character between the cells of a CSV file, or ``"\\t"``; a blank means any
        number of them.
    comment : str, optional
        One character from which on a line is no data.
    decimal : {".", ","}, optional
    encoding : str, optional
    header : bool, optional
        Whether the first line names the columns.
    max_unpacked_mb : float
        Megabytes that a compressed file may unpack to.

    Raises
    ------
    DatasetError
        If a value is none of these.

    Examples
    --------
    >>> DataFile(path="data.csv.gz", comment="#").comment
    '#'
    """

    path: Path | str
    separator: str | None = None
    comment: str | None = None
    decimal: Literal[".", ","] | None = None
    encoding: str | None = None
    header: bool | None = None
    max_unpacked_mb: float = MAX_UNPACKED_MB

    def __post_init__(self) -> None:
        if "://" not in str(self.path):
            object.__setattr__(self, "path", Path(self.path).expanduser())
        if self.separator in ("\\t", "tab"):
            object.__setattr__(self, "separator", "\t")
        for name in ("separator", "comment"):
            value = getattr(self, name)
            if value is not None and (len(value) != 1 or value in "\r\n\"'"):
                raise DatasetError(f"{name} must be one character, got {value!r}")
        if self.decimal not in (None, ".", ","):
            raise DatasetError(f"decimal must be '.' or ',', got {self.decimal!r}")
        if self.decimal is not None and self.decimal == self.separator:
            raise DatasetError(f"{self.decimal!r} cannot be both decimal and separator")
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError:
                raise DatasetError(f"there is no encoding {self.encoding!r}") from None
        if not self.max_unpacked_mb > 0:
            raise DatasetError(
                f"max_unpacked_mb must be positive megabytes, got {self.max_unpacked_mb!r}"
            )

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The bytes of the file, unpacked."""
        from warmstart.datasets.readers.compressed import opened

        with opened(Path(self.path), max_mb=self.max_unpacked_mb) as file:
            yield file

    @contextmanager
    def on_disk(self) -> Iterator[DataFile]:
        """The same as a file that can be read twice: what comes through a pipe is kept.

        Raises
        ------
        DatasetError
            If standard input is a terminal, a server does not answer, or more comes than
            `max_unpacked_mb`.
        """
        if is_address(self.path):
            with self._downloaded() as kept:
                yield kept
            return
        path = Path(self.path)
        if str(path) == STDIN and not path.exists():
            if sys.stdin is None or sys.stdin.isatty():
                raise DatasetError("standard input is a terminal; pipe a file into it")
            with self._kept(sys.stdin.buffer, _STANDARD_INPUT) as kept:
                yield kept
        elif path.is_fifo() or path.is_char_device() or path.is_socket():
            with path.open("rb") as file, self._kept(file, _STANDARD_INPUT) as kept:
                yield kept
        else:
            yield self

    @contextmanager
    def _downloaded(self) -> Iterator[DataFile]:
        from urllib.error import URLError
        from urllib.request import urlopen

        address = str(self.path)
        name = _name_in(address)
        try:
            # Only http and https, see is_address.
            with (
                urlopen(address, timeout=_SERVER_TIMEOUT_S) as answer,
                self._kept(answer, name) as kept,
            ):
                yield kept
        except (URLError, OSError, ValueError) as error:
            if isinstance(error, DatasetError):
                raise
            reason = getattr(error, "reason", None) or error
            raise DatasetError(f"{address} cannot be downloaded: {reason}") from error

    @contextmanager
    def _kept(self, source: IO[bytes], name: str) -> Iterator[DataFile]:
        left = int(self.max_unpacked_mb * 1_000_000)
        with tempfile.TemporaryDirectory(prefix="warmstart-") as folder:
            path = Path(folder, name)
            with path.open("wb") as file:
                while chunk := source.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise DatasetError(
                            f"{shown(self.path)} is longer than {self.max_unpacked_mb:g} MB; "
                            f"allow more with max_unpacked_mb={4 * self.max_unpacked_mb:g}"
                        )
                    file.write(chunk)
            yield replace(self, path=path)


def is_address(path: Path | str) -> bool:
    """Whether a file is somewhere in the web."""
    return str(path).lower().startswith(("http://", "https://"))


def _name_in(address: str) -> str:
    """Name of the file at an address."""
    from urllib.parse import unquote, urlsplit

    return Path(unquote(urlsplit(address).path)).name or "download"


def shown(path: Path | str) -> str:
    """What messages call a file.

    Examples
    --------
    >>> shown("-"), shown("a/b.csv")
    ('standard input', 'a/b.csv')
    """
    unnamed = str(path) in (STDIN, "/dev/stdin") or Path(path).name == _STANDARD_INPUT
    return _STANDARD_INPUT if unnamed else str(path)


def bare_name(path: Path | str) -> str:
    """Name of a file without what tells its format.

    Examples
    --------
    >>> bare_name(Path("data/v1.2/iris.v2.csv.gz")), bare_name("-")
    ('iris.v2', 'standard input')
    """
    name = Path(_STANDARD_INPUT if shown(path) == _STANDARD_INPUT else Path(path).name)
    if is_address(path):
        name = Path(_name_in(str(path)))
    from warmstart.datasets.readers.compressed import PACKED_SUFFIXES

    for suffixes in (PACKED_SUFFIXES, DATA_SUFFIXES):
        if name.suffix.lower() in suffixes:
            name = Path(name.stem)
    return str(name)


def check_path(path: Path | str) -> None:
    """Raise unless there is a file to be read, naming similar ones; reads nothing of it.

    Raises
    ------
    DatasetNotFoundError
        If there is none.
    DatasetError
        If it is a folder, or an address that is not of the web.
    """
    if is_address(path):
        return
    if "://" in str(path):
        raise DatasetError(f"{path} is no address that can be read; download it, pass the file")
    path = Path(path).expanduser()
    try:
        exists = path.exists()
    except (OSError, ValueError):  # longer than a name may be: a file's text, perhaps
        raise DatasetNotFoundError(
            f"there is no file {str(path)[:60]!r}…; to pass a table's text, read it with "
            "pandas.read_csv(io.StringIO(text)) first"
        ) from None
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in DATA_SUFFIXES)
        hint = f"; it holds {', '.join(inside[:5])}" if inside else ""
        raise DatasetError(f"{path} is a folder, not a data file{hint}")
    if exists or str(path) == STDIN:
        return
    folder = path.parent
    if not folder.is_dir():
        raise DatasetNotFoundError(f"there is no file {path}, and no folder {folder}")
    names = [p.name for p in folder.iterdir() if p.is_file()]
    similar = near_misses(path.name, names)
    hint = f"; did you mean {' or '.join(similar)}?" if similar else ""
    raise DatasetNotFoundError(f"there is no file {path}{hint}")


def check_address(data: object) -> None:
    """:func:`check_path` of whatever a dataset may be given as; tables are not looked at."""
    if isinstance(data, DataFile):
        check_path(data.path)
    elif isinstance(data, Path) or (isinstance(data, str) and not data.startswith("openml:")):
        check_path(data)
