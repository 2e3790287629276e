"""The measures by name: what each compares, and what a base keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np

from warmstart.errors import ArgumentError, SimilarityError

Floats = np.ndarray[Any, np.dtype[np.float64]]
Norm = Literal["mean", "root_mean_square", "euclidean", "cosine", "shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One way of telling how far tasks are apart."""

    name: str

    part: str
    """Field of a :class:`~warmstart.similarity.task_view.TaskView` it works on."""

    made_by: str
    """Module below ``warmstart.similarity`` and class."""

    norm: Norm = "euclidean"
    """Of the difference of two tasks' vectors."""

    kept: bool = True
    """Whether a base can keep what it compares, as numbers."""

    instead: str = ""
    """Of one that is not kept: what to do."""

    paper: str = ""

    def make(self, **settings: Any) -> Any:
        """An unfitted object, such as :class:`~warmstart.similarity.gw_otdd.GWOTDD`."""
        module, _, made = self.made_by.partition(":")
        maker: Callable[..., Any] = getattr(
            import_module(f"warmstart.similarity.{module}"), made
        )
        return maker(**settings)


MEASURES: dict[str, Measure] = {
    one.name: one
    for one in (
        Measure(
            name="metafeatures",
            part="metafeatures",
            made_by="embeddings.metafeatures:MetafeatureEmbedding",
            norm="mean",
            paper="Vanschoren 2018",
        ),
        Measure(
            name="text",
            part="text",
            made_by="text:TextEmbedding",
            norm="cosine",
            paper="Drori et al. 2019",
        ),
        Measure(
            name="title",
            part="text",
            made_by="text:TextEmbedding",
            norm="cosine",
            paper="Drori et al. 2019",
        ),
        Measure(
            name="sentence",
            part="text",
            made_by="embeddings.sentence:SentenceEmbedding",
            norm="cosine",
            paper="Drori et al. 2019, Miller 2024",
        ),
        Measure(
            name="gw_otdd",
            part="rows",
            made_by="gw_otdd:GWOTDD",
            norm="root_mean_square",
            paper="Alvarez-Melis and Fusi 2020, Mémoli 2011",
        ),
        Measure(
            name="dataset2vec",
            part="rows",
            made_by="embeddings.dataset2vec:Dataset2Vec",
            paper="Jomaa et al. 2021",
        ),
        Measure(
            name="dida",
            part="rows",
            made_by="embeddings.dida:DIDA",
            paper="De Bie et al. 2020",
        ),
        Measure(
            name="task2vec",
            part="images",
            made_by="embeddings.task2vec:Task2Vec",
            norm="shares",
            paper="Achille et al. 2019",
        ),
        Measure(
            name="otdd",
            part="rows",
            made_by="otdd:OTDD",
            kept=False,
            instead=(
                "it compares rows in one feature space, and a base keeps no rows; compare "
                "tables at hand by warmstart.similarity.otdd.OTDD, or take 'gw_otdd'"
            ),
            paper="Alvarez-Melis and Fusi 2020",
        ),
        Measure(
            name="scores",
            part="scores",
            made_by="known.scores:ScoreDistance",
            kept=False,
            instead=(
                "it compares results, and nothing was evaluated on the new task; "
                "warmstart.search learns from each result told"
            ),
            paper="Wistuba et al. 2016",
        ),
    )
}
"""Each published measure, by the word that names it."""

KEPT = ("text", "gw_otdd", "dataset2vec", "dida", "task2vec")
"""Measures of which a base keeps vectors in files of their own: meta-features stand in its
tables, and so do the names and descriptions that titles and sentences are compared by."""


def published_measure(name: str) -> Measure:
    """The measure of a name.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    if name not in MEASURES:
        raise ArgumentError(f"there is no measure {name!r}; there are {', '.join(MEASURES)}")
    return MEASURES[name]


def refuse_not_kept(name: str) -> None:
    """Refuse a measure of which a base keeps nothing, and say what to do instead.

    Raises
    ------
    SimilarityError
    """
    measure = published_measure(name)
    if not measure.kept:
        raise SimilarityError(
            f"similarity {name!r} cannot be asked of a base: {measure.instead}"
        )


def vector_distances(norm: Norm, vector: Floats, known: Floats) -> Floats:
    """Distance of a vector to each of the known ones, shape (n_tasks,).

    Parameters
    ----------
    norm : str
        As :attr:`Measure.norm`; "shares" is Task2Vec's cosine of a / (a + b) and b / (a + b).
    vector : ndarray, shape (n_features,)
    known : ndarray, shape (n_tasks, n_features)

    Examples
    --------
    >>> known = np.array([[0.0, 0.0], [3.0, 4.0]])
    >>> vector_distances("euclidean", np.zeros(2), known).tolist()
    [0.0, 5.0]
    """
    gap = known - vector
    found: Floats
    if norm == "mean":
        found = np.abs(gap).mean(axis=1)
    elif norm == "root_mean_square":
        found = np.sqrt((gap**2).mean(axis=1))
    elif norm == "euclidean":
        found = np.linalg.norm(gap, axis=1)
    elif norm == "cosine":
        length = np.linalg.norm(known, axis=1) * np.linalg.norm(vector)
        found = np.clip(1 - known @ vector / np.where(length > 0, length, 1.0), 0, 1)
    else:
        from warmstart.similarity.embeddings.task2vec import normalised_cosine

        found = np.array([normalised_cosine(vector, other) for other in known])
    return found
