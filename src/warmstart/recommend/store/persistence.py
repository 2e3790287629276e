"""Reading a recommender from a folder: its meta-dataset, and which model answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.metadataset.metadataset import MetaDataset
from warmstart.recommend.methods import make_method
from warmstart.recommend.question.arguments import check_seed

NAME = "recommender.json"
FORMAT = 4
"""Raised whenever saved models change: 4 has how few tasks spread, and what batches gain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a folder holds."""

    md: MetaDataset
    model: str
    random_state: int

    path: Path | None
    """Where models are; None where there are none, and they must be fitted."""


def read(path: Path) -> Saved:
    """Read a folder that :meth:`warmstart.Recommender.save` wrote, or any meta-dataset.

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
    if not (path / NAME).exists():
        return Saved(md=md, model="pmf", random_state=0, path=None)
    settings = _settings(path / NAME)
    try:
        model, seed = str(settings["model"]), int(settings["random_state"])
        make_method(model)
        check_seed(seed)
    except (ValueError, KeyError, TypeError) as error:
        raise KnowledgeError(f"{path / NAME} is damaged: {error!r}") from error
    return Saved(md=md, model=model, random_state=seed, path=path)


def _settings(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise KnowledgeError(f"{path} is damaged: {error}") from error
    given = settings.get("format") if isinstance(settings, dict) else None
    if given == FORMAT:
        return dict(settings)
    what = f"{path} has format {given!r}, this version reads {FORMAT}"
    if not isinstance(given, int):
        raise KnowledgeError(f"{what}: it is damaged, or nothing warmstart wrote")
    if given > FORMAT:
        raise KnowledgeError(f"{what}: a newer warmstart saved it; upgrade to read it")
    raise KnowledgeError(
        f"{what}: its models are those of an older warmstart. Its meta-dataset is fine: fit it "
        "and save it again, by Recommender().fit(MetaDataset.open(folder)).save(new_folder)"
    )
