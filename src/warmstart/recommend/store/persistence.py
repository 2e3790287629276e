"""A recommender in a folder: its meta-dataset, and the fitted models as plain arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.metadataset.storage.files import write_json
from warmstart.metadataset.storage.folders.locking import locked
from warmstart.metadataset.storage.folders.replacing import staged
from warmstart.metadataset.storage.writing import (
    label_kinds,
    refuse_loss,
    refuse_place,
    write_parts,
)
from warmstart.recommend.methods import make_method
from warmstart.recommend.question.arguments import check_seed
from warmstart.recommend.store.resources import FILE, write_resources
from warmstart.recommend.store.saved_models import metrics_of, save_models

if TYPE_CHECKING:
    from warmstart.recommend.store.store import Store

_NAME = "recommender.json"
_FORMAT = 4
"""Raised whenever saved models change: 4 has how few tasks spread, and what batches gain."""


def save(store: Store, path: Path) -> Path:
    """Write everything needed to answer; models of every recorded metric are fitted first.

    Raises
    ------
    KnowledgeError
        If the model is an object, which only its own library could store.
    """
    if not isinstance(store.choice.given, str):
        raise KnowledgeError(
            f"model {store.choice.given!r} cannot be saved; only models with a name can"
        )
    refuse_place(path)
    label_kinds(store.md)  # before anything is made
    with locked(path) as folder, staged(folder) as new:
        refuse_place(folder)
        refuse_loss(store.md, folder)
        write_parts(store.md, new)
        (new / "models").mkdir()
        for kind in store.task_types():
            for metric in metrics_of(store.md.metrics, kind):
                try:
                    fitted = store.fitted(kind, metric)
                except MetaDatasetError:  # a metric that no task of this kind has a score in
                    continue
                # Measured now, for whoever reads it must not wait for that.
                _ = fitted.models.optimism
                save_models(new, (kind, metric), fitted.pmf, fitted.chooser)
        if resources := store.resources():
            write_resources(resources, new / "models" / FILE)
        settings = {
            "format": _FORMAT,
            "model": store.choice.given,
            "random_state": store.random_state,
        }
        write_json(settings, new / _NAME)
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a folder holds."""

    md: MetaDataset
    model: str
    random_state: int

    path: Path | None
    """Where models are; None where there are none, and they must be fitted."""


def read(path: Path) -> Saved:
    """Read a folder that :func:`save` wrote, or any meta-dataset.

    Raises
    ------
    KnowledgeError
        If there is no such folder, it holds no meta-dataset, or it is of another format.
    """
    if not path.is_dir():
        raise KnowledgeError(f"there is no knowledge base at {path}")
    try:
        md = MetaDataset.open(path)
    except MetaDatasetError as error:
        raise KnowledgeError(f"no knowledge base can be read: {error}") from error
    if not (path / _NAME).exists():
        return Saved(md=md, model="pmf", random_state=0, path=None)
    settings = _settings(path / _NAME)
    try:
        model, seed = str(settings["model"]), int(settings["random_state"])
        make_method(model)
        check_seed(seed)
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(f"{path / _NAME} is damaged: {error!r}") from error
    return Saved(md=md, model=model, random_state=seed, path=path)


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise KnowledgeError(f"{path} is damaged: {error}") from error
    given = settings.get("format") if isinstance(settings, dict) else None
    if given == _FORMAT:
        return dict(settings)
    what = f"{path} has format {given!r}, this version reads {_FORMAT}"
    if not isinstance(given, int):
        raise KnowledgeError(f"{what}: it is damaged, or nothing warmstart wrote")
    if given > _FORMAT:
        raise KnowledgeError(f"{what}: a newer warmstart saved it; upgrade to read it")
    raise KnowledgeError(
        f"{what}: its models are those of an older warmstart. Its meta-dataset is fine: fit it "
        "and save it again, by Recommender().fit(MetaDataset.open(folder)).save(new_folder)"
    )
