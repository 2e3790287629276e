"""The manifest of a folder: written, read, checked, and compared with the files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from warmstart._version import __version__
from warmstart.errors import MetaDatasetError
from warmstart.metadataset.core import schema
from warmstart.metadataset.core.configurations import some
from warmstart.metadataset.storage.files import digest, write_json
from warmstart.metadataset.storage.folders.settling import MANIFEST

OURS = frozenset(
    {"schema_version", "warmstart_version", "metrics", "labels", "counts", "digests"}
)
"""Entries of a manifest that say how the files are; the rest says where they come from."""


_SHAPES: dict[str, tuple[type, type]] = {
    "labels": (dict, dict),
    "digests": (dict, str),
    "counts": (dict, int),
    "metrics": (list, str),
    "hyperparameters": (list, str),
    "sources": (list, str),
}
"""Entries of a manifest that are read: what each is, and what is in it."""


def write_manifest(
    folder: Path,
    files: Iterable[str],
    said: Mapping[str, Any],
    *,
    metrics: Sequence[str],
    counts: Mapping[str, int],
) -> dict[str, Any]:
    """Say in a folder what it holds; its other files are there already.

    Parameters
    ----------
    folder : path
    files : iterable of str
        Names, relative to the folder, of what gets a digest.
    said : mapping
        Where it comes from, and what else is worth knowing.
    metrics : sequence of str
        What there are scores in.
    counts : mapping of str to int
        Rows of the tables.

    Returns
    -------
    dict
        What was written.
    """
    manifest = {
        **said,
        "schema_version": schema.SCHEMA_VERSION,
        "warmstart_version": __version__,
        "metrics": list(metrics),
        "counts": dict(counts),
        "digests": {name: digest(folder / name) for name in sorted(files)},
    }
    write_json(manifest, folder / MANIFEST)
    return manifest


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and check the manifest of a folder."""
    file = path / MANIFEST
    try:
        manifest = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise MetaDatasetError(
            f"{path} holds no meta-dataset: there is no {MANIFEST}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise MetaDatasetError(f"{file} is damaged: {error}") from error
    if not isinstance(manifest, dict):
        raise MetaDatasetError(f"{file} is damaged: it holds no JSON object")
    version = manifest.get("schema_version")
    if version != schema.SCHEMA_VERSION:
        raise MetaDatasetError(
            f"{path} has schema version {version}, this warmstart reads "
            f"{schema.SCHEMA_VERSION}; write it anew with the version that made it"
        )
    for name, (kind, inside) in _SHAPES.items():
        if name not in OURS and name not in manifest:
            continue
        found = manifest.setdefault(name, kind())
        cells = found.values() if isinstance(found, dict) else found
        if not isinstance(found, kind) or not all(isinstance(cell, inside) for cell in cells):
            raise MetaDatasetError(
                f"{file} is damaged: {name} is no {kind.__name__} of {inside.__name__}"
            )
    return manifest


def check_digests(path: Path, manifest: dict[str, Any]) -> None:
    """Compare every file with its SHA-256 in the manifest.

    Raises
    ------
    MetaDatasetError
        Naming the files that differ or are missing.
    """
    wrong = [
        name
        for name, expected in manifest.get("digests", {}).items()
        if not (path / name).is_file() or digest(path / name) != expected
    ]
    if wrong:
        raise MetaDatasetError(
            f"{path} is damaged; these files are not as written: {some(wrong)}"
        )
