"""Write a knowledge base: a meta-dataset and the models fitted to it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from warmstart.errors import KnowledgeError
from warmstart.recommend.recommender import Recommender

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset

DATA_CARD = "README.md"
"""Written by hand, so kept when the base beside it is made anew."""


def write_base(md: MetaDataset, path: Path) -> Path:
    """Fit the default model to every metric of `md` and write both to a folder.

    An older base there is replaced once everything is fitted; its data card stays.

    Raises
    ------
    KnowledgeError
        If `path` holds something other than a knowledge base.
    """
    holds = {found.name for found in path.iterdir()} - {DATA_CARD} if path.is_dir() else set()
    if path.is_file() or (holds and "manifest.json" not in holds):
        raise KnowledgeError(f"{path} holds something other than a knowledge base")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        new, old = Path(folder) / "new", Path(folder) / "old"
        # What was measured beside the scores answers no question; the history keeps it.
        Recommender().fit(replace(md, _measured=None)).save(new)
        if (path / DATA_CARD).is_file():
            shutil.copy2(path / DATA_CARD, new / DATA_CARD)
        if path.exists():
            path.rename(old)
        new.rename(path)
    return path
