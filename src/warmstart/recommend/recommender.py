"""From a meta-dataset to suggestions for a new dataset."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import pandas as pd
from threadpoolctl import threadpool_limits

from warmstart.domain import plain_value
from warmstart.errors import (
    ArgumentError,
    ArgumentTypeError,
    HistoryWarning,
    KnowledgeError,
    MetaDatasetError,
    NotFittedError,
)
from warmstart.execution.resampling import MAX_ROWS
from warmstart.metadataset.samplers import bias_note, samplers_of
from warmstart.models.pmf.pmf import PMF
from warmstart.recommend.answer.assemble import dress, find_relatives, find_relatives_by_text
from warmstart.recommend.answer.choose import ANYTIME, choose
from warmstart.recommend.answer.suggestions import Suggestions
from warmstart.recommend.base.fitted import Fitted
from warmstart.recommend.belief.first_knowledge import check_first_look
from warmstart.recommend.look.looked import Looked, with_measurement
from warmstart.recommend.look.request import Request, check_jobs, check_look
from warmstart.recommend.methods import check_acquisition, make_method
from warmstart.recommend.question.arguments import (
    check_budget,
    check_count,
    check_description,
    check_seed,
)
from warmstart.recommend.question.legal_candidates import check_pool, choose_candidates
from warmstart.recommend.question.resampled import not_counting, rows_for
from warmstart.recommend.question.search_question import Acquisition, Question, read_pool
from warmstart.recommend.question.task_query import TaskQuery
from warmstart.recommend.question.understand import (
    MEMBERS,
    find_duplicates,
    resolve_metric,
    understand,
)
from warmstart.recommend.search import Search
from warmstart.spaces.pipelines.learners import LEARNERS

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.domain import LearnerName, MetricName
    from warmstart.execution.resampling import Resampling
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.protocols import PerformanceModel
    from warmstart.recommend.look.request import Progress
    from warmstart.recommend.look.result import Look

Strategy = Literal["auto", "pmf", "portfolio", "knn", "random", "anytime"]
Similarity = Literal["auto", "metafeatures", "text"]
"""By what the known tasks most like a new one are named."""

STRATEGIES: tuple[str, ...] = get_args(Strategy)

_N_PARTIAL = 4
"""Models without excluded tasks that are kept for the next question."""


class Recommender:
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

    def __init__(self, model: str | PerformanceModel = "pmf", *, random_state: int = 0) -> None:
        # What is none is refused before anything is fitted.
        made = make_method(model)
        self.model = model
        self._pmf = made if isinstance(made, PMF) else PMF()
        self.method = None if isinstance(made, PMF) else made
        """What decides in place of PMF, if anything does; not fitted."""

        self.random_state = check_seed(random_state)
        self._md: MetaDataset | None = None
        self._fitted: dict[tuple[Any, ...], Fitted] = {}
        self._saved: Path | None = None

    def fit(self, md: MetaDataset) -> Self:
        """Learn from the tasks of `md`, in each kind of task's default metric.

        Other metrics are fitted when they are first asked for. Warns of histories whose
        configurations were chosen by looking at results.
        """
        _check_metadataset(md)
        self._md, self._fitted, self._saved = md, {}, None
        if note := bias_note(samplers_of(md._evaluations)):
            warnings.warn(note, HistoryWarning, stacklevel=2)
        for task_type in self.task_types():
            self.fitted(task_type, resolve_metric(md.metrics, None, task_type))
        return self

    def add(self, md: MetaDataset) -> Self:
        """Learn from more tasks without fitting anew.

        Each new task is completed from its results and becomes one more latent of the
        covariance; its configurations can be suggested. What meta-features predict is
        learnt from it at the next :meth:`fit`; see
        :func:`warmstart.models.pmf.incremental.with_task`. Where a task is known already, or an
        unaligned history outgrows its candidates, the models of its kind are fitted anew
        when they are next needed.

        Parameters
        ----------
        md : MetaDataset
            Tasks that are not known yet, in metrics that are.

        Examples
        --------
        >>> import numpy as np
        >>> from warmstart.metadataset.metadataset import MetaDataset
        >>> rng = np.random.default_rng(0)
        >>> scores = pd.DataFrame(rng.uniform(size=(12, 5)), index=[f"t{k}" for k in range(12)])
        >>> old, new = (MetaDataset.from_matrix(s) for s in (scores[:11], scores[11:]))
        >>> len(Recommender().fit(old).add(new).md)
        12
        """
        from warmstart.recommend.store.extend import extended

        if self._saved:
            from warmstart.recommend.store.persistence import saved_keys

            for kind, metric in saved_keys(self, self._saved):
                self.fitted(kind, metric)
        merged = self.md.merge(md)
        models, self._fitted = self._fitted, {}
        for key, fitted in models.items():
            task_type, metric, gone = key
            if gone:
                continue
            try:
                wider = extended(
                    fitted,
                    md,
                    metric=metric,
                    task_type=task_type,
                    random_state=self.random_state,
                )
            except MetaDatasetError:  # it has no task of this kind with a score in this metric
                self._fitted[key] = fitted
                continue
            if wider is not None:
                self._fitted[key] = wider
        # What was saved knows nothing of the new tasks.
        self._md, self._saved = merged, None
        return self

    def attach(self, md: MetaDataset, path: Path | None = None) -> None:
        """Answer from `md` with models fitted when first needed, or read from `path` then."""
        self._md, self._fitted, self._saved = md, {}, path

    @property
    def md(self) -> MetaDataset:
        """What it was fitted to."""
        if self._md is None:
            raise NotFittedError("the recommender is not fitted; call fit(md) or load(path)")
        return self._md

    @property
    def is_fitted(self) -> bool:
        """Whether it can answer."""
        return self._md is not None

    def task_types(self) -> tuple[str | None, ...]:
        """Kinds of task it knows: "classification", "regression", or None where unsaid."""
        types = set(self.md.tasks["task_type"]) if "task_type" in self.md.tasks else {None}
        kinds = [kind for kind, members in MEMBERS.items() if types & members]
        return tuple(kinds) or (None,)

    def fitted(
        self,
        task_type: str | None,
        metric: str | None,
        excluded: Iterable[Any] = (),
        *,
        resampling: Resampling = "random",
        n_rows: float | None = None,
    ) -> Fitted:
        """Everything fitted to one kind of task in one metric, without excluded tasks.

        Of tables that were scored in several ways, or with several numbers of rows, what
        is nearest to `resampling` and `n_rows` counts; see
        :mod:`warmstart.recommend.question.resampled`.
        """
        gone = list(excluded)
        tasks = self.md.tasks
        max_rows = rows_for(tasks, n_rows)
        way: tuple[str, ...] = () if resampling == "random" else (f"resampling: {resampling}",)
        way += () if max_rows == MAX_ROWS else (f"rows: {max_rows}",)
        key = task_type, metric, (*sorted(map(str, gone)), *way)
        others = set(not_counting(tasks, resampling, max_rows)) - set(gone)
        aside = [*gone, *(task for task in tasks.index if task in others)]
        if key not in self._fitted:
            from warmstart.recommend.store.persistence import load_models

            # Whoever leaves out each family in turn must not fill the memory with models.
            partial = [one for one in self._fitted if one[2]]
            for old in partial[: max(0, len(partial) + 1 - _N_PARTIAL)] if key[2] else ():
                del self._fitted[old]
            try:
                self._fitted[key] = Fitted.fit(
                    self.md.drop(tasks=aside) if aside else self.md,
                    metric=metric,
                    task_type=task_type,
                    saved=None
                    if key[2] or not self._saved
                    else load_models(self._saved, key[:2]),
                    pmf=self._pmf,
                    method=self.method,
                    random_state=self.random_state,
                )
            except MetaDatasetError as error:
                if not gone and self._saved:
                    raise MetaDatasetError(f"{self._saved}: {error}") from error
                if not gone:
                    raise
                raise KnowledgeError(
                    f"nothing is left to learn from without the {len(gone)} excluded tasks"
                ) from error
        return self._fitted[key]

    def suggest(
        self,
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
        data, y, target, task_type, kinds :
            The dataset, as in :func:`warmstart.datasets.load.load_dataset`. Without one,
            `metafeatures` describe it, or nothing does.
        metafeatures : Series or mapping, optional
            By name, as :func:`warmstart.extract_metafeatures` gives them.
        description : str, optional
            What the data will be, in words, where there is none yet; say its `task_type`. The
            answer is what does well on known tasks of its kind, with intervals as wide as
            that deserves: words name the known tasks that read most like it, and did not
            find better configurations where that was measured.
        n : int
            How many; fewer where fewer are legal or fit the time budget, and said so.
        space : str or iterable of str, optional
            Restrict to these learners or spaces.
        metric : str or callable, optional
            What to be good at; the task type's default otherwise. A scorer the base does not
            hold, such as "average_precision" or one made by scikit-learn's ``make_scorer``,
            is answered by the nearest it has, and `warnings` says so.
        time_budget_s : float, optional
            Predicted seconds that one fit of each may take together.
        proba : bool
            Suggest only classifiers that have ``predict_proba``.
        exclude : str or iterable
            Known tasks to forget, by id, name or family; the model is fitted without them.
        strategy : {"auto", "pmf", "portfolio", "knn", "random", "anytime"}
            "auto" is PMF, or the portfolio for a dataset unlike everything known; "anytime"
            orders by expected gain per second, for a list that is run until time is over.
        similarity : {"auto", "metafeatures", "text"}
            By what the known tasks most like this one are named: meta-features of the data,
            or the `description`; "auto" by what is given. The order of the suggestions
            follows meta-features in any case.
        groups : str, int or array-like of shape (n_rows,), optional
            Which rows belong together, such as those of one customer: a column by name,
            which is then no feature, or a value a row. Known tasks that were scored with
            whole groups held out count for their families, and a look holds them out too.
        time : str, int or array-like of shape (n_rows,), optional
            When rows are from, likewise; the column stays a feature.
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
        random_state : int, optional
            Seed of the posterior draws, of a look's folds and fits, and of the suggested
            estimators.

        Returns
        -------
        Suggestions

        Raises
        ------
        DatasetError
            If the dataset cannot be learned from.
        KnowledgeError
            If the base knows no such task or metric, an excluded name is misspelt, or
            nothing fits the time budget.
        SpaceMismatchError
            If `space` leaves nothing that is legal for the dataset.
        ValueError
            If `n`, `strategy`, `time_budget_s`, `look_s`, `look_n`, `n_jobs` or
            `random_state` is not one.
        """
        check_description(description, similarity, data, metafeatures)
        bounds = check_look(look_s, look_n)
        n_jobs = check_jobs(n_jobs)
        n, time_budget_s = check_count("n", n), check_budget(time_budget_s)
        if strategy not in STRATEGIES:
            raise ArgumentError(f"strategy must be one of {STRATEGIES}, got {strategy!r}")
        seed = check_seed(self.random_state if random_state is None else random_state)
        query = understand(
            self,
            TaskQuery(
                data=data,
                y=y,
                target=target,
                metafeatures=metafeatures,
                metric=metric,
                exclude=exclude,
                task_type=task_type,
                kinds=kinds,
                groups=groups,
                time=time,
            ),
        )
        fitted, phi, dataset = query.fitted, query.metafeatures, query.dataset
        columns, notes = choose_candidates(
            fitted, space, query.schema, proba=proba and query.kind == "classification"
        )
        relation, neighbours, near = find_relatives(fitted, phi)
        words = similarity == "text" or (similarity == "auto" and phi is None)
        if description is not None and words:
            neighbours, near = find_relatives_by_text(fitted, self.md.tasks, description)
        # On matrices this small, BLAS threads cost several times what they save.
        with threadpool_limits(limits=1, user_api="blas"):
            choice = choose(
                fitted,
                phi,
                columns,
                n,
                **self._decider(strategy, relation.flag is True),
                time_budget_s=time_budget_s,
                speed=self._speed(),
                random_state=seed,
            )
            looked = Looked(choice=choice)
            if bounds is not None:
                from warmstart.recommend.look.answer import look_and_choose

                looked = look_and_choose(
                    choice,
                    n,
                    dataset,
                    fitted,
                    phi,
                    columns,
                    Request(
                        bounds=bounds,
                        n_jobs=n_jobs,
                        progress=progress,
                        groups=None if dataset is None else dataset.groups,
                    ),
                    time_budget_s=time_budget_s,
                    speed=self._speed(),
                    random_state=seed,
                )
        choice, look = looked.choice, looked.look
        read = () if dataset is None else dataset.warnings
        told = [*read, *query.notes, *fitted.notes, *notes, *choice.notes, *looked.notes]
        if relation and not (data is None and metafeatures is None):
            instead = strategy == "auto" and choice.strategy == "portfolio"
            told.append(relation.reason + (" The portfolio is suggested." if instead else ""))
        if description is not None and data is None and metafeatures is None:
            told.append(
                "There is no data yet: the answer is what does well on known tasks of this "
                "kind, whatever the description; its words only name the tasks that read like "
                "it."
            )
        told += query.remarks()
        told += find_duplicates(self.md.tasks, dataset, set(query.excluded))
        return Suggestions(
            items=tuple(
                with_measurement(dress(fitted, choice, rank, near, query.schema, seed), look)
                for rank in range(len(choice.columns))
            ),
            metric=query.metric,
            strategy=choice.strategy,
            task_type=query.task_type,
            dataset="" if dataset is None else dataset.name,
            neighbours=neighbours,
            out_of_distribution=relation,
            warnings=tuple(told),
            expected_regrets=tuple(map(float, choice.expected.of_best)),
            knowledge=_size(fitted),
            look=look,
        )

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
    ) -> Search:
        """Begin a search that asks for configurations and learns from what it is told.

        Parameters
        ----------
        data, y, target, metafeatures, space, metric, exclude, task_type, kinds, groups, time :
            As in :meth:`suggest`.
        candidates : DataFrame, optional
            This task's own pool, one row a configuration and one column a hyperparameter;
            what the base does not know is placed by its features. Its index holds the ids.
        n_initial : int
            How many are chosen together before any score is told.
        acquisition : {"ei", "log_ei", "ei_per_second", "pi", "lcb", "thompson"}
            What ranks the configurations after that.
        time_budget_s : float, optional
            Seconds that all evaluations may take together.
        look : Look, optional
            What :meth:`suggest` measured on the same data, ``suggestions.look``: the search
            believes it, with the errors its folds have, and may ask the same again.

        Returns
        -------
        Search
            Where the tasks of the base share no configuration and no `candidates`, `space`
            or time budget is given, it also asks for new configurations near good ones.
        """
        return self.begin(
            TaskQuery(
                data=data,
                y=y,
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
        )

    def begin(self, query: TaskQuery) -> Search:
        """As :meth:`search`: every entry asks by this one."""
        check_acquisition(query.acquisition, self.method, self.model_name)
        seed = self.random_state if query.random_state is None else query.random_state
        candidates, space = query.candidates, query.space
        budget_s = check_budget(query.time_budget_s)
        if query.look is not None and self.method is not None:
            raise KnowledgeError(
                f"model {self.model_name!r} cannot begin from a look, only the base's own can; "
                "leave out look="
            )
        understood = understand(self, query)
        fitted, phi = understood.fitted, understood.metafeatures
        first_look = check_first_look(query.look, understood.metric)
        if candidates is None:
            columns, _ = choose_candidates(fitted, space, understood.schema)
            pool = tuple(dict(fitted.configurations[k]) for k in columns)
            ids = tuple(plain_value(fitted.table.configuration_ids[k]) for k in columns)
            learners = tuple(fitted.learners[k] for k in columns)
        else:
            pool, ids = read_pool(candidates)
            check_pool(fitted, pool, ids, model=self.model_name)
            learners = tuple(str(values.get("learner", "")) for values in pool)
        question = Question(
            kind=understood.kind,
            metric=understood.metric,
            metafeatures=None if phi is None else {str(k): float(v) for k, v in phi.items()},
            schema=understood.schema,
            pool=pool,
            pool_ids=ids,
            learners=learners,
            acquisition=query.acquisition,
            n_initial=int(query.n_initial),
            time_budget_s=budget_s,
            excluded=tuple(plain_value(task) for task in understood.excluded),
            random_state=int(seed),
            resampling=understood.resampling,
            n_rows=understood.n_rows,
            speed=self._speed(),
            model=self.model_name,
            look=first_look,
            # Only where nothing but the history says what may be tried.
            local=fitted.unaligned is not None
            and self.method is None
            and candidates is None
            and space is None
            and budget_s is None
            and not set(learners) & set(LEARNERS),
        )
        read = () if understood.dataset is None else understood.dataset.warnings
        return Search(fitted, question, warnings=(*read, *understood.notes, *fitted.notes))

    def save(self, path: str | Path) -> Path:
        """Write the meta-dataset and the fitted models to a folder; no pickles."""
        from warmstart.recommend.store.persistence import save

        return save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Recommender:
        """Read a folder that :meth:`save` wrote."""
        from warmstart.recommend.store.persistence import load

        return load(Path(path))

    def __sklearn_clone__(self) -> Self:
        """Itself: clones of a search share what they know instead of copying it."""
        return self

    def _decider(self, strategy: Strategy, unlike: bool) -> dict[str, Any]:
        """What chooses, None for the base's own model, and its name."""
        if strategy == "auto" and unlike and self.method is None:
            strategy = "portfolio"
        if strategy == "auto":
            return {"method": self.method, "strategy": self.model_name}
        method = None if strategy in ("pmf", ANYTIME) else make_method(strategy)
        return {"method": method, "strategy": strategy}

    @property
    def model_name(self) -> str:
        """Name of the model, or of its class."""
        return self.model if isinstance(self.model, str) else type(self.model).__name__

    def _speed(self) -> float:
        hardware = self.md.info.get("hardware") or {}
        reference = hardware.get("reference_s")
        if not reference:
            return 1.0
        from warmstart.recommend.base.cost import machine_reference_s

        return machine_reference_s() / float(reference)


def _check_metadataset(md: Any) -> None:
    from warmstart.metadataset.metadataset import MetaDataset

    if not isinstance(md, MetaDataset):
        raise ArgumentTypeError(
            f"a MetaDataset is wanted, got {type(md).__name__}; open a folder with "
            "warmstart.MetaDataset.open, or make one of a frame with from_matrix or "
            "from_evaluations"
        )


def _size(fitted: Fitted) -> str:
    """Tasks and configurations of a base, in words."""
    n_tasks, n_configs = fitted.table.n_tasks, fitted.table.n_configs
    return (
        f"{n_tasks} task{'s' * (n_tasks != 1)} × "
        f"{n_configs} configuration{'s' * (n_configs != 1)}"
    )
