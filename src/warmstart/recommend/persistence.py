"""A recommender in a folder: its meta-dataset, and the fitted models as plain arrays."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warmstart.errors import KnowledgeError
from warmstart.histories.metrics import METRICS
from warmstart.metadataset.files import write_atomically, write_json
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.models.pmf import PMF

if TYPE_CHECKING:
    from warmstart.recommend.recommender import Recommender

_NAME = "recommender.json"
_FORMAT = 1


def save(recommender: Recommender, path: Path) -> Path:
    """Write everything needed to answer; models of every recorded metric are fitted first.

    Raises
    ------
    KnowledgeError
        If the model is an object, which only its own library could store.
    """
    if not isinstance(recommender.model, str):
        raise KnowledgeError(
            f"model {recommender.model!r} cannot be saved; only models with a name can"
        )
    recommender.md.save(path)
    (path / "models").mkdir(exist_ok=True)
    for kind in recommender.task_types():
        for metric in _metrics(recommender, kind):
            arrays = recommender.fitted(kind, metric).pmf.to_arrays()
            write_atomically(_model_path(path, (kind, metric)), _writer(arrays))
    settings = {
        "format": _FORMAT,
        "model": recommender.model,
        "random_state": recommender.random_state,
    }
    write_json(settings, path / _NAME)
    return path


def _writer(arrays: dict[str, Any]) -> Any:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    return write


def _metrics(recommender: Recommender, kind: str | None) -> list[str | None]:
    """Recorded metrics that make sense for one kind of task."""
    recorded = recommender.md.metrics
    if kind is None:
        return [recorded[0]]
    regression = kind == "regression"
    return [
        m
        for m in recorded
        if m not in METRICS or ("regression" in METRICS[m].task_types) == regression
    ]


def load(path: Path) -> Recommender:
    """Read a folder that :func:`save` wrote, or any meta-dataset, which is then fitted.

    Raises
    ------
    KnowledgeError
        If there is no such folder, or it is of another format.
    """
    from warmstart.recommend.recommender import Recommender

    if not path.is_dir():
        raise KnowledgeError(f"there is no knowledge base at {path}")
    md = MetaDataset.open(path)
    settings_path = path / _NAME
    if not settings_path.exists():
        return Recommender().fit(md)
    settings = json.loads(settings_path.read_text(encoding="utf-8"))
    if settings.get("format") != _FORMAT:
        raise KnowledgeError(
            f"{settings_path} has format {settings.get('format')!r}, this version reads "
            f"{_FORMAT}; save the base again"
        )
    recommender = Recommender(settings["model"], random_state=settings["random_state"])
    recommender.attach(md, path)
    return recommender


def load_pmf(path: Path, key: tuple[str | None, str | None]) -> PMF | None:
    """The model fitted to one kind of task in one metric; None where none was saved."""
    file = _model_path(path, key)
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return PMF.from_arrays(dict(arrays))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise KnowledgeError(f"{file} is not a model warmstart wrote: {error}") from error


def _model_path(path: Path, key: tuple[str | None, str | None]) -> Path:
    kind, metric = (part or "any" for part in key)
    return path / "models" / f"{kind}-{metric}.npz"
