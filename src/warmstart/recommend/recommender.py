"""From a meta-dataset to suggestions for a new dataset."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from warmstart.domain import TaskType
from warmstart.errors import KnowledgeError, NotFittedError
from warmstart.histories.metrics import find_metric, metrics_for
from warmstart.recommend.candidates import choose_candidates, resolve_excluded
from warmstart.recommend.choosing import Choice, choose
from warmstart.recommend.fitted import Fitted
from warmstart.recommend.suggestions import (
    Evidence,
    Neighbour,
    OutOfDistribution,
    Suggestion,
    Suggestions,
)
from warmstart.similarity.laplace import KERNEL_SCALE

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.datasets.dataset import Dataset
    from warmstart.metadataset.metadataset import MetaDataset
    from warmstart.protocols import PerformanceModel

Strategy = Literal["auto", "pmf", "portfolio", "knn", "random"]
STRATEGIES: tuple[str, ...] = ("auto", "pmf", "portfolio", "knn", "random")

_N_NEIGHBOURS = 5
_N_EVIDENCE = 3
_DUPLICATE = 0.5
"""Share of common content from which a known task is called the same dataset."""


class Recommender:
    """Learns from a meta-dataset which configurations suit which datasets.

    Parameters
    ----------
    model : str or PerformanceModel
        ``"pmf"``, or any method of :data:`warmstart.recommend.registry.METHODS`, or an
        object with ``fit`` and ``start``. What it ranks, PMF still predicts scores of.
    random_state : int

    Examples
    --------
    >>> from warmstart.metadataset.metadataset import MetaDataset
    >>> rng = np.random.default_rng(0)
    >>> scores = pd.DataFrame(rng.uniform(size=(12, 1)) * 0.2 + rng.uniform(size=(12, 5)))
    >>> suggestions = Recommender().fit(MetaDataset.from_matrix(scores)).suggest(n=2)
    >>> len(suggestions), suggestions.strategy
    (2, 'pmf')
    """

    def __init__(self, model: str | PerformanceModel = "pmf", *, random_state: int = 0) -> None:
        self.model = model
        self.random_state = random_state
        self._md: MetaDataset | None = None
        self._fitted: dict[tuple[Any, ...], Fitted] = {}
        self._saved: Path | None = None

    def fit(self, md: MetaDataset) -> Self:
        """Learn from the tasks of `md`, in each kind of task's default metric.

        Other metrics are fitted when they are first asked for.
        """
        self._md, self._fitted, self._saved = md, {}, None
        for task_type in self.task_types():
            self.fitted(task_type, self._metric(None, task_type))
        return self

    def attach(self, md: MetaDataset, path: Path) -> None:
        """Answer from `md` with the models saved at `path`, each read when first needed."""
        self._md, self._fitted, self._saved = md, {}, path

    @property
    def md(self) -> MetaDataset:
        """What it was fitted to."""
        if self._md is None:
            raise NotFittedError("the recommender is not fitted; call fit(md) or load(path)")
        return self._md

    def task_types(self) -> tuple[str | None, ...]:
        """Kinds of task it knows: "classification", "regression", or None where unsaid."""
        types = set(self.md.tasks["task_type"]) if "task_type" in self.md.tasks else {None}
        kinds = [
            kind for kind, members in _MEMBERS.items() if kind is not None and types & members
        ]
        return tuple(kinds) or (None,)

    def fitted(
        self, task_type: str | None, metric: str | None, excluded: Iterable[Any] = ()
    ) -> Fitted:
        """Everything fitted to one kind of task in one metric, without excluded tasks."""
        key = task_type, metric, tuple(sorted(map(str, excluded)))
        if key not in self._fitted:
            from warmstart.recommend.persistence import load_pmf

            gone = list(excluded)
            self._fitted[key] = Fitted.fit(
                self.md.drop(tasks=gone) if gone else self.md,
                metric=metric,
                task_type=task_type,
                pmf=None if gone or self._saved is None else load_pmf(self._saved, key[:2]),
                random_state=self.random_state,
            )
        return self._fitted[key]

    def suggest(
        self,
        data: Any = None,
        y: Any = None,
        *,
        target: Any = None,
        metafeatures: pd.Series[Any] | Mapping[str, float] | None = None,
        n: int = 10,
        space: str | Iterable[str] | None = None,
        metric: str | None = None,
        time_budget_s: float | None = None,
        exclude: str | Iterable[Any] = (),
        strategy: Strategy = "auto",
        task_type: str | None = None,
        kinds: Mapping[Any, str] | None = None,
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
        n : int
            How many; fewer where fewer are legal or fit the time budget, and said so.
        space : str or iterable of str, optional
            Restrict to these learners or spaces.
        metric : str, optional
            What to be good at; the task type's default otherwise.
        time_budget_s : float, optional
            Predicted seconds that one fit of each may take together.
        exclude : str or iterable
            Known tasks to forget, by id, name or family; the model is fitted without them.
        strategy : {"auto", "pmf", "portfolio", "knn", "random"}
            "auto" is PMF, or the portfolio for a dataset unlike everything known.
        random_state : int, optional
            Seed of the posterior draws, and of the suggested estimators.

        Returns
        -------
        Suggestions

        Raises
        ------
        DatasetError
            If the dataset cannot be learned from.
        KnowledgeError
            If the base knows no such task, metric or excluded name, or nothing fits the
            time budget.
        SpaceMismatchError
            If `space` leaves nothing that is legal for the dataset.
        ValueError
            If `n`, `strategy` or `time_budget_s` is not one.
        """
        _check_arguments(n, strategy, time_budget_s)
        seed = self.random_state if random_state is None else random_state
        excluded = resolve_excluded(exclude, self.md.tasks)
        dataset = None
        if data is not None:
            from warmstart.datasets.load import load_dataset

            dataset = load_dataset(data, y, target=target, task_type=task_type, kinds=kinds)
            task_type = dataset.task_type
        kind = self._kind(task_type)
        chosen_metric = self._metric(metric, kind)
        phi = self._describe(dataset, metafeatures)
        fitted = self.fitted(kind, chosen_metric, excluded)
        schema = None if dataset is None else dataset.schema
        columns, notes = choose_candidates(fitted, space, schema)
        relation, neighbours, near = _relatives(fitted, phi)
        choice = choose(
            fitted,
            phi,
            columns,
            n,
            method=self._method(strategy, bool(relation)),
            time_budget_s=time_budget_s,
            speed=self._speed(),
            random_state=seed,
        )
        warnings = [*(() if dataset is None else dataset.warnings), *notes, *choice.notes]
        if relation and strategy == "auto":
            warnings.append(f"{relation.reason} The portfolio is suggested.")
        warnings += self._duplicates(dataset, set(excluded))
        return Suggestions(
            items=tuple(
                _suggestion(fitted, choice, rank, near, schema, seed)
                for rank in range(len(choice.columns))
            ),
            metric=chosen_metric,
            strategy=choice.strategy,
            task_type=None if dataset is None else dataset.task_type,
            dataset="" if dataset is None else dataset.name,
            neighbours=neighbours,
            out_of_distribution=relation,
            warnings=tuple(warnings),
            knowledge=f"{fitted.table.n_tasks} tasks × {fitted.table.n_configs} configurations",
        )

    def save(self, path: str | Path) -> Path:
        """Write the meta-dataset and the fitted models to a folder; no pickles."""
        from warmstart.recommend.persistence import save

        return save(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Recommender:
        """Read a folder that :meth:`save` wrote."""
        from warmstart.recommend.persistence import load

        return load(Path(path))

    def _kind(self, task_type: str | None) -> str | None:
        known = self.task_types()
        if known == (None,):
            return None
        if task_type is None:
            if len(known) == 1:
                return known[0]
            raise KnowledgeError(
                f"the base knows {' and '.join(map(str, known))}; say which by task_type="
            )
        kind = "regression" if task_type == "regression" else "classification"
        if kind not in known:
            raise KnowledgeError(
                f"the knowledge base has no {kind} tasks, only {', '.join(map(str, known))}"
            )
        return kind

    def _metric(self, metric: str | None, kind: str | None) -> str | None:
        recorded = self.md.metrics
        member: TaskType | None = None if kind is None else _EXAMPLE[kind]
        if metric is None:
            usual = [m.name for m in metrics_for(member)] if member else []
            return next((m for m in usual if m in recorded), recorded[0])
        if metric in recorded and (member is None or metric not in _EVERY_METRIC):
            return metric
        if member is None:
            raise KnowledgeError(
                f"the base has no scores in {metric!r}; it has {', '.join(recorded)}"
            )
        found = find_metric(metric, member).name
        if found not in recorded:
            raise KnowledgeError(
                f"the base has no scores in {found}; it has {', '.join(recorded)}"
            )
        return found

    def _describe(self, dataset: Dataset | None, metafeatures: Any) -> pd.Series[Any] | None:
        known = self.md.metafeatures
        if metafeatures is not None:
            phi = pd.Series(metafeatures, dtype="float64")
            if not len(known.columns):
                return None
            if not set(phi.index) & set(known.columns):
                raise KnowledgeError(
                    f"none of the meta-features {list(phi.index)[:3]} … is known; the base has "
                    f"{list(known.columns)[:3]} …"
                )
            return phi
        if dataset is None or not len(known.columns):
            return None
        from warmstart.metafeatures.extract import metafeatures_of

        return metafeatures_of(dataset, random_state=0)

    def _method(self, strategy: Strategy, unlike: bool) -> str | PerformanceModel:
        if strategy != "auto":
            return strategy
        if not isinstance(self.model, str):
            return copy.deepcopy(self.model)
        return "portfolio" if unlike and self.model == "pmf" else self.model

    def _speed(self) -> float:
        hardware = self.md.info.get("hardware") or {}
        reference = hardware.get("reference_s")
        if not reference:
            return 1.0
        from warmstart.recommend.cost import machine_reference_s

        return machine_reference_s() / float(reference)

    def _duplicates(self, dataset: Dataset | None, excluded: set[Any]) -> list[str]:
        """Known tasks with the same content, in words."""
        tasks = self.md.tasks
        if dataset is None or "fingerprint" not in tasks:
            return []
        from warmstart.datasets.fingerprint import similarity

        notes = []
        for task_id, known in tasks["fingerprint"].items():
            if not isinstance(known, str) or not known:
                continue
            share = similarity(dataset.fingerprint, known)
            if share >= _DUPLICATE and task_id not in excluded:
                notes.append(
                    f"The data looks like known task {task_id!r} ({100 * share:.0f} % alike), "
                    f"whose results are used; leave them out with exclude=[{task_id!r}]."
                )
        return notes


_MEMBERS: dict[str | None, set[str | None]] = {
    "classification": {"binary", "multiclass", "classification"},
    "regression": {"regression"},
}
_EXAMPLE: dict[str, TaskType] = {"classification": "binary", "regression": "regression"}
_EVERY_METRIC = {m.name for kind in _EXAMPLE.values() for m in metrics_for(kind)}


def _check_arguments(n: int, strategy: str, time_budget_s: float | None) -> None:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n must be a whole number of at least 1, got {n!r}")
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy must be one of {STRATEGIES}, got {strategy!r}")
    if time_budget_s is not None and not time_budget_s > 0:
        raise ValueError(f"time_budget_s must be positive seconds, got {time_budget_s!r}")


def _relatives(
    fitted: Fitted, phi: pd.Series[Any] | None
) -> tuple[OutOfDistribution, tuple[Neighbour, ...], npt.NDArray[np.intp]]:
    """Judgement, nearest tasks, and their rows in the table."""
    if phi is None or fitted.relatives is None:
        return OutOfDistribution(), (), np.empty(0, dtype=np.intp)
    rows, distances = fitted.relatives.nearest(phi)
    table = fitted.table
    neighbours = []
    for row, distance in zip(rows[:_N_NEIGHBOURS], distances, strict=False):
        best = int(np.nanargmax(table.scores[row]))
        task = table.task_ids[row]
        neighbours.append(
            Neighbour(
                task_id=str(task),
                name=fitted.names[task],
                family=str(table.families[row]),
                similarity=float(np.exp(-distance / KERNEL_SCALE)),
                best_learner=fitted.learners[best],
            )
        )
    return fitted.relatives.judge(distances), tuple(neighbours), rows[:_N_EVIDENCE]


def _suggestion(
    fitted: Fitted,
    choice: Choice,
    rank: int,
    near: npt.NDArray[np.intp],
    schema: Any,
    random_state: int,
) -> Suggestion:
    column = choice.columns[rank]
    low, below, median, above, high = (float(v) for v in choice.quantiles[:, rank])
    evidence = []
    for row in near:
        known = fitted.ranks[row]
        if np.isfinite(known[column]):
            task = fitted.table.task_ids[row]
            evidence.append(
                Evidence(
                    task_id=str(task),
                    name=fitted.names[task],
                    score=float(fitted.table.scores[row, column]),
                    rank=int(known[column]),
                    n_ranked=int(np.isfinite(known).sum()),
                )
            )
    return Suggestion(
        configuration=dict(fitted.configurations[column]),
        configuration_id=fitted.table.configuration_ids[column],
        learner=fitted.learners[column],
        score=median,
        score_std=(above - below) / 2,
        score_low=low,
        score_high=high,
        cost_s=float(choice.costs[rank]),
        evidence=tuple(evidence),
        schema=schema,
        random_state=random_state,
    )
