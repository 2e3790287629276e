"""Write a knowledge base: a meta-dataset and the models fitted to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from warmstart.errors import KnowledgeError
from warmstart.metadataset.storage.folders.owners import holds_others, is_build
from warmstart.recommend.recommender import Recommender
from warmstart.recommend.store.known_vectors import KnownVectors
from warmstart.recommend.store.resources import FILE, read_resources, resources_of
from warmstart.recommend.store.saving import save

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset


def write_base(
    md: MetaDataset,
    path: Path,
    *,
    before: Path | None = None,
    recorded: MetaDataset | None = None,
) -> Path:
    """Fit the default model to every metric of `md` and write both to a folder.

    An older base there is replaced once everything is fitted; its data card stays.

    Parameters
    ----------
    md : MetaDataset
    path : path
        Where to.
    before : path, optional
        Folder of a base whose tasks are among those of `md`: what it keeps of them for other
        measures of similarity is kept, and what it says of sizes and memory.
    recorded : MetaDataset, optional
        Runs from which sizes and memory are learnt instead, by default those of `md`.

    Raises
    ------
    KnowledgeError
        If `path` holds something other than a knowledge base, or what `before` keeps is
        damaged.
    """
    if is_build(path) or holds_others(path):
        raise KnowledgeError(f"{path} holds something other than a knowledge base")
    # What was measured beside the scores is learnt from now; the history keeps it.
    store = Recommender().fit(replace(md, _measured=None)).store
    if before is not None:
        store = store.with_known(KnownVectors.of(md, before).known)
    saved = None if before is None else before / "models" / FILE
    if recorded is None and saved is not None and saved.exists():
        store.resource_models = read_resources(saved)
    else:
        store.resource_models = resources_of(md if recorded is None else recorded)
    return save(store, path)
