"""The one call: a dataset in, configurations that worked on its like out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.datasets.readers.data_file import check_address
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.question.documented import documented
from warmstart.recommend.question.task_query import SearchQuery, SuggestQuery

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.domain import LearnerName, MetricName
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.look.request import Progress
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.question.arguments import Acquisition, Similarity
    from warmstart.recommend.question.task_query import Strategy
    from warmstart.recommend.recommender import Recommender
    from warmstart.recommend.search import Search


@documented
def suggest(
    data: Any = None,
    y: Any = None,
    *,
    target: Any = None,
    metafeatures: pd.Series[Any] | Mapping[str, float] | None = None,
    description: str | None = None,
    n_rows: int | None = None,
    n: int = 10,
    space: LearnerName | str | Iterable[LearnerName | str] | None = None,
    metric: MetricName | str | Callable[..., Any] | None = None,
    time_budget_s: float | None = None,
    objectives: str | Iterable[str] | None = None,
    max_predict_s: float | None = None,
    max_fit_s: float | None = None,
    max_size_mb: float | None = None,
    max_memory_mb: float | None = None,
    exclude: str | Iterable[Any] = (),
    knowledge: str | Path | Recommender | MetaDataset | None = None,
    strategy: Strategy = "auto",
    task_type: str | None = None,
    kinds: Mapping[Any, str] | None = None,
    proba: bool = False,
    similarity: Similarity = "auto",
    groups: Any = None,
    time: Any = None,
    look_s: float | None = None,
    look_n: int | None = None,
    n_jobs: int | None = None,
    progress: Progress | None = None,
    random_state: int = 0,
) -> Suggestions:
    """Suggest configurations for a dataset, from what worked on datasets like it.

    Parameters
    ----------
    {arguments}

    Returns
    -------
    Suggestions
        Best first; ``[0].configuration``, ``[0].estimator()``, ``.explain()``,
        ``.warnings``.

    Raises
    ------
    DatasetError
        If nothing can be learned from the data; the message says why and what to do.
    KnowledgeError, SpaceMismatchError, MissingExtraError
        If the question cannot be answered from the base, the space, or what is installed.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> suggestions = suggest(load_wine(as_frame=True), n=3)
    >>> len(suggestions), suggestions.metric
    (3, 'balanced_accuracy')
    >>> pipeline = suggestions[0].estimator()
    """
    check_address(data)  # before a base is read
    query = SuggestQuery(
        data=data,
        y=y,
        target=target,
        metafeatures=metafeatures,
        description=description,
        n_rows=n_rows,
        n=n,
        space=space,
        metric=metric,
        time_budget_s=time_budget_s,
        objectives=objectives,
        max_predict_s=max_predict_s,
        max_fit_s=max_fit_s,
        max_size_mb=max_size_mb,
        max_memory_mb=max_memory_mb,
        exclude=exclude,
        strategy=strategy,
        task_type=task_type,
        kinds=kinds,
        proba=proba,
        similarity=similarity,
        groups=groups,
        time=time,
        look_s=look_s,
        look_n=look_n,
        n_jobs=n_jobs,
        progress=progress,
        random_state=random_state,
    )
    return open_knowledge(knowledge).answer(query)


@documented
def search(
    data: Any = None,
    y: Any = None,
    *,
    target: Any = None,
    metafeatures: pd.Series[Any] | Mapping[str, float] | None = None,
    candidates: pd.DataFrame | None = None,
    n_initial: int = 1,
    acquisition: Acquisition = "ei",
    strategy: str = "auto",
    objectives: str | Iterable[str] | None = None,
    space: LearnerName | str | Iterable[LearnerName | str] | None = None,
    metric: MetricName | str | None = None,
    time_budget_s: float | None = None,
    max_predict_s: float | None = None,
    max_fit_s: float | None = None,
    max_size_mb: float | None = None,
    max_memory_mb: float | None = None,
    exclude: str | Iterable[Any] = (),
    task_type: str | None = None,
    kinds: Mapping[Any, str] | None = None,
    groups: Any = None,
    time: Any = None,
    look: Look | None = None,
    random_state: int | None = None,
    knowledge: str | Path | Recommender | MetaDataset | None = None,
) -> Search:
    """Begin an ask-and-tell search on a dataset, informed by all known tasks.

    Parameters
    ----------
    {arguments}

    Returns
    -------
    Search
        ``ask()``, ``tell(configuration, score)``, ``best``, ``history``, ``run``.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> finder = search(load_wine(as_frame=True))
    >>> first = finder.ask()
    >>> finder.tell(first, score=0.91, cost_s=0.2)
    >>> finder.best.score
    0.91
    """
    check_address(data)
    query = SearchQuery(
        data=data,
        y=y,
        target=target,
        metafeatures=metafeatures,
        candidates=candidates,
        n_initial=n_initial,
        acquisition=acquisition,
        strategy=strategy,
        objectives=objectives,
        space=space,
        metric=metric,
        time_budget_s=time_budget_s,
        max_predict_s=max_predict_s,
        max_fit_s=max_fit_s,
        max_size_mb=max_size_mb,
        max_memory_mb=max_memory_mb,
        exclude=exclude,
        task_type=task_type,
        kinds=kinds,
        groups=groups,
        time=time,
        look=look,
        random_state=random_state,
    )
    return open_knowledge(knowledge).begin(query)


def resume(
    text: str, knowledge: str | Path | Recommender | MetaDataset | None = None
) -> Search:
    """Go on with a search from what its :meth:`~warmstart.Search.to_json` gave.

    Parameters
    ----------
    text : str
    knowledge : path, Recommender or MetaDataset, optional
        The base the search was begun with.
    """
    return open_knowledge(knowledge).resume(text)
