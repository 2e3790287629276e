"""From a meta-dataset to suggestions for a new dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from warmstart.recommend.answer.compose import compose
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.question.documented import documented
from warmstart.recommend.question.task_query import SearchQuery, SuggestQuery
from warmstart.recommend.store.task_learner import TaskLearner

if TYPE_CHECKING:
    from warmstart.domain import LearnerName, MetricName
    from warmstart.recommend.look.request import Progress
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.question.arguments import Acquisition, Similarity
    from warmstart.recommend.question.task_query import Strategy
    from warmstart.recommend.search import Search


class Recommender(TaskLearner):
    """Learns from a meta-dataset which configurations suit which datasets.

    Parameters
    ----------
    model : str or PerformanceModel
        ``"pmf"``, which predicts what tasks that share no configuration would have done on
        each other's; ``"transfer_gp"``, which does so even where they share some; any
        method of :data:`warmstart.recommend.methods.METHODS`; or an object with ``fit``
        and ``start``. What it ranks, PMF still predicts scores of.
    random_state : int

    Examples
    --------
    >>> import numpy as np
    >>> from warmstart.metadataset.metadataset import MetaDataset
    >>> rng = np.random.default_rng(0)
    >>> scores = pd.DataFrame(rng.uniform(size=(12, 1)) * 0.2 + rng.uniform(size=(12, 5)))
    >>> suggestions = Recommender().fit(MetaDataset.from_matrix(scores)).suggest(n=2)
    >>> len(suggestions), suggestions.strategy
    (2, 'pmf')
    """

    @documented
    def suggest(
        self,
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
        random_state: int | None = None,
    ) -> Suggestions:
        """Name the configurations most likely to be good on a new dataset.

        Parameters
        ----------
        {arguments}

        Returns
        -------
        Suggestions

        Raises
        ------
        DatasetError
            If the dataset cannot be learned from.
        KnowledgeError
            If the base knows no such task or metric, an excluded name is misspelt, or
            nothing fits the time budget or keeps the limits.
        SpaceMismatchError
            If `space` leaves nothing that is legal for the dataset.
        ValueError
            If `n`, `strategy`, `time_budget_s`, `look_s`, `look_n`, `n_jobs` or
            `random_state` is not one.
        """
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
        return self.answer(query)

    def answer(self, query: SuggestQuery) -> Suggestions:
        """As :meth:`suggest`: every entry asks by this one."""
        return compose(self.store, query)

    @documented
    def search(
        self,
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
    ) -> Search:
        """Begin a search that asks for configurations and learns from what it is told.

        Parameters
        ----------
        {arguments}

        Returns
        -------
        Search
            Where the tasks of the base share no configuration and no `candidates`, `space`
            or time budget is given, it also asks for new configurations near good ones.
        """
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
        return self.begin(query)

    def begin(self, query: SearchQuery) -> Search:
        """As :meth:`search`: every entry asks by this one."""
        from warmstart.recommend.begin_search import begin_search

        return begin_search(self.store, query)

    def resume(self, text: str) -> Search:
        """Go on with a search that was begun with this base; see :func:`warmstart.resume`."""
        from warmstart.recommend.begin_search import resume_search

        return resume_search(text, self.store)
