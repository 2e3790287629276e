"""The one call: a dataset in, configurations that worked on its like out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmstart.datasets.readers.data_file import check_address
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.search import Search

if TYPE_CHECKING:
    import pandas as pd

    from warmstart.domain import LearnerName, MetricName
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.recommend.answer.suggestions import Suggestions
    from warmstart.recommend.look.request import Progress
    from warmstart.recommend.look.result import Look
    from warmstart.recommend.question.search_question import Acquisition
    from warmstart.recommend.recommender import Recommender, Similarity, Strategy


def suggest(
    data: Any = None,
    y: Any = None,
    *,
    target: Any = None,
    metafeatures: pd.Series[Any] | Mapping[str, float] | None = None,
    description: str | None = None,
    n: int = 10,
    space: LearnerName | str | Iterable[LearnerName | str] | None = None,
    metric: MetricName | str | Callable[..., Any] | None = None,
    time_budget_s: float | None = None,
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
    data, y, target, task_type, kinds :
        The dataset: a DataFrame of any library with `target`, ``X`` and ``y``, a path to
        CSV, Parquet or ARFF, a scikit-learn ``Bunch``, or ``"openml:31"``; see
        :func:`warmstart.datasets.load.load_dataset`.
    metafeatures : Series or mapping, optional
        Describe the dataset when it is not at hand.
    description : str, optional
        What the data will be, in words, where there is none yet; say its `task_type`.
    n : int
        How many configurations.
    space : str or iterable of str, optional
        Restrict to these learners, such as ``"lightgbm"``.
    metric : str or callable, optional
        What to be good at: balanced_accuracy (the default), accuracy, roc_auc, log_loss or
        f1_macro; r2 (the default), rmse or mae. Scores are higher-is-better: losses are
        negative. A scorer the base does not hold, such as "average_precision" or one made
        by scikit-learn's ``make_scorer``, is answered by the nearest it has, and
        ``warnings`` says so.
    proba : bool
        Suggest only classifiers that have ``predict_proba``.
    time_budget_s : float, optional
        Predicted seconds, on one core of this machine, that fitting each suggested
        configuration once may take together.
    exclude : str or iterable
        Known tasks to forget, by id, name or family.
    knowledge : path, Recommender or MetaDataset, optional
        Another base than the embedded one.
    strategy : {"auto", "pmf", "portfolio", "knn", "random", "anytime"}
        "auto" is PMF, or the portfolio for a dataset unlike everything known; "anytime"
        orders by expected gain per second, for a list that is run until time is over.
    similarity : {"auto", "metafeatures", "text"}
        By what the known tasks most like this one are named: meta-features of the data, or
        the `description`; "auto" by what is given.
    groups : str, int or array-like of shape (n_rows,), optional
        Which rows belong together, such as those of one customer: a column by name, which
        is then no feature, or a value a row. Where the base has scores with whole groups
        held out, they count; where it has none, ``warnings`` says so.
    time : str, int or array-like of shape (n_rows,), optional
        When rows are from, likewise for later rows held out; the column stays a feature.
    look_s : float, optional
        Look before answering: spend at most so many seconds on fits to parts of the
        data, and name first what is best by all that is known then. 0, the default,
        answers at once.
    look_n : int, optional
        Try at most so many configurations; alone it bounds the look without a clock,
        so that the same seed gives the same answer.
    n_jobs : int, optional
        Fits of the look at a time, in threads; -1 for one on each core. 1 by default.
    progress : callable, optional
        Called after each fit of the look with a
        :class:`~warmstart.recommend.look.search.LookState`.
    random_state : int
        The same input and seed give the same answer, after a look by the clock a like one.

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
    return open_knowledge(knowledge).suggest(
        data,
        y,
        target=target,
        metafeatures=metafeatures,
        description=description,
        n=n,
        space=space,
        metric=metric,
        time_budget_s=time_budget_s,
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


def search(
    data: Any = None,
    y: Any = None,
    *,
    target: Any = None,
    metafeatures: pd.Series[Any] | Mapping[str, float] | None = None,
    candidates: pd.DataFrame | None = None,
    n_initial: int = 1,
    acquisition: Acquisition = "ei",
    space: LearnerName | str | Iterable[LearnerName | str] | None = None,
    metric: MetricName | str | None = None,
    time_budget_s: float | None = None,
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
    data, y, target, metafeatures, space, metric, exclude, task_type, kinds, groups, time :
        As in :func:`suggest`.
    candidates, n_initial, acquisition, time_budget_s, look, random_state :
        As in :meth:`warmstart.Recommender.search`.
    knowledge : path, Recommender or MetaDataset, optional
        Another base than the embedded one.

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
    return open_knowledge(knowledge).search(
        data,
        y,
        target=target,
        metafeatures=metafeatures,
        candidates=candidates,
        n_initial=n_initial,
        acquisition=acquisition,
        space=space,
        metric=metric,
        time_budget_s=time_budget_s,
        exclude=exclude,
        task_type=task_type,
        kinds=kinds,
        groups=groups,
        time=time,
        look=look,
        random_state=random_state,
    )


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
    return Search.from_json(text, open_knowledge(knowledge))
