"""Write a knowledge base: a meta-dataset and the models fitted to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from warmstart.errors import KnowledgeError
from warmstart.metadataset.storage.folders.owners import holds_others, is_build
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.store.resources import resources_of

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset


def write_base(md: MetaDataset, path: Path) -> Path:
    """Fit the default model to every metric of `md` and write both to a folder.

    An older base there is replaced once everything is fitted; its data card stays.

    Parameters
    ----------
    md : MetaDataset
    path : path
        Where to.

    Raises
    ------
    KnowledgeError
        If `path` holds something other than a knowledge base.
    """
    if is_build(path) or holds_others(path):
        raise KnowledgeError(f"{path} holds something other than a knowledge base")
    # What was measured beside the scores is learnt from now; the history keeps it.
    recommender = Recommender().fit(replace(md, _measured=None))
    recommender.store.resource_models = resources_of(md)
    recommender.save(path)
    return path
