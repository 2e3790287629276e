"""Which known tasks a dataset is like, by one measure named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, KnowledgeError
from warmstart.knowledge.base import open_knowledge
from warmstart.similarity.by_name import measure_named, offered_measures

if TYPE_CHECKING:
    from warmstart.recommend.recommender import Recommender

By = Literal["metafeatures", "text"]
BUILT_IN: tuple[str, ...] = get_args(By)


def nearest_tasks(
    data: Any,
    y: Any = None,
    *,
    target: str | int | None = None,
    task_type: str | None = None,
    by: By | str = "metafeatures",
    text: str = "",
    metric: str | None = None,
    n: int = 10,
    knowledge: str | Path | Recommender | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Known tasks by their distance from a dataset, nearest first.

    Parameters
    ----------
    data, y, target, task_type
        The dataset, as :func:`warmstart.suggest` takes it.
    by : {"metafeatures", "text"} or str
        ``"metafeatures"``: mean absolute difference of quantiles of each meta-feature, what
        ``suggest`` goes by. ``"text"``: one minus the cosine of character n-grams of names,
        descriptions and names of columns; only tasks that share one are told. Or the name
        of a measure that an installed package offers.
    text : str
        Title and description of the dataset, beside the names of its columns; for ``"text"``.
    metric : str, optional
        By which a task's best configuration is told; by default the base's.
    n : int
        How many.
    knowledge : path or Recommender, optional
        Another base than the embedded one.
    random_state : int

    Returns
    -------
    DataFrame, shape (at most n, 6)
        ``task_id``, ``name``, ``family``, ``distance``, ``best_learner`` and ``best_score``.

    Raises
    ------
    ValueError
        If there is no such measure, or `n` is below 1.
    KnowledgeError
        If the base keeps nothing that the measure compares.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> found = nearest_tasks(load_iris(as_frame=True).frame, target="target", n=3)
    >>> found.shape, bool(found["distance"].is_monotonic_increasing)
    ((3, 6), True)
    """
    from warmstart.datasets.load import load_dataset
    from warmstart.recommend.history.training_scores import score_table

    if by not in BUILT_IN and by not in (offered := offered_measures()):
        raise ArgumentError(f"by must be one of {(*BUILT_IN, *offered)}, got {by!r}")
    if n < 1:
        raise ArgumentError(f"n must be at least 1, got {n}")
    dataset = load_dataset(
        data, y, target=target, task_type=task_type, random_state=random_state
    )
    md = open_knowledge(knowledge).md
    kind = "regression" if dataset.task_type == "regression" else "classification"
    table = score_table(md, metric, kind)
    if by == "text":
        names = [str(column.name) for column in dataset.schema.columns]
        rows, distances = _by_text(md, table, " ".join([text, *names]))
    elif by == "metafeatures":
        rows, distances = _by_metafeatures(table, dataset, random_state)
    else:
        rows, distances = _by_plugin(by, table, dataset, random_state)
    return _as_frame(md, table, rows[:n], distances[:n])


def _by_metafeatures(table: Any, dataset: Any, random_state: int) -> tuple[Any, Any]:
    from warmstart.metafeatures.extract import metafeatures_of
    from warmstart.recommend.base.neighbours import Relatives

    rows, _ = table.described()
    if table.metafeatures is None or not len(rows):
        raise KnowledgeError("the base holds no meta-features of tasks of this kind")
    found = metafeatures_of(dataset, random_state=random_state)
    known = table.metafeatures.loc[table.task_ids[rows]]
    shared = [str(name) for name in known if name in found.index and known[name].notna().any()]
    if not shared:
        raise KnowledgeError("the base describes its tasks by none of these meta-features")
    relatives = Relatives.fit(known[shared], table.families[rows], rows)
    return relatives.nearest(found[shared])


def _by_plugin(name: str, table: Any, dataset: Any, random_state: int) -> tuple[Any, Any]:
    from warmstart.metafeatures.extract import metafeatures_of

    measure = measure_named(name)
    found = metafeatures_of(dataset, random_state=random_state)
    distances = measure.fit(table).distances(found)
    rows = np.argsort(distances, kind="stable")
    rows = rows[np.isfinite(distances[rows])]
    if not len(rows):
        raise KnowledgeError(f"the base keeps nothing that the measure {name!r} compares")
    return rows, distances[rows]


def _by_text(md: Any, table: Any, text: str) -> tuple[Any, Any]:
    from warmstart.similarity.task_view import TaskView
    from warmstart.similarity.text import TextEmbedding

    known = md.tasks.loc[table.task_ids]
    parts = [
        known[one].fillna("").astype(str) for one in ("name", "description") if one in known
    ]
    texts = [" ".join(words).strip() for words in zip(*parts, strict=True)] if parts else []
    if not any(texts):
        raise KnowledgeError("the base keeps neither names nor descriptions of its tasks")
    measure = TextEmbedding().fit([TaskView(text=one) for one in texts])
    distances = measure.distances(TaskView(text=text))
    rows = np.argsort(distances, kind="stable")
    rows = rows[distances[rows] < 1]
    return rows, distances[rows]


def _as_frame(md: Any, table: Any, rows: Any, distances: Any) -> pd.DataFrame:
    tasks = table.task_ids[rows]
    names = md.tasks["name"].reindex(tasks) if "name" in md.tasks else pd.Series(tasks, tasks)
    best = np.array([int(np.nanargmax(table.scores[row])) for row in rows], dtype=np.intp)
    learners = md.learners.reindex(table.configuration_ids[best])
    return pd.DataFrame(
        {
            "task_id": [str(task) for task in tasks],
            "name": names.fillna("").astype(str).to_numpy(),
            "family": [str(table.families[row]) for row in rows],
            "distance": distances,
            "best_learner": learners.fillna("").astype(str).to_numpy(),
            "best_score": [
                float(table.scores[row, b]) for row, b in zip(rows, best, strict=True)
            ],
        }
    )
