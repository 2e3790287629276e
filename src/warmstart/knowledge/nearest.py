"""Which known tasks a dataset is like, by one measure named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from warmstart.errors import ArgumentError, KnowledgeError, SimilarityError
from warmstart.knowledge.base import open_knowledge
from warmstart.similarity.by_name import measure_named, offered_measures
from warmstart.similarity.known.measures import MEASURES, refuse_not_kept

if TYPE_CHECKING:
    from warmstart.recommend.recommender import Recommender
    from warmstart.recommend.store.store import Store


def nearest_tasks(
    data: Any,
    y: Any = None,
    *,
    target: str | int | None = None,
    task_type: str | None = None,
    by: str = "metafeatures",
    text: str = "",
    scores: Mapping[Any, float] | None = None,
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
    by : str
        A measure, of :data:`~warmstart.similarity.known.measures.MEASURES`.
        ``"metafeatures"``: mean absolute difference of quantiles of each meta-feature, what
        ``suggest`` goes by. ``"text"``: one minus the cosine of character n-grams of names,
        descriptions and names of columns; only tasks that share one are told.
        ``"sentence"``: the same of what names and descriptions mean (extra ``text``).
        ``"scores"``: share of pairs of configurations ordered differently; only tasks that
        share two.
        ``"gw_otdd"``, ``"dataset2vec"``, ``"dida"`` compare rows, ``"task2vec"`` images, with
        what the base keeps of its own. Or the name of a measure that an installed package
        offers.
    text : str
        Title and description of the dataset, beside the names of its columns; for ``"text"``
        and ``"sentence"``.
    scores : mapping of configuration id to float, optional
        Results on the dataset so far, higher is better; for ``"scores"``.
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
    SimilarityError
        If the dataset lacks it.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> found = nearest_tasks(load_iris(as_frame=True).frame, target="target", n=3)
    >>> found.shape, bool(found["distance"].is_monotonic_increasing)
    ((3, 6), True)
    """
    from warmstart.datasets.load import load_dataset
    from warmstart.recommend.history.training_scores import score_table
    from warmstart.recommend.question.kind import resolve_kind

    if by not in MEASURES and by not in (offered := offered_measures()):
        raise ArgumentError(f"by must be one of {(*MEASURES, *offered)}, got {by!r}")
    if n < 1:
        raise ArgumentError(f"n must be at least 1, got {n}")
    dataset = load_dataset(
        data, y, target=target, task_type=task_type, random_state=random_state
    )
    store = open_knowledge(knowledge).store
    kind = resolve_kind(store.task_types(), dataset.task_type)
    md = _counting(store.md, kind, dataset.n_rows if by == "metafeatures" else None)
    table = score_table(md, metric, kind)
    if by == "metafeatures":
        rows, distances = _by_metafeatures(table, dataset, random_state)
    elif by == "scores":
        rows, distances = _by_scores(table, scores)
    elif by in MEASURES:
        rows, distances = _by_vectors(store, table, dataset, by, text, random_state)
    else:
        rows, distances = _by_plugin(by, table, dataset, random_state)
    return _as_frame(store.md, table, rows[:n], distances[:n])


def _counting(md: Any, kind: str | None, n_rows: int | None) -> Any:
    """Of numbers of rows that tables are known with, what ``suggest`` goes by, or the usual."""
    from warmstart.recommend.question.resampled import enough, not_counting, of_kind, rows_for

    tasks = of_kind(md.tasks, kind)
    max_rows = rows_for(tasks, n_rows)
    alone = enough(tasks, "random", max_rows)
    return md.drop(tasks=not_counting(tasks, "random", max_rows, alone=alone))


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
    rows, distances = _nearest_first(measure.fit(table).distances(found))
    if not len(rows):
        raise KnowledgeError(f"the base keeps nothing that the measure {name!r} compares")
    return rows, distances


def _by_scores(table: Any, scores: Mapping[Any, float] | None) -> tuple[Any, Any]:
    from warmstart.similarity.rank_correlation import RankCorrelation

    if not scores:
        raise SimilarityError(
            "similarity 'scores' compares results; pass scores= of at least two configurations"
        )
    places = {str(c): k for k, c in enumerate(table.configuration_ids)}
    told = {places[str(c)]: float(s) for c, s in scores.items() if str(c) in places}
    if len(told) < 2:
        raise SimilarityError(
            f"of the {len(scores)} configurations scored the base knows {len(told)}; orders "
            "are compared of two or more"
        )
    distances = RankCorrelation().fit(table).distances(scores=told)
    return _nearest_first(distances)


def _by_vectors(
    store: Store, table: Any, dataset: Any, by: str, text: str, random_state: int
) -> tuple[Any, Any]:
    from warmstart.similarity.known.views import N_ROWS, view_of
    from warmstart.similarity.quantiles import SENTENCE, TITLE

    refuse_not_kept(by)
    if by == "text" and by not in store.known.measures:
        by = TITLE
    kept = store.known.comparing((by,)).measure(by)
    view = view_of(
        dataset,
        names=(by,),
        description=text,
        n_rows=store.known.n_rows((by,)) or N_ROWS,
        random_state=random_state,
    )
    found = pd.Series(kept.fitted.distances(view), index=list(kept.task_ids))
    distances = found.reindex([str(task) for task in table.task_ids]).to_numpy("float64")
    if by in ("text", TITLE, SENTENCE):
        # No n-gram, or no meaning, in common is no neighbour.
        distances = np.where(distances < 1, distances, np.inf)
    return _nearest_first(np.nan_to_num(distances, nan=np.inf))


def _nearest_first(distances: Any) -> tuple[Any, Any]:
    rows = np.argsort(distances, kind="stable")
    rows = rows[np.isfinite(distances[rows])]
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
