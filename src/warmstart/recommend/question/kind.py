"""Which kind of task a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.datasets.checks import check_task_words
from warmstart.errors import KnowledgeError

if TYPE_CHECKING:
    from warmstart.metadataset.metadataset import MetaDataset


MEMBERS: dict[str, set[str | None]] = {
    "classification": {"binary", "multiclass", "classification"},
    "regression": {"regression"},
    "image": {"image"},
}
"""Task types of each kind of task; the types of one kind share models and metrics."""


def described_kind(md: MetaDataset, metafeatures: pd.Series[Any]) -> str | None:
    """The one kind of task whose known tasks have all of these meta-features, if there is.

    Parameters
    ----------
    md : MetaDataset
    metafeatures : Series, optional
        Of the new task, shape (n_features,) by name.
    """
    known = md.metafeatures
    names = set(metafeatures.dropna().index) & {str(name) for name in known.columns}
    fits = []
    for kind, members in MEMBERS.items():
        tasks = md.tasks.index[md.tasks["task_type"].isin(members)]
        of_kind = known[known.index.isin(tasks)].dropna(axis=1, how="all")
        if len(of_kind) and names <= {str(name) for name in of_kind.columns}:
            fits.append(kind)
    return fits[0] if len(fits) == 1 else None


def resolve_kind(known: tuple[str | None, ...], task_type: str | None) -> str | None:
    """Kind of task a question is about: "classification", "regression" or None.

    Parameters
    ----------
    known : tuple
        Kinds the base has; (None,) where its tasks do not say.
    task_type : str, optional
        What the question says.
    """
    check_task_words(task_type)
    if known == (None,) and task_type != "image":
        return None
    if task_type is None:
        if len(known) == 1:
            return known[0]
        raise KnowledgeError(
            f"the base knows {' and '.join(map(str, known))}; say which by task_type=, "
            "or pass a dataset"
        )
    kind = task_type if task_type in ("regression", "image") else "classification"
    if kind == "image" and kind not in known:
        raise KnowledgeError(
            "the knowledge base has no image tasks, only "
            f"{', '.join(map(str, known))}, and what is good on tables says little of images; "
            "make a base of image tasks with warmstart build local, and name it with knowledge="
        )
    if kind not in known:
        raise KnowledgeError(
            f"the knowledge base has no {kind} tasks, only {', '.join(map(str, known))}"
        )
    return kind
