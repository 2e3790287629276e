"""Vectors of known tasks in a base's folder: a versioned manifest and one npz a measure."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from warmstart.errors import KnowledgeError
from warmstart.metadataset.storage.files import write_atomically, write_json
from warmstart.similarity.known.known_tasks import KeptMeasure, KnownTasks
from warmstart.similarity.known.measures import KEPT, MEASURES, published_measure

FOLDER = "similarity"
_MANIFEST = "vectors.json"
_VERSION = 1
"""Raised whenever what is kept changes its meaning."""

_IDS = "task_ids"
_DAMAGED = (
    *(OSError, EOFError, KeyError, ValueError, TypeError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


def write_known(known: KnownTasks, base: Path) -> Path:
    """Write what is known beside a base's tables; numbers and task ids only.

    Parameters
    ----------
    known : KnownTasks
    base : path
        The base's folder.
    """
    folder = base / FOLDER
    measures = {}
    for name, one in known.kept.items():
        if name not in KEPT:
            continue
        write_measure(one.fitted, folder / f"{name}.npz", {_IDS: np.array(one.task_ids)})
        measures[name] = {"n_tasks": len(one.task_ids), **one.settings}
    folder.mkdir(parents=True, exist_ok=True)
    write_json({"version": _VERSION, "measures": measures}, folder / _MANIFEST)
    return folder


def read_known(base: Path) -> KnownTasks:
    """Read what :func:`write_known` wrote; empty where there is nothing.

    Raises
    ------
    KnowledgeError
        If a file is damaged or of another version.
    """
    folder = base / FOLDER
    manifest = folder / _MANIFEST
    if not manifest.exists():
        return KnownTasks()
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        version, measures = said["version"], dict(said["measures"])
    except _DAMAGED as error:
        raise KnowledgeError(f"{manifest} is damaged: {error!r}") from error
    if version != _VERSION:
        raise KnowledgeError(
            f"{manifest} has version {version!r}, this warmstart reads {_VERSION}; make the "
            "vectors anew with: warmstart build similarity FOLDER --tasks LIST"
        )
    kept = {}
    for name, settings in measures.items():
        if name not in MEASURES:
            raise KnowledgeError(f"{manifest} names {name!r}, no measure there is")
        fitted, ids = _read(name, folder / f"{name}.npz")
        # Whole numbers and yes or no stay so: read and written again, the bytes are the same.
        told = {
            key: value if isinstance(value, int) else float(value)
            for key, value in settings.items()
            if key != "n_tasks"
        }
        kept[name] = KeptMeasure(name=name, task_ids=ids, fitted=fitted, settings=told)
    return KnownTasks(kept)


def write_measure(
    measure: Any, path: Path, more: dict[str, np.ndarray[Any, Any]] | None = None
) -> Path:
    """Write a measure's numbers, such as the weights of a trained embedding, to an npz file.

    Parameters
    ----------
    measure : object
        With ``arrays()``.
    path : path
    more : dict of str to ndarray, optional
        Other arrays to keep beside them.
    """
    arrays = {**measure.arrays(), **(more or {})}
    # Half precision: far below what a sample of rows leaves open, and a quarter of the room.
    small = {
        name: value.astype("float16") if name == "vectors" else _single(value)
        for name, value in arrays.items()
    }

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **small)

    write_atomically(path, write)
    return path


def read_measure(name: str, path: Path) -> Any:
    """Read a measure that :func:`write_measure` wrote; needs no torch.

    Parameters
    ----------
    name : str
        Of the measure.
    path : path

    Raises
    ------
    KnowledgeError
        If the file is damaged, or of another measure.
    """
    published_measure(name)
    if not path.is_file():
        raise KnowledgeError(f"there are no weights of {name} at {path}")
    return _read(name, path)[0]


def _read(name: str, path: Path) -> tuple[Any, tuple[str, ...]]:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as found:
            arrays = dict(found)
        ids = tuple(str(task) for task in arrays.pop(_IDS, ()))
        fitted = type(MEASURES[name].make()).from_arrays(arrays)
        n_vectors = 0 if fitted.vectors_ is None else len(fitted.vectors_)
    except _DAMAGED as error:
        raise KnowledgeError(f"{path} holds no {name} warmstart wrote: {error!r}") from error
    if n_vectors != len(ids):
        raise KnowledgeError(f"{path} holds {n_vectors} vectors of {len(ids)} tasks")
    return fitted, ids


def _single(value: Any) -> np.ndarray[Any, Any]:
    array = np.asarray(value)
    return array.astype("float32") if array.dtype.kind == "f" else array
