"""Writing a recommender to a folder: its meta-dataset, and the fitted models as arrays."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.errors import KnowledgeError, MetaDatasetError
from warmstart.execution.resampling import MAX_ROWS
from warmstart.metadataset.storage.files import write_json
from warmstart.metadataset.storage.folders.locking import locked
from warmstart.metadataset.storage.folders.replacing import staged
from warmstart.metadataset.storage.writing import (
    label_kinds,
    refuse_loss,
    refuse_place,
    write_parts,
)
from warmstart.recommend.question.resampled import caps_of, enough, of_kind
from warmstart.recommend.store.persistence import FORMAT, NAME
from warmstart.recommend.store.resources import FILE, write_resources
from warmstart.recommend.store.saved_models import metrics_of, save_models

if TYPE_CHECKING:
    from warmstart.recommend.store.store import Store


def save(store: Store, path: Path) -> Path:
    """Write everything needed to answer; models of every recorded metric are fitted first.

    Parameters
    ----------
    store : Store
        A base and its models.
    path : path
        A folder.

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
            of = of_kind(store.md.tasks, kind)
            rows = sorted({MAX_ROWS, *map(int, caps_of(of))})
            for metric, max_rows in product(metrics_of(store.md.metrics, kind), rows):
                # As a question that names no learners is answered.
                alone = enough(of, "random", max_rows)
                try:
                    fitted = store.fitted(kind, metric, n_rows=max_rows, alone=alone)
                except MetaDatasetError:  # a metric that no task of this kind has a score in
                    continue
                # Measured now, for whoever reads it must not wait for that.
                _ = fitted.models.optimism, fitted.models.told_optimism
                pmf = fitted.models.pmf_with_level
                about: dict[str, Any] = {"max_rows": max_rows, "alone": alone}
                save_models(new, (kind, metric), pmf, fitted.chooser, **about)
        if resources := store.resources():
            write_resources(resources, new / "models" / FILE)
        if store.keeps_vectors:
            from warmstart.similarity.known.files import write_known

            write_known(store.known.known.select(store.md.tasks.index), new)
        settings = {
            "format": FORMAT,
            "model": store.choice.given,
            "random_state": store.random_state,
        }
        write_json(settings, new / NAME)
    return path
